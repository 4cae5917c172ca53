"""Counts facts into sheets: one rule for what happens now and for the years before.

A wait begins with the first message of a person that nobody has answered, and ends with the first
answer that is proven to have left. Who answered is a colleague or a program; a rule and a list
answer nobody. A case begins with a message after *done*, or after days of silence, and its
resolution is the time until *done*. Both belong to the day on which they began, in the zone of the
branch. Groups are counted as messages only.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from appliance.desk.reports.facts import ReportFact, What
from appliance.queue.office_hours import OfficeHours, hours_of
from appliance.store import branches, reports
from appliance.store.reports import ByWhat, Case, Sheet, SheetKey

QUIET_MS = 7 * 86_400_000
"""A message after so long a silence begins a case of its own, where nobody waits, whether anybody
said *done* or not.
"""
_MIDNIGHT = ord("A")
HOURS = tuple(chr(_MIDNIGHT + hour) for hour in range(24))
"""The letters of a sheet, by hour."""

Earlier = Callable[[Case, int], Sequence[ReportFact]]
"""The facts of a case until that moment, in the order of time."""


@dataclass(slots=True)
class Sheets:
    """What is to be added, and what was added before and is not so."""

    more: dict[SheetKey, Sheet] = field(default_factory=dict)
    less: list[tuple[SheetKey, Sheet]] = field(default_factory=list)


class Counter:
    """Counts the facts of one database; `hours` are the office hours by the line's id."""

    def __init__(self, hours: Mapping[str, OfficeHours]) -> None:
        self._hours = hours

    @classmethod
    def of(cls, conn: sqlite3.Connection) -> "Counter":
        by_branch = {each.id: hours_of(each) for each in branches.branches(conn)}
        return cls({line: by_branch[each] for line, each in reports.branch_ids(conn).items()})

    def count(
        self, case: Case | None, fact: ReportFact, sheets: Sheets, earlier: Earlier
    ) -> Case | None:
        """The case after this fact; what it counts goes into `sheets`."""
        if fact.what is What.CAME:
            return self._came(case, fact, sheets)
        if fact.what is What.WENT:
            return self._went(case, fact, sheets, earlier)
        if case is None:
            return None
        if fact.what is What.LABELLED:
            return self._labelled(case, fact, sheets, earlier)
        if fact.what in (What.DONE, What.STAYED_DONE):
            return self._done(case, fact, sheets)
        return self._undone(case, sheets)

    def under(
        self, label: str, case: Case, found: Iterable[ReportFact]
    ) -> Mapping[SheetKey, Sheet]:
        """What this case counts under one label; `found` are its facts so far."""
        sheets = Sheets()
        now: Case | None = replace(
            case, last_ms=case.opened_ms, waiting_ms=None, done_ms=None, labels=(label,)
        )
        for fact in found:
            if fact.what is not What.LABELLED:
                now = self.count(now, fact, sheets, lambda _, __: ())
        for key, sheet in sheets.less:
            take(sheets.more, key, sheet)
        return {key: sheet for key, sheet in sheets.more.items() if key.by_what is ByWhat.LABEL}

    def _came(self, case: Case | None, fact: ReportFact, sheets: Sheets) -> Case | None:
        if fact.is_group:
            self._letter(sheets, fact, ())
            return None
        if case is None or _is_over(case, fact.at_ms):
            case = Case(
                conversation_id=fact.conversation_id,
                line_id=fact.line_id,
                opened_ms=fact.at_ms,
                last_ms=fact.at_ms,
                labels=() if case is None else case.labels,
            )
        self._letter(sheets, fact, case.labels)
        waiting_ms = fact.at_ms if case.waiting_ms is None else case.waiting_ms
        return replace(case, last_ms=fact.at_ms, waiting_ms=waiting_ms)

    def _went(
        self, case: Case | None, fact: ReportFact, sheets: Sheets, earlier: Earlier
    ) -> Case | None:
        self._letter(sheets, fact, () if case is None else case.labels)
        if case is None or fact.is_group:
            return case
        waiting_ms = case.waiting_ms
        if waiting_ms is not None and waiting_ms <= fact.at_ms:
            if fact.answers and case.done_ms is None:
                self._answered(case, waiting_ms, fact, sheets)
            if fact.ends_wait:
                waiting_ms = _came_after(case, fact, earlier)
        return replace(case, last_ms=max(case.last_ms, fact.at_ms), waiting_ms=waiting_ms)

    def _labelled(self, case: Case, fact: ReportFact, sheets: Sheets, earlier: Earlier) -> Case:
        for label in set(fact.labels) ^ set(case.labels):
            counted = self.under(label, case, earlier(case, fact.at_ms))
            if label in case.labels:
                sheets.less.extend(counted.items())
            else:
                for key, sheet in counted.items():
                    _join(sheets.more.setdefault(key, Sheet()), sheet)
        return replace(case, labels=fact.labels)

    def _done(self, case: Case, fact: ReportFact, sheets: Sheets) -> Case:
        if case.done_ms is not None:
            return case
        if fact.what is What.STAYED_DONE:
            return replace(case, done_ms=fact.at_ms, done_by=None)
        case = replace(case, done_ms=fact.at_ms, done_by=fact.who)
        self._resolved(case, sheets.more)
        return case

    def _undone(self, case: Case, sheets: Sheets) -> Case:
        taken: dict[SheetKey, Sheet] = {}
        if case.done_ms is not None and case.done_by is not None:
            self._resolved(case, taken)
        sheets.less.extend(taken.items())
        return replace(case, done_ms=None, done_by=None)

    def _resolved(self, case: Case, into: dict[SheetKey, Sheet]) -> None:
        span = _span(case.opened_ms, case.done_ms or case.opened_ms)
        day, _ = self._when(case.line_id, case.opened_ms)
        is_open = self._is_open(case.line_id, case.opened_ms)
        for key in _keys(case.line_id, day, case.labels, case.done_by or ""):
            sheet = into.setdefault(key, Sheet())
            (sheet.cases if is_open else sheet.cases_shut).append(span)

    def _answered(self, case: Case, since_ms: int, fact: ReportFact, sheets: Sheets) -> None:
        day, _ = self._when(case.line_id, since_ms)
        is_open = self._is_open(case.line_id, since_ms)
        for key in _keys(case.line_id, day, case.labels, fact.who):
            sheet = sheets.more.setdefault(key, Sheet())
            spans = sheet.answers if is_open else sheet.answers_shut
            spans.append(_span(since_ms, fact.at_ms))

    def _letter(self, sheets: Sheets, fact: ReportFact, labels: tuple[str, ...]) -> None:
        day, hour = self._when(fact.line_id, fact.at_ms)
        for key in _keys(fact.line_id, day, labels, fact.who if fact.answers else None):
            sheet = sheets.more.setdefault(key, Sheet())
            (sheet.came if fact.what is What.CAME else sheet.went).append(HOURS[hour])
            sheet.by_itself += int(fact.what is What.WENT and not fact.answers)

    def _is_open(self, line_id: str, at_ms: int) -> bool:
        return self._hours[line_id].open_ms(at_ms, at_ms + 1) > 0

    def _when(self, line_id: str, at_ms: int) -> tuple[str, int]:
        return when(self._hours[line_id].zone, at_ms)


def when(zone: str, at_ms: int) -> tuple[str, int]:
    """The day as YYYY-MM-DD and the hour that a clock on the wall shows there."""
    # Zones differ by quarters of an hour, and change at one.
    return _when(zone, at_ms // 900_000)


@lru_cache(maxsize=8192)
def _when(zone: str, quarter: int) -> tuple[str, int]:
    there = datetime.fromtimestamp(quarter * 900, ZoneInfo(zone))
    return there.date().isoformat(), there.hour


def take(sheets: Mapping[SheetKey, Sheet], key: SheetKey, less: Sheet) -> None:
    """Takes away what was added to this sheet."""
    kept = sheets[key]
    for name in ("came", "went", "answers", "answers_shut", "cases", "cases_shut"):
        for each in getattr(less, name):
            getattr(kept, name).remove(each)
    kept.by_itself -= less.by_itself


def _came_after(case: Case, answer: ReportFact, earlier: Earlier) -> int | None:
    """When somebody wrote after an answer of which it was proven later that it had left."""
    if answer.at_ms >= case.last_ms:
        return None
    found = (
        each.at_ms
        for each in earlier(case, case.last_ms)
        if each.what is What.CAME and each.at_ms > answer.at_ms
    )
    return min(found, default=None)


def _is_over(case: Case, at_ms: int) -> bool:
    if case.waiting_ms is None and at_ms - case.last_ms >= QUIET_MS:
        return True
    return case.done_ms is not None


def _keys(line_id: str, day: str, labels: tuple[str, ...], who: str | None) -> Iterator[SheetKey]:
    """`who` None: no colleague and no program has a part in it."""
    yield SheetKey(ByWhat.LINE, line_id, day, "")
    if who is not None:
        yield SheetKey(ByWhat.STAFF, line_id, day, who)
    for label in labels:
        yield SheetKey(ByWhat.LABEL, line_id, day, label)


def _span(from_ms: int, to_ms: int) -> str:
    return reports.letter_of(max(0, to_ms - from_ms) / 1000)


def _join(sheet: Sheet, more: Sheet) -> None:
    sheet.came += more.came
    sheet.went += more.went
    sheet.by_itself += more.by_itself
    sheet.answers += more.answers
    sheet.answers_shut += more.answers_shut
    sheet.cases += more.cases
    sheet.cases_shut += more.cases_shut
