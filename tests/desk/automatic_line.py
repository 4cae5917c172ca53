"""A line that says something by itself: what it is told, what it said, and who is there."""

from typing import Any

import pytest

from appliance.desk.access import sessions
from appliance.desk.automatic import absence, rules
from appliance.desk.outgoing.sending import Author
from appliance.store import branch_settings, lines
from appliance.store.line_rules import BusyRule, LineRules, Rule
from tests.queue.counter import ANNA, BART, Counter, at
from tests.queue.inbox_reader import Colleague

CHRIS = "+31633333333"
ZONE = "Europe/Amsterdam"
ON = {"on": True}
NIGHT = at("2026-06-20 22:00")  # a Saturday
ALL_ON = LineRules(
    welcome=Rule(on=True),
    outside_hours=Rule(on=True),
    nobody_logged_in=Rule(on=True),
    all_busy=BusyRule(on=True),
)


def told(counter: Counter, **patch: Any) -> None:
    """The line is told these rules."""
    line = counter.store.read(lambda conn: lines.line(conn, counter.line_id))
    counter.store.write(lambda tx: rules.change(tx, line.id, line.rules, patch, by="cli"))


def branch_told(counter: Counter, **patch: Any) -> None:
    counter.store.write(lambda tx: branch_settings.change(tx, counter.branch_id, patch, by="cli"))


def said(counter: Counter, to: str = ANNA) -> list[str]:
    """Which rules spoke to them, and were not taken back."""
    rows = counter.outgoing(to)
    return [row["rule"] for row in rows if row["rule"] and row["state"] != "cancelled"]


def texts(counter: Counter, to: str = ANNA) -> list[str]:
    return [row["text"] for row in counter.outgoing(to)]


def night_falls(counter: Counter) -> None:
    counter.clock.advance(s=(NIGHT - counter.clock.now_ms()) / 1000)


@pytest.fixture
def known(counter: Counter) -> None:
    """Both were welcomed long ago."""
    counter.knows(ANNA, BART)


@pytest.fixture
def colleague(counter: Counter) -> Author:
    return Author(staff_id=Colleague(counter).id)


def logs_in(counter: Counter, staff_id: str) -> str:
    return counter.store.write(lambda tx: sessions.begin(tx, staff_id)).token


def goes_away(counter: Counter, staff_id: str, text: str) -> None:
    counter.store.write(lambda tx: absence.go(tx, staff_id, "2026-06-18", text, ZONE))
