"""Reads the sheets of days: joined for each line, colleague or label, and for each step of time.

What is read for everybody together is the same sheets under no name. Lines that are gone still
stand in the years in which they were.
"""

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from appliance.desk.reports.counting import HOURS
from appliance.desk.reports.period import Period, PeriodStep


class By(Enum):
    LINE = "line"
    STAFF = "staff"
    LABEL = "label"
    #: All together, by the step of the period.
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportQuery:
    """`line_ids` are the lines whose figures are read."""

    line_ids: Collection[str]
    period: Period
    by: By = By.LINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """Whose figures these are. `id` None: of nobody in particular, such as a program's answers."""

    id: str | None
    name: str | None


def letters(text: str) -> Mapping[int, int]:
    """How many messages of each hour, where there are any."""
    return {hour: count for hour, letter in enumerate(HOURS) if (count := text.count(letter))}


class Joined(NamedTuple):
    """Sheets of one line, joined: of whom ('' for nobody), and of which weekday if asked."""

    who: str
    line_id: str
    weekday: int
    cells: sqlite3.Row


def joined(
    conn: sqlite3.Connection,
    query: ReportQuery,
    columns: Collection[str],
    *,
    weekdays: bool = False,
) -> Iterator[Joined]:
    """These columns, for each of whom and each line. One statement each: so SQLite reads the days
    in the order in which they lie, and sorts nothing.
    """
    sql = _statement(query, columns, weekdays=weekdays)
    days = (query.period.first.isoformat(), query.period.last.isoformat())
    by = query.by.value if query.by in _IDS else By.LINE.value
    for who in _whos(conn, query.by):
        for line_id in query.line_ids:
            for row in conn.execute(sql, (by, who, line_id, *days)):
                if row["days"]:
                    name = row["step"] or (line_id if query.by is By.LINE else who)
                    yield Joined(name, line_id, row["weekday"], row)


def _statement(query: ReportQuery, columns: Collection[str], *, weekdays: bool) -> str:
    step = STEPS[query.period.step] if query.by is By.TIME else "''"
    weekday = _WEEKDAY if weekdays else "0"
    cells = ", ".join(
        f"sum({name}) AS {name}" if name == "by_itself" else f"group_concat({name}, '') AS {name}"
        for name in columns
    )
    grouped = "GROUP BY 2, 3" if weekdays or query.by is By.TIME else ""
    return f"""
    SELECT count(*) AS days, {step} AS step, {weekday} AS weekday, {cells} FROM report_day
    WHERE by_what = ? AND who = ? AND line_id = ? AND day BETWEEN ? AND ? {grouped}
    """  # noqa: S608 -- our own columns


def _whos(conn: sqlite3.Connection, by: By) -> Sequence[str]:
    found = [row["id"] for row in conn.execute(_IDS[by])] if by in _IDS else []
    return found if by is By.LABEL else [*found, ""]


def named(conn: sqlite3.Connection, query: ReportQuery, ids: Collection[str]) -> Sequence[Whom]:
    """By name, never by how they did; nobody in particular comes last. Labels that are no more are
    left out, lines and colleagues that are gone stay. Of time each step has its place.
    """
    if query.by is By.TIME:
        return [Whom(id=each, name=each) for each in query.period.steps]
    found = conn.execute(_NAMES[query.by], (json.dumps(sorted(ids)),))
    whom = [Whom(id=row["id"], name=row["name"]) for row in found]
    ordered = sorted(whom, key=lambda each: ((each.name or "").casefold(), each.id))
    return [*ordered, Whom(id=None, name=None)] if "" in ids else ordered


STEPS = {
    PeriodStep.DAY: "day",
    PeriodStep.WEEK: "date(day, '-6 days', 'weekday 1')",
    PeriodStep.MONTH: "substr(day, 1, 8) || '01'",
}
_IDS = {By.STAFF: "SELECT id FROM staff", By.LABEL: "SELECT id FROM label"}
_WEEKDAY = "(CAST(strftime('%w', day) AS INTEGER) + 6) % 7 + 1"
"""1 is Monday."""
_NAMES = {
    By.LINE: "SELECT id, number AS name FROM line WHERE id IN (SELECT value FROM json_each(?))",
    By.STAFF: "SELECT id, name FROM staff WHERE id IN (SELECT value FROM json_each(?))",
    By.LABEL: "SELECT id, name FROM label WHERE id IN (SELECT value FROM json_each(?))",
}
