"""The reports that are read from the sheets: response, volume and busy hours.

Each is read for lines, colleagues, labels or steps of time. Who asks for colleagues has been let in
by `house.must_be_per_person`.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from appliance.desk.reports import sheets
from appliance.desk.reports.sheets import ReportQuery, Whom
from appliance.desk.reports.spreads import Spans, Spread
from appliance.store import branches, reports


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """`in_hours` and `out_of_hours` say when it began; `all` is both."""

    all: Spread
    in_hours: Spread
    out_of_hours: Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseEntry:
    """`resolution` is the time from the first message to *done*."""

    whom: Whom
    first_response: Took
    resolution: Took


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeEntry:
    """`by_itself` is how many of those that went a rule or a list sent."""

    whom: Whom
    came: int
    went: int
    by_itself: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyEntry:
    """One hour of a weekday; 1 is Monday, hour 9 is from nine to ten."""

    whom: Whom
    weekday: int
    hour: int
    came: int
    went: int


@dataclass(slots=True)
class _Gathered:
    answers: Spans = field(default_factory=Spans)
    answers_shut: Spans = field(default_factory=Spans)
    cases: Spans = field(default_factory=Spans)
    cases_shut: Spans = field(default_factory=Spans)

    def entry(self, whom: Whom) -> ResponseEntry:
        return ResponseEntry(
            whom=whom,
            first_response=_took(self.answers, self.answers_shut),
            resolution=_took(self.cases, self.cases_shut),
        )


@dataclass(slots=True)
class _HourLetters:
    """The letters of each line. They are counted together, because each count costs the same for
    few letters as for many.
    """

    came: list[str] = field(default_factory=list)
    went: list[str] = field(default_factory=list)

    def hours(self) -> Iterator[tuple[int, int, int]]:
        """Each hour in which something was said, with how much came and went."""
        came, went = (sheets.letters("".join(each)) for each in (self.came, self.went))
        for hour in sorted({*came, *went}):
            yield hour, came.get(hour, 0), went.get(hour, 0)


EVERYBODY = Whom(id=None, name=None)
_SPANS = ("answers", "answers_shut", "cases", "cases_shut")


def response(
    conn: sqlite3.Connection, query: ReportQuery
) -> tuple[Sequence[ResponseEntry], ResponseEntry]:
    """Of each, and of all together."""
    targets, found, total = targets_s(conn), dict[str, _Gathered](), _Gathered()
    for each in sheets.joined(conn, query, _SPANS):
        gathered = found.setdefault(each.who, _Gathered())
        for name in _SPANS:
            getattr(gathered, name).add(each.cells[name], target_s=targets[each.line_id])
    for gathered in found.values():
        for name in _SPANS:
            getattr(total, name).join(getattr(gathered, name))
    whom = sheets.named(conn, query, found)
    entries = [found.get(each.id or "", _Gathered()).entry(each) for each in whom]
    return entries, total.entry(EVERYBODY)


def volume(
    conn: sqlite3.Connection, query: ReportQuery
) -> tuple[Sequence[VolumeEntry], VolumeEntry]:
    found: dict[str, Counter[str]] = {}
    for each in sheets.joined(conn, query, ("came", "went", "by_itself")):
        cells = each.cells
        found.setdefault(each.who, Counter()).update(
            came=len(cells["came"]), went=len(cells["went"]), by_itself=cells["by_itself"]
        )
    total = sum(found.values(), Counter[str]())
    entries = [
        _volume(whom, found.get(whom.id or "", Counter()))
        for whom in sheets.named(conn, query, found)
    ]
    return entries, _volume(EVERYBODY, total)


def busy(conn: sqlite3.Connection, query: ReportQuery) -> Sequence[BusyEntry]:
    """Only hours in which something was said."""
    found: dict[str, dict[int, _HourLetters]] = {}
    for each in sheets.joined(conn, query, ("came", "went"), weekdays=True):
        said = found.setdefault(each.who, {}).setdefault(each.weekday, _HourLetters())
        said.came.append(each.cells["came"])
        said.went.append(each.cells["went"])
    return [
        BusyEntry(whom=whom, weekday=weekday, hour=hour, came=came, went=went)
        for whom in sheets.named(conn, query, found)
        for weekday, said in sorted(found.get(whom.id or "", {}).items())
        for hour, came, went in said.hours()
    ]


def targets_s(conn: sqlite3.Connection) -> Mapping[str, int]:
    """Within how long somebody is to be answered, by the line's id."""
    targets = {each.id: each.settings.answer_within_min * 60 for each in branches.branches(conn)}
    return {line: targets[each] for line, each in reports.branch_ids(conn).items()}


def line_ids(conn: sqlite3.Connection, branch_ids: frozenset[str] | None) -> Sequence[str]:
    """The lines of these branches, those that are gone too; None: of all."""
    return [
        line
        for line, each in reports.branch_ids(conn).items()
        if branch_ids is None or each in branch_ids
    ]


def _took(in_hours: Spans, out_of_hours: Spans) -> Took:
    both = Spans()
    both.join(in_hours)
    both.join(out_of_hours)
    return Took(all=both.spread, in_hours=in_hours.spread, out_of_hours=out_of_hours.spread)


def _volume(whom: Whom, counts: Mapping[str, int]) -> VolumeEntry:
    return VolumeEntry(
        whom=whom,
        came=counts.get("came", 0),
        went=counts.get("went", 0),
        by_itself=counts.get("by_itself", 0),
    )
