"""Kills at random moments under load, with phones that fail; the truth log counts at the end.

`python -m tests.bench.crash --kills 25 --messages 60` runs a size that takes a minute or two.
"""

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.errors import FlakyStrategyDefinition
from hypothesis.stateful import run_state_machine_as_test

from tests.bench.benchmark import Measured, at_least, at_most
from tests.bench.tally import Tally, offer, settle, tally
from tests.crash.matrix import PHOTO, PHOTO_POST, POST, STEPS, Load, outcomes, table
from tests.crash.office import Office, world
from tests.queue.machine import QueueMachine

PHONES = 3
PEOPLE = 40
SPEED = 30.0
KILLS, MESSAGES = 200, 500
EXAMPLES = 10_000
ROUND = 250
CORES = 4

FAULTS: Sequence[tuple[str, dict[str, Any]]] = (
    ("http-500-after-acting", {"method": "click"}),
    ("http-500-after-acting", {"method": "setText"}),
    ("late-answer", {"method": "click", "seconds": 3}),
    ("stream-cut", {"method": "click"}),
    ("stream-cut", {"method": "dumpWindowHierarchy"}),
    ("server-killed", {}),
    ("empty-hierarchy", {"times": 2}),
    ("old-draft", {}),
    ("tap-lost", {}),
    ("wrong-chat", {}),
    ("phone-gone", {"seconds": 2}),
)

LIVES_S = (0.5, 5.0)
"""How long a Balie runs before it is killed."""

SETTLES_S = 240.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Killed(Tally):
    kills: int


def crash(kills: int, messages: int, seed: int) -> Killed:
    dice = Random(seed)
    with (
        tempfile.TemporaryDirectory() as folder,
        world(Path(folder), phones=PHONES, speed=SPEED) as here,
    ):
        data = Path(folder) / "office"
        office = Office(data=data, world=here, phones=here.phones)
        people = [f"+3165551{place:04}" for place in range(PEOPLE)]
        office.found(people)
        promised: list[str] = []
        for life in range(1, kills + 1):
            office.start()
            _live(office, dice, promised, round(messages * life / kills), people)
            office.kill()
        office.start()
        try:
            settle(office, within_s=SETTLES_S)
        finally:
            office.kill()
        return Killed(**asdict(tally(office, here, promised)), kills=kills)


def _live(
    office: Office, dice: Random, promised: list[str], wanted: int, people: list[str]
) -> None:
    """One life: messages are accepted, phones fail, and it is killed at a random moment."""
    until = time.monotonic() + dice.uniform(*LIVES_S)
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(_write, office, dice, promised, wanted, people)
        phone = dice.choice(office.phones)
        kind, more = dice.choice(FAULTS)
        office.world.fault(phone, kind, **more)
        wait([writing], timeout=max(0.0, until - time.monotonic()))
        time.sleep(max(0.0, until - time.monotonic()))
        office.end()
        with suppress(OSError):
            writing.result()


def _write(
    office: Office, dice: Random, promised: list[str], wanted: int, people: list[str]
) -> None:
    for place in range(len(promised), wanted):
        text = offer(office, dice, people, place)
        if text is None:
            return
        promised.append(text)


@cache
def _run() -> Killed:
    killed = crash(KILLS, MESSAGES, seed=1)
    killed.tell(sys.stderr)
    return killed


@at_most(0, "messages lost over kills at random moments with faults on")
def crash_lost() -> Measured:
    return Measured(value=_run().lost)


@at_most(0, "messages doubled over kills at random moments with faults on")
def crash_doubled() -> Measured:
    return Measured(value=_run().doubled)


@at_most(0, "photos lost or doubled over a kill at each step of one")
def photo_kills() -> Measured:
    return _kills([PHOTO])


@at_most(0, "posts in a group, a text and a photo, lost or doubled over a kill at each step")
def post_kills() -> Measured:
    return _kills([POST, PHOTO_POST])


def _kills(loads: Sequence[Load]) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        found = outcomes(Path(folder), STEPS, phones=PHONES, loads=loads)
    sys.stderr.write(table(found) + "\n")
    return Measured(value=sum(each.is_lost or each.is_doubled for each in found))


@at_least(EXAMPLES, "random lives of the queue without a broken promise")
def queue_lives() -> Measured:
    """The state machine of the tests, spread over the cores."""
    with ProcessPoolExecutor(CORES, mp_context=get_context("spawn")) as pool:
        lived = sum(pool.map(_live_many, [EXAMPLES // CORES] * CORES))
    return Measured(value=lived)


def _live_many(examples: int) -> int:
    """Ids are random, so when Hypothesis repeats a life, it may go another way. Hypothesis then
    gives up that round, which is run again. A broken promise is another error.
    """
    logging.disable(logging.CRITICAL)
    lived = 0
    while lived < examples:
        with suppress(FlakyStrategyDefinition):
            _live_round(ROUND)
            lived += ROUND
    return lived


def _live_round(examples: int) -> None:
    run_state_machine_as_test(
        QueueMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench.crash")
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    crash(chosen.kills, chosen.messages, chosen.seed).tell(sys.stdout)


if __name__ == "__main__":
    main()
