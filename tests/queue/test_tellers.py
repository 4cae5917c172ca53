"""Whoever foretells when something leaves says the same as whoever lets it leave."""

import pytest

from appliance.queue.plan import planned_in_turn
from appliance.queue.planned import Planned, steps_aside
from tests.queue.random_queue import LATER_MS, RandomQueue, random_queue

QUEUES = 400


def planned(queue: RandomQueue) -> dict[str, Planned]:
    told = planned_in_turn(queue.waiting, queue.desk(), now_ms=queue.now_ms)
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
