"""Colleagues whom head office sends: the whole of them at once, in the place of those before.

Who is left out may nothing here any more. Colleagues whom the box itself made are not touched; one
who has the name of one of them is told apart by a word.
"""

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from appliance.desk.access import sessions
from appliance.desk.access.rights import Permission, rights_of
from appliance.desk.team import cases, emergency, staff
from appliance.events import EventKind
from appliance.store import branches, office_commands, unread
from appliance.store.store import Tx

_APART = "{name} ({number})"

_Granted = tuple[str, str | None, str]
"""A permission, the branch, the role that it came with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeGrant:
    """`branch_id` None: in every branch of this box."""

    permission: str
    branch_id: str | None
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeColleague:
    id: str
    name: str
    language: str | None
    disabled: bool
    grants: Sequence[OfficeGrant]


def take(tx: Tx, told: Sequence[OfficeColleague]) -> int:
    """How many were changed."""
    before = office_commands.staff_ids(tx.conn)
    here = {each.id for each in branches.branches(tx.conn)}
    changed = sum(_take(tx, each, here) for each in told)
    for staff_id in sorted(before - {each.id for each in told}):
        changed += _leave(tx, staff_id)
    return changed


def _take(tx: Tx, told: OfficeColleague, branches_here: Collection[str]) -> bool:
    known = staff.member_of(tx.conn, told.id)
    if known is None:
        _add(tx, told)
    elif told.id not in office_commands.staff_ids(tx.conn):
        return False  # an id of the box's own, which no office gives out
    wanted = _wanted(told, branches_here)
    is_other = _update(tx, told) | _put_grants(tx, told.id, wanted)
    if known is not None and is_other:
        tx.emit(EventKind.STAFF_CHANGED, staff_id=told.id, facts={"changed": "role", "by": None})
    if is_other:
        _settle(tx, told.id)
    return is_other or known is None


def _add(tx: Tx, told: OfficeColleague) -> None:
    tx.conn.execute(
        "INSERT INTO staff (id, name, created_ms) VALUES (?, ?, ?)",
        (told.id, _free_name(tx.conn, told), tx.now_ms),
    )
    office_commands.add_staff(tx, told.id)
    unread.count(tx.conn, told.id)
    tx.emit(EventKind.STAFF_ADDED, staff_id=told.id, facts={"given": [], "by": None})


def _free_name(conn: sqlite3.Connection, told: OfficeColleague) -> str:
    name, number = told.name, 1
    while conn.execute(
        "SELECT 1 FROM staff WHERE name = ? AND id <> ?", (name, told.id)
    ).fetchone():
        number += 1
        name = _APART.format(name=told.name, number=number)
    return name


def _wanted(told: OfficeColleague, branches_here: Collection[str]) -> set[_Granted]:
    """What can be granted here: other boxes have other branches, newer offices more permissions."""
    known = {each.value for each in Permission}
    return {
        (each.permission, each.branch_id, each.role)
        for each in told.grants
        if each.permission in known and (each.branch_id is None or each.branch_id in branches_here)
    }


def _update(tx: Tx, told: OfficeColleague) -> bool:
    language = told.language if told.language in ("nl", "en") else None
    row = tx.conn.execute(
        "SELECT name, language, disabled_ms FROM staff WHERE id = ?", (told.id,)
    ).fetchone()
    name = _free_name(tx.conn, told)
    now = (row["name"], row["language"], row["disabled_ms"] is not None)
    if now == (name, language, told.disabled):
        return False
    disabled_ms = (row["disabled_ms"] or tx.now_ms) if told.disabled else None
    tx.conn.execute(
        "UPDATE staff SET name = ?, language = ?, disabled_ms = ? WHERE id = ?",
        (name, language, disabled_ms, told.id),
    )
    return True


def _put_grants(tx: Tx, staff_id: str, wanted: set[_Granted]) -> bool:
    rows = tx.conn.execute(
        "SELECT permission, branch_id, role FROM staff_grant WHERE staff_id = ?", (staff_id,)
    )
    if {tuple(row) for row in rows} == wanted:
        return False
    tx.conn.execute("DELETE FROM staff_grant WHERE staff_id = ?", (staff_id,))
    tx.conn.executemany(
        "INSERT OR IGNORE INTO staff_grant (staff_id, permission, branch_id, role)"
        " VALUES (?, ?, ?, ?)",
        [(staff_id, *each) for each in sorted(wanted, key=str)],
    )
    return True


def _settle(tx: Tx, staff_id: str) -> None:
    """What they may no more is taken from them, as when a local administrator does it."""
    if not rights_of(tx.conn, staff_id).grants:
        tx.conn.execute("DELETE FROM login_link WHERE staff_id = ?", (staff_id,))
        sessions.end_all(tx, staff_id)
    emergency.end_beyond_rights(tx, staff_id)
    cases.release_out_of_reach(tx, staff_id)


def _leave(tx: Tx, staff_id: str) -> bool:
    gone = OfficeColleague(
        id=staff_id, name=_name(tx.conn, staff_id), language=None, disabled=True, grants=()
    )
    return _take(tx, gone, ())


def _name(conn: sqlite3.Connection, staff_id: str) -> str:
    member = staff.member_of(conn, staff_id)
    return member.name if member else ""
