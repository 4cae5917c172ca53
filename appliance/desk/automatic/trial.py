"""What somebody would get who writes at some time, and why: asked of the same function as in life.

Nothing is kept and nothing is sent.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from appliance.desk.automatic import absence
from appliance.desk.automatic.absence import Absence
from appliance.desk.automatic.deciding import (
    Circumstances,
    RuleDecision,
    RuleName,
    Spoken,
    Why,
    decide,
)
from appliance.desk.automatic.standing import Place, place_of
from appliance.desk.automatic.wording import RuleWords
from appliance.queue.pacing import MINUTE_MS
from appliance.store.lines import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialAsked:
    """`is_there`: a colleague who may answer is logged in. `owner_id` is a colleague whose
    conversation it is; `name` is that of who writes, where it is known.
    """

    at_ms: int
    is_new: bool = False
    is_there: bool = True
    owner_id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialAnswer:
    """What is said after so many minutes, 0: at once. `text` None: nothing."""

    after_min: int
    rule: RuleName | None
    why: RuleName | Why
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """`opens_ms` is when the branch opens next; None while it is open, or if nobody can know."""

    at_ms: int
    is_open: bool
    opens_ms: int | None
    answers: Sequence[TrialAnswer]


def tried(conn: sqlite3.Connection, line: Line, asked: TrialAsked) -> Trial:
    place = replace(place_of(conn, line, asked.at_ms), is_there=asked.is_there)
    away = asked.owner_id and absence.of_staff(conn, asked.owner_id, asked.at_ms)
    now = Circumstances(
        now_ms=asked.at_ms,
        is_open=place.is_open,
        is_there=place.is_there,
        is_absent=bool(away),
        is_welcomed=not asked.is_new,
    )
    first = decide(line.rules, now)
    answers = [_answer(conn, place, asked, away or None, first, 0)]
    if line.rules.all_busy.on:
        waits = _still_waiting(now, first, place, line.rules.all_busy.after_min)
        later = decide(line.rules, waits)
        after_min = line.rules.all_busy.after_min
        answers.append(_answer(conn, place, asked, away or None, later, after_min))
    return Trial(
        at_ms=asked.at_ms,
        is_open=place.is_open,
        opens_ms=None if place.is_open else place.hours.open_from(asked.at_ms),
        answers=answers,
    )


def next_moment(weekday: int, clock: time, zone: str, now_ms: int) -> int:
    """The next such time from now on; `weekday` is ISO, 1 is Monday."""
    now = datetime.fromtimestamp(now_ms / 1000, ZoneInfo(zone))
    day = now.date() + timedelta(days=(weekday - now.isoweekday()) % 7)
    at = datetime.combine(day, clock, ZoneInfo(zone))
    if at < now.replace(second=0, microsecond=0):
        at = datetime.combine(day + timedelta(days=7), clock, ZoneInfo(zone))
    return int(at.timestamp() * 1000)


def _still_waiting(
    now: Circumstances, first: RuleDecision, place: Place, minutes: int
) -> Circumstances:
    """Nobody has answered, and they wrote nothing more."""
    waits_ms = minutes * MINUTE_MS
    later_ms = now.now_ms + waits_ms
    return replace(
        now,
        now_ms=later_ms,
        is_open=place.hours.is_open(later_ms),
        waits_ms=waits_ms,
        spoken=[Spoken(at_ms=now.now_ms, to=now.words)] if first.rule else [],
    )


def _answer(
    conn: sqlite3.Connection,
    place: Place,
    asked: TrialAsked,
    away: Absence | None,
    decision: RuleDecision,
    after_min: int,
) -> TrialAnswer:
    at_ms = asked.at_ms + after_min * MINUTE_MS
    words = RuleWords(conn, place, name=asked.name, away=away, at_ms=at_ms)
    return TrialAnswer(
        after_min=after_min,
        rule=decision.rule,
        why=decision.why,
        text=next((each.text for each in words.of(decision)), None),
    )
