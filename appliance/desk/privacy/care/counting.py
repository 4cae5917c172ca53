"""How often people sent what should not be kept, and what became of it: counts, no texts."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from appliance.desk.access.sight import Sight
from appliance.store import branches
from appliance.store.branches import Branch
from appliance.store.care_marks import CareKind, CareState

WEEKS = 13
"""A quarter of a year."""
_WEEK_MS = 7 * 24 * 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CareCount:
    """Marks of one kind in one week. `week` is its Monday. `open` waits for somebody to see to
    it; `hidden` counts what was hidden at once, whatever became of it.
    """

    branch_id: str
    week: date
    kind: CareKind
    marked: int
    hidden: int
    open: int
    none: int
    removed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CareOfBranch:
    branch: Branch
    counts: Sequence[CareCount]

    @property
    def hides(self) -> Sequence[CareKind]:
        return self.branch.settings.care_hides


def of_branches(conn: sqlite3.Connection, sight: Sight, now_ms: int) -> Sequence[CareOfBranch]:
    """Those that one sees, by name; the newest week first."""
    seen = [each for each in branches.branches(conn) if sight.sees_branch(each.id)]
    return [
        CareOfBranch(branch=each, counts=_counts(conn, each, now_ms))
        for each in sorted(seen, key=lambda branch: branch.name.casefold())
    ]


def _counts(conn: sqlite3.Connection, branch: Branch, now_ms: int) -> Sequence[CareCount]:
    zone = ZoneInfo(branch.settings.zone)
    rows = conn.execute(_MARKS, (branch.id, now_ms - WEEKS * _WEEK_MS)).fetchall()
    found: dict[tuple[date, CareKind], Counter[str]] = {}
    for row in rows:
        place = (_monday(row["at_ms"], zone), CareKind(row["kind"]))
        found.setdefault(place, Counter()).update(_said(row))
    return [
        CareCount(branch_id=branch.id, week=week, kind=kind, **_figures(counted))
        for (week, kind), counted in sorted(
            found.items(), key=lambda each: (-each[0][0].toordinal(), each[0][1])
        )
    ]


def _said(row: sqlite3.Row) -> Iterable[str]:
    yield "marked"
    yield str(row["state"])
    if row["hidden"]:
        yield "hidden"


def _figures(counted: Mapping[str, int]) -> dict[str, int]:
    names = ("marked", "hidden", *(each.value for each in CareState))
    return {name: counted.get(name, 0) for name in names}


def _monday(at_ms: int, zone: ZoneInfo) -> date:
    day = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).date()
    return day - timedelta(days=day.weekday())


_MARKS = """
SELECT kind, state, hidden, at_ms FROM care_mark INDEXED BY care_mark_branch
WHERE branch_id = ? AND at_ms > ?
"""
