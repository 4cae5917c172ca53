"""Rounds: their promises over many random lives, and a large one by the habits of people."""

import logging
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from os import cpu_count
from typing import ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import FlakyStrategyDefinition
from hypothesis.stateful import run_state_machine_as_test

from appliance.demo.round_trial import RoundTrial, TrialOutcome, tried
from appliance.runtime import kinds
from tests.bench.benchmark import Measured, at_least, at_most
from tests.desk.rounds_machine import RoundsMachine

GROUP = "office"
ROUNDS = 10_000
EXAMPLES = 25
CORES = cpu_count() or 1
LARGE = RoundTrial(people=500, seats=40, lines=4)


@at_least(ROUNDS, "random rounds without a broken promise")
def rounds_without_a_broken_promise() -> Measured:
    """The state machine of the tests, spread over the cores."""
    with ProcessPoolExecutor(CORES, mp_context=get_context("spawn")) as pool:
        lived = sum(pool.map(_live_many, [ROUNDS // CORES + 1] * CORES))
    return Measured(value=lived)


@at_most(0, "questions that the rule did not need, in a round of 500 people")
def round_questions_without_need() -> Measured:
    """Kept or left while so many were open already, or none was needed; or to somebody twice."""
    outcome = _large()
    return Measured(value=outcome.needless + outcome.doubled)


@at_least(LARGE.seats, "seats filled of a round of 500 people, over four lines on one day")
def round_seats_filled() -> Measured:
    return Measured(value=_large().yes)


def _large() -> TrialOutcome:
    kinds.load()
    return tried(LARGE)


class _Counted(RoundsMachine):
    """`lived` is how many rounds the lives until now have had."""

    lived: ClassVar[int] = 0

    def teardown(self) -> None:
        super().teardown()
        _Counted.lived += len(self.rounds)


def _live_many(rounds: int) -> int:
    """As the queue's machine in `crash.py`: a life that went another way is lived again."""
    logging.disable(logging.CRITICAL)
    while _Counted.lived < rounds:
        with suppress(FlakyStrategyDefinition):
            _live()
    return _Counted.lived


def _live() -> None:
    run_state_machine_as_test(
        _Counted,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=40,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
