"""A day of an office whose phones fail at random: what was promised leaves, and all is well again.

`python -m tests.bench.day --hours 2 --messages 20` runs a size that takes two minutes.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from appliance.demo.children import PhoneChild
from appliance.runtime.balie import DATABASE
from appliance.store.connection import connect_reader
from tests import http_calls
from tests.bench.benchmark import Measured, at_most
from tests.bench.tally import Tally, offer, settle, tally
from tests.crash.office import Office, World, world

PHONES = 3
PEOPLE = 40
SPEED = 120.0
"""Twenty-four hours are twelve minutes then."""
HOURS, MESSAGES = 24, 300
ENDS = 0.25
"""How likely a mishap ends at a step: most last for an hour or so."""
SETTLES_S = 300.0

Done = tuple[str, dict[str, Any]]
"""An address of the emulation's control, and what is sent to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """What befalls a phone, and what ends it."""

    begins: Done
    ends: Done | None = None


MISHAPS: Sequence[Mishap] = (
    Mishap(
        begins=("fault", {"fault": "phone-gone", "seconds": 600}),
        ends=("fault", {"fault": "phone-gone", "lift": True}),
    ),
    Mishap(
        begins=("inject", {"kind": "battery", "temperature": 470}),
        ends=("inject", {"kind": "battery", "temperature": 290}),
    ),
    Mishap(
        begins=("inject", {"kind": "battery", "level": 7, "usb": False}),
        ends=("inject", {"kind": "battery", "level": 60, "usb": True}),
    ),
    Mishap(
        begins=("inject", {"kind": "storage", "free_mb": 90}),
        ends=("inject", {"kind": "storage", "free_mb": 9000}),
    ),
    Mishap(
        begins=("fault", {"fault": "unreadable", "method": "content://sms", "times": None}),
        ends=("fault", {"fault": "unreadable", "lift": True}),
    ),
    Mishap(begins=("fault", {"fault": "server-killed"})),
    Mishap(begins=("fault", {"fault": "tap-lost"})),
    Mishap(begins=("fault", {"fault": "wrong-chat"})),
    Mishap(begins=("fault", {"fault": "http-500-after-acting", "method": "click"})),
    Mishap(begins=("fault", {"fault": "stream-cut", "method": "dumpWindowHierarchy"})),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived(Tally):
    incidents: int
    still_open: int


def live(hours: float, messages: int, seed: int) -> Lived:
    dice = Random(seed)
    with (
        tempfile.TemporaryDirectory() as folder,
        world(Path(folder), phones=PHONES, speed=SPEED) as here,
    ):
        office = Office(data=Path(folder) / "office", world=here, phones=here.phones)
        people = [f"+3165552{place:04}" for place in range(PEOPLE)]
        office.found(people)
        office.start()
        try:
            promised = _day(office, here, dice, hours, messages, people)
            settle(
                office,
                within_s=SETTLES_S,
                and_also=lambda: not _incidents(office, "until_ms IS NULL"),
            )
        finally:
            office.kill()
        return Lived(
            **asdict(tally(office, here, promised)),
            incidents=_incidents(office, "TRUE"),
            still_open=_incidents(office, "until_ms IS NULL"),
        )


def _day(
    office: Office, here: World, dice: Random, hours: float, messages: int, people: Sequence[str]
) -> Sequence[str]:
    """Each phone has one mishap at a time, and ends well."""
    promised: list[str] = []
    standing: dict[PhoneChild, Mishap] = {}
    step_s = hours * 3600 / SPEED / messages
    for place in range(messages):
        phone = dice.choice(office.phones)
        if phone not in standing:
            standing[phone] = dice.choice(MISHAPS)
            _do(here, phone, standing[phone].begins)
        elif dice.random() < ENDS:
            _do(here, phone, standing.pop(phone).ends)
        if (text := offer(office, dice, people, place)) is not None:
            promised.append(text)
        time.sleep(step_s)
    for phone, mishap in standing.items():
        _do(here, phone, mishap.ends)
    return promised


def _do(here: World, phone: PhoneChild, what: Done | None) -> None:
    if what is not None:
        path, body = what
        answer = http_calls.post(f"{here.control}/{path}", json={"phone": phone.number, **body})
        answer.raise_for_status()


def _incidents(office: Office, condition: str) -> int:
    with closing(connect_reader(office.data / DATABASE)) as conn:
        counted = conn.execute(f"SELECT count(*) FROM incident WHERE {condition}")  # noqa: S608 -- ours
        return int(counted.fetchone()[0])


@cache
def _run() -> Lived:
    lived = live(HOURS, MESSAGES, seed=1)
    lived.tell(sys.stderr)
    return lived


@at_most(0, "messages lost in a day with random faults")
def day_lost() -> Measured:
    return Measured(value=_run().lost)


@at_most(0, "messages doubled in a day with random faults")
def day_doubled() -> Measured:
    return Measured(value=_run().doubled)


@at_most(0, "incidents that stayed open after a day with random faults")
def day_incidents_open() -> Measured:
    return Measured(value=_run().still_open)


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench.day")
    parser.add_argument("--hours", type=float, default=HOURS)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    live(chosen.hours, chosen.messages, chosen.seed).tell(sys.stdout)


if __name__ == "__main__":
    main()
