"""A SIM's days and years by the rules of pace: no window is exceeded, whatever is asked."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.identities import tel
from appliance.messages import MessageClass
from appliance.queue.pacing import (
    DAY_MS,
    DEFAULT_PROFILE,
    HOUR_MS,
    MINUTE_MS,
    History,
    Left,
    Waiting,
    earliest,
)
from tests.queue.counter import AMSTERDAM, MONDAY
from tests.queue.pacing_kit import LIST, OFFICE, OLD, REPLY, waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    at_ms: int
    message: Waiting


def simulate(arrivals: Sequence[Waiting], *, since_ms: int, days: int) -> list[Sent]:
    """A SIM that only takes, as the queue does, the first message in line that may leave."""
    todo = sorted(arrivals, key=lambda each: each.created_ms)
    line: list[Waiting] = []
    done: list[Sent] = []
    left: list[Left] = []
    now_ms, until_ms = MONDAY, MONDAY + days * DAY_MS
    order = [MessageClass.CONFIRMATION, REPLY, MessageClass.AUTOMATIC, LIST]
    while now_ms < until_ms and (todo or line):
        while todo and todo[0].created_ms <= now_ms:
            line.append(todo.pop(0))
        line.sort(key=lambda each: (order.index(each.kind), each.created_ms))
        recent = [each for each in left if each.at_ms > now_ms - 2 * DAY_MS]
        history = History(left=recent, since_ms=since_ms)
        slots = [
            (earliest(each, history, DEFAULT_PROFILE, OFFICE, now_ms=now_ms).at_ms, each)
            for each in line[:4]
        ]
        ready = [each for at_ms, each in slots if at_ms == now_ms]
        if ready:
            line.remove(ready[0])
            done.append(Sent(at_ms=now_ms, message=ready[0]))
            left.append(
                Left(at_ms=now_ms, identity=ready[0].identity, answering=ready[0].answering)
            )
            now_ms += 1_000  # a phone needs a while
            continue
        moments = [at_ms for at_ms, _ in slots if at_ms is not None]
        moments += [each.created_ms for each in todo[:1]]
        now_ms = max(now_ms + 1, min(moments, default=until_ms))
    return done


def arrivals(seed: int, days: int, per_day: int, start_ms: int) -> list[Waiting]:
    """Lists and rules that send far too much, and people who wait for answers."""
    dice = random.Random(seed)
    return [
        waiting(
            id=f"{seed}-{i}",
            identity=tel(f"+316{dice.randrange(150):08}"),
            kind=(kind := dice.choice([REPLY, REPLY, MessageClass.AUTOMATIC, LIST])),
            answering=kind is REPLY or dice.random() < 0.3,
            typed=kind is REPLY and dice.random() < 0.7,
            text_length=dice.randrange(5, 400),
            created_ms=start_ms + dice.randrange(days * DAY_MS),
        )
        for i in range(days * per_day)
    ]


def windows(done: Sequence[Sent], span_ms: int) -> list[int]:
    """For each message how many left in the span that ends with it."""
    found, first = [], 0
    for last, each in enumerate(done):
        while done[first].at_ms <= each.at_ms - span_ms:
            first += 1
        found.append(last - first + 1)
    return found


def check_human(done: Sequence[Sent], since_ms: int) -> None:
    """All promises of the pacing, over all messages that left."""
    others = [each for each in done if not each.message.is_reply]
    begun = [each for each in done if each.message.is_begun]
    assert max(windows(done, MINUTE_MS), default=0) <= 6
    assert max(windows(done, HOUR_MS), default=0) <= 80
    assert max(windows(others, MINUTE_MS), default=0) <= 4
    assert max(windows(others, HOUR_MS), default=0) <= 64
    for each, used in zip(begun, windows(begun, DAY_MS), strict=True):
        age = (each.at_ms - since_ms) // DAY_MS
        assert used <= (20 if age < 3 else 50 if age < 7 else 100 if age < 14 else 150)
        local = datetime.fromtimestamp(each.at_ms / 1000, UTC).astimezone(AMSTERDAM)
        assert local.isoweekday() <= 5
        assert time(8, 30) <= local.time() < time(17, 30)
    for before, after in pairwise(done):
        if not after.message.is_reply:
            assert after.at_ms - before.at_ms >= 30_000
        if not after.message.typed:
            typing_ms = 4_000 + after.message.text_length / 180 * MINUTE_MS - 1
            assert after.at_ms - before.at_ms >= typing_ms


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000), st.integers(20, 900), st.booleans())
def test_whatever_is_asked_no_window_is_exceeded(seed: int, per_day: int, old: bool) -> None:
    """After two days of far too many messages all ceilings, pauses, typing times and hours hold."""
    since_ms = OLD if old else MONDAY
    done = simulate(arrivals(seed, 2, per_day, MONDAY), since_ms=since_ms, days=3)
    assert done
    check_human(done, since_ms)


def test_a_simulated_year_keeps_every_promise() -> None:
    """It begins on the line's first day, with weekends and both changes of the clock."""
    done = simulate(arrivals(1, 365, 12, MONDAY), since_ms=MONDAY, days=365)
    assert len(done) > 4_000
    check_human(done, MONDAY)


def test_a_typed_reply_among_a_list_waits_only_for_a_full_window() -> None:
    """A list at full speed never delays an answer: a fifth of each window stays free."""
    asked = [
        waiting(
            id=f"list-{i}",
            identity=tel(f"+316{i:08}"),
            kind=LIST,
            answering=True,
            text_length=10,
            created_ms=MONDAY,
        )
        for i in range(200)
    ]
    replies = [
        waiting(id=f"reply-{i}", typed=True, created_ms=MONDAY + i * 5 * MINUTE_MS)
        for i in range(24)
    ]
    done = simulate(asked + replies, since_ms=OLD, days=1)
    waits = [each.at_ms - each.message.created_ms for each in done if each.message.typed]
    assert len(waits) == 24
    assert max(waits) <= 1_000  # the phone's own second
