"""The duty roster of a line: brought as a calendar file, read as who is on duty."""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appliance.characters import clean_name
from appliance.desk.access.rights import Permission
from appliance.desk.automatic.calendar_file import CalendarShift
from appliance.events import EventKind
from appliance.store.lines import Line
from appliance.store.store import Tx

SHOWN = 8
_WORD = re.compile(r"\w+")
KEPT_MS = 31 * 24 * 3_600_000
"""Shifts stay for a month, so that one can look up who was on duty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftShown:
    """`name` is the colleague who is meant; None where that is not plain."""

    starts_ms: int
    ends_ms: int
    who: str
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """`name` is that of the file; `until_ms` is when its last shift ends. `unknown` are titles of
    shifts from now on that name no colleague.
    """

    name: str
    imported_ms: int
    until_ms: int
    next: Sequence[ShiftShown]
    unknown: Sequence[str]


def of_line(conn: sqlite3.Connection, line_id: str, now_ms: int) -> Roster | None:
    row = conn.execute(
        "SELECT name, imported_ms, (SELECT max(ends_ms) FROM duty_shift WHERE line_id = ?1)"
        " AS until_ms FROM duty_roster WHERE line_id = ?1",
        (line_id,),
    ).fetchone()
    if row is None:
        return None
    coming = conn.execute(_COMING, {"line": line_id, "now": now_ms, "most": SHOWN})
    unknown = conn.execute(_UNKNOWN, {"line": line_id, "now": now_ms, "most": SHOWN})
    return Roster(
        name=row["name"],
        imported_ms=row["imported_ms"],
        until_ms=row["until_ms"] or row["imported_ms"],
        next=[ShiftShown(**dict(each)) for each in coming],
        unknown=[each["who"] for each in unknown],
    )


def bring(
    tx: Tx, line: Line, name: str, shifts: Sequence[CalendarShift], *, staff_id: str | None
) -> None:
    """Takes the place of the roster that the line had."""
    _forget(tx, line.id)
    tx.conn.execute(
        "INSERT INTO duty_roster (line_id, name, staff_id, imported_ms) VALUES (?, ?, ?, ?)",
        (line.id, clean_name(name) or "?", staff_id, tx.now_ms),
    )
    colleagues = _colleagues(tx.conn, line.branch_id)
    for shift in shifts:
        meant: Sequence[str | None] = _meant(shift, colleagues) or (None,)
        tx.conn.executemany(
            "INSERT INTO duty_shift (line_id, starts_ms, ends_ms, who, staff_id)"
            " VALUES (?, ?, ?, ?, ?)",
            [(line.id, shift.starts_ms, shift.ends_ms, shift.who, each) for each in meant],
        )
    _tell(tx, line.id, staff_id, "imported", len(shifts))


def remove(tx: Tx, line_id: str, *, staff_id: str | None) -> None:
    """Nothing happens where there is none."""
    if _forget(tx, line_id):
        _tell(tx, line_id, staff_id, "removed", 0)


def forget_old(tx: Tx) -> None:
    tx.conn.execute("DELETE FROM duty_shift WHERE ends_ms < ?", (tx.now_ms - KEPT_MS,))


def _forget(tx: Tx, line_id: str) -> bool:
    tx.conn.execute("DELETE FROM duty_shift WHERE line_id = ?", (line_id,))
    gone = tx.conn.execute("DELETE FROM duty_roster WHERE line_id = ?", (line_id,))
    return gone.rowcount > 0


def _tell(tx: Tx, line_id: str, staff_id: str | None, what: str, shifts: int) -> None:
    facts = {"what": what, "shifts": shifts}
    tx.emit(EventKind.LINE_ROSTER, line_id=line_id, staff_id=staff_id, facts=facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Colleagues:
    """The ids of those who may answer, by address of e-mail, by name and by first name."""

    by_email: Mapping[str, str]
    by_name: Mapping[str, str]
    by_first_name: Mapping[str, str]


def _colleagues(conn: sqlite3.Connection, branch_id: str) -> _Colleagues:
    about = {"right": Permission.INBOX_WRITE.value, "branch": branch_id}
    rows = conn.execute(_WHO_MAY_ANSWER, about).fetchall()
    firsts = [_words(row["name"]).partition(" ")[0] for row in rows]
    return _Colleagues(
        by_email={row["email"].lower(): row["id"] for row in rows if row["email"]},
        by_name={_words(row["name"]): row["id"] for row in rows},
        by_first_name={
            first: row["id"]
            for first, row in zip(firsts, rows, strict=True)
            if firsts.count(first) == 1
        },
    )


def _meant(shift: CalendarShift, colleagues: _Colleagues) -> Sequence[str]:
    """Whose address is invited; else whose name stands in the title, else whose first name, where
    one colleague alone has it.
    """
    invited = {colleagues.by_email[each] for each in shift.emails if each in colleagues.by_email}
    title = _words(shift.who)
    return sorted(
        invited
        or _named_in(title, colleagues.by_name)
        or _named_in(title, colleagues.by_first_name)
    )


def _named_in(title: str, names: Mapping[str, str]) -> frozenset[str]:
    """The longest name first: what it takes names nobody else."""
    rest, found = f" {title} ", []
    for name in sorted(filter(None, names), key=len, reverse=True):
        if f" {name} " in rest:
            rest = rest.replace(f" {name} ", " | ")
            found.append(names[name])
    return frozenset(found)


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


_WHO_MAY_ANSWER = """
SELECT DISTINCT staff.id, staff.name, staff.email FROM staff
JOIN staff_grant g ON g.staff_id = staff.id AND g.permission = :right
  AND (g.branch_id IS NULL OR g.branch_id = :branch)
WHERE staff.disabled_ms IS NULL
"""
_COMING = """
SELECT d.starts_ms, d.ends_ms, d.who, staff.name
FROM duty_shift d INDEXED BY duty_shift_line LEFT JOIN staff ON staff.id = d.staff_id
WHERE d.line_id = :line AND d.ends_ms > :now ORDER BY d.starts_ms, d.ends_ms, d.who LIMIT :most
"""
_UNKNOWN = """
SELECT DISTINCT who FROM duty_shift INDEXED BY duty_shift_line
WHERE line_id = :line AND ends_ms > :now AND staff_id IS NULL ORDER BY who LIMIT :most
"""
