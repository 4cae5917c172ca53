"""Whoever foretells when something leaves says the same as whoever lets it leave.

Where one says something else, its test says in which way.
"""

import random
import sqlite3
from collections.abc import Sequence

import pytest

from appliance.desk.outgoing.lists import ListRequest, accept_list, preview
from appliance.desk.outgoing.sending import Accepted
from appliance.devices.protocol import Tick
from appliance.messages import MessageClass
from appliance.queue.plan import next_due, plan_line, planned_in_turn
from appliance.queue.planned import Planned, steps_aside
from appliance.queue.profile import MINUTE_MS
from appliance.store import lines
from tests.queue.counter import BOTH, HOUR_S, STAFF, Counter
from tests.queue.random_queue import LATER_MS, RandomQueue, random_queue

PEOPLE = [f"+3161234500{place}" for place in range(6)]

QUEUES = 400


def planned(queue: RandomQueue) -> dict[str, Planned]:
    told = planned_in_turn(queue.waiting, queue.situation(), now_ms=queue.now_ms)
    return {each.queued.waiting.id: each for each in told}


def first_of(plan: dict[str, Planned]) -> tuple[str, int] | None:
    times = {key: each.expected_ms for key, each in plan.items() if each.expected_ms is not None}
    first = min(times, key=lambda key: times[key], default=None)
    return None if first is None else (first, times[first])


@pytest.mark.parametrize("seed", range(0, QUEUES, QUEUES // 4))
def test_the_plan_knows_who_leaves_first_and_when(seed: int) -> None:
    """In any queue, after any history: decision after decision comes to the same."""
    for each in range(seed, seed + QUEUES // 4):
        queue = random_queue(each)
        decided = next(queue.departures(until_ms=queue.now_ms + LATER_MS), None)
        assert first_of(planned(queue)) == decided, f"seed {each}"


@pytest.mark.parametrize("seed", range(0, QUEUES, QUEUES // 4))
def test_the_plan_knows_when_each_leaves(seed: int) -> None:
    """Where a ceiling puts something aside for long, what counts several parts may then meet
    another ceiling first than the plan saw: these queues are left out.
    """
    compared = 0
    for each in range(seed, seed + QUEUES // 4):
        queue = random_queue(each)
        plan = planned(queue)
        if any(map(steps_aside, plan.values())):
            continue
        for key, left_ms in queue.departures(until_ms=queue.now_ms + LATER_MS):
            assert plan[key].expected_ms == left_ms, f"seed {each}, {key}"
            compared += 1
    assert compared > QUEUES // 4


def plan_of(counter: Counter) -> dict[str, Planned]:
    def read(conn: sqlite3.Connection) -> Sequence[Planned]:
        line = lines.line(conn, counter.line_id)
        return plan_line(conn, line, counter.profile, now_ms=counter.clock.now_ms())

    return {each.queued.waiting.id: each for each in counter.store.read(read)}


def due_at(counter: Counter, now_ms: int) -> str | None:
    def read(conn: sqlite3.Connection) -> Planned | None:
        line, device_id = lines.line(conn, counter.line_id), counter.device_id
        return next_due(
            conn, line, counter.profile, device_id=device_id, channels=BOTH, now_ms=now_ms
        )

    found = counter.store.read(read)
    return found.queued.waiting.id if found else None


def busy(counter: Counter, dice: random.Random) -> None:
    """Some wrote yesterday, some now, and the phone has sent something."""
    counter.knows(*PEOPLE[:3])
    counter.clock.advance(s=25 * HOUR_S)
    counter.knows(*PEOPLE[3:])
    counter.clock.advance(s=30)
    for _ in range(dice.randrange(3)):
        counter.queues(to=dice.choice(PEOPLE[3:]))
        counter.sends(Tick.READ)
        counter.clock.advance(s=dice.choice([1, 20, 90]))


def accepted(counter: Counter, dice: random.Random) -> Accepted:
    kind = dice.choice(list(MessageClass))
    return counter.accepts(
        "a" * dice.choice([5, 60, 300]),
        dice.choice(PEOPLE),
        kind=kind,
        typed=kind is MessageClass.REPLY and dice.random() < 0.5,
        not_before_ms=dice.choice([None] * 5 + [counter.clock.now_ms() + MINUTE_MS]),
    )


@pytest.mark.parametrize("seed", range(8))
def test_what_is_promised_planned_and_decided_is_one(counter: Counter, seed: int) -> None:
    """Read from the database. A promise is as good as what was promised to those before: for the
    first it is the plan's own, and what comes later and goes before is told by the next round.
    """
    dice = random.Random(seed)
    busy(counter, dice)
    first = accepted(counter, dice)
    assert plan_of(counter)[first.id].expected_ms == first.expected_ms
    for _ in range(dice.randrange(6)):
        accepted(counter, dice)
    leaves = first_of(plan_of(counter))
    assert leaves is not None
    message_id, at_ms = leaves
    assert due_at(counter, at_ms) == message_id
    if at_ms > counter.clock.now_ms():
        assert due_at(counter, at_ms - 1) is None


def test_a_dry_run_tells_the_same_but_for_the_pauses_that_are_drawn(counter: Counter) -> None:
    """A list is told by the mean pause, and the first of it without its typing: so it may be off
    by what a pause varies, each time. It is told in its own order, in which the queue lets those
    go first who are being answered.
    """
    counter.knows(*PEOPLE)
    counter.clock.advance(s=30)
    request = ListRequest(
        line_id=counter.line_id, numbers=PEOPLE, texts=("Er is werk.",), author=STAFF
    )
    now_ms = counter.clock.now_ms()
    dry = counter.store.read(lambda conn: preview(conn, request, now_ms=now_ms))
    kept = counter.store.write(lambda tx: accept_list(tx, request))
    plan, profile = plan_of(counter), counter.profile
    off_ms = MINUTE_MS // 2  # of typing
    for before, after in zip(dry, kept, strict=True):
        told_ms, planned_ms = before.expected_ms, plan[after.message_id or ""].expected_ms
        assert told_ms is not None
        assert planned_ms is not None
        off_ms += profile.gap_max_ms - profile.gap_min_ms
        assert abs(told_ms - planned_ms) <= off_ms
