"""Branches, at the SQL edge."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.errors import NotFound, Refused
from appliance.events import EventKind
from appliance.reasons import Reason
from appliance.store.branch_settings import BranchSettings, settings_of
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    id: str
    name: str
    settings: BranchSettings


def add_branch(tx: Tx, name: str) -> str:
    """The new branch's id. Raises Refused when the name is taken."""
    if tx.conn.execute("SELECT 1 FROM branch WHERE name = ?", (name,)).fetchone():
        raise Refused(
            Reason.NAME_TAKEN, f"There is a branch “{name}” already; choose another name."
        )
    branch_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO branch (id, name, created_ms) VALUES (?, ?, ?)", (branch_id, name, tx.now_ms)
    )
    tx.emit(EventKind.BRANCH_ADDED, branch_id=branch_id)
    return branch_id


def rename_branch(tx: Tx, branch_id: str, name: str, *, staff_id: str | None) -> None:
    """Raises Refused when another one has the name."""
    other = tx.conn.execute("SELECT 1 FROM branch WHERE name = ? AND id <> ?", (name, branch_id))
    if other.fetchone():
        raise Refused(
            Reason.NAME_TAKEN, f"There is a branch “{name}” already; choose another name."
        )
    tx.conn.execute("UPDATE branch SET name = ? WHERE id = ?", (name, branch_id))
    facts = {"fields": ["name"]}
    tx.emit(EventKind.BRANCH_CHANGED, branch_id=branch_id, staff_id=staff_id, facts=facts)


def branches(conn: sqlite3.Connection) -> Sequence[Branch]:
    rows = conn.execute("SELECT id, name, settings FROM branch ORDER BY name")
    return [_branch(row) for row in rows]


def branch(conn: sqlite3.Connection, name_or_id: str) -> Branch:
    """Raises NotFound."""
    row = conn.execute(
        "SELECT id, name, settings FROM branch WHERE id = ?", (name_or_id,)
    ).fetchone()
    if row is not None:
        return _branch(row)
    for each in branches(conn):
        if name_or_id.casefold() == each.name.casefold():
            return each
    raise NotFound("branch")


def _branch(row: sqlite3.Row) -> Branch:
    return Branch(id=row["id"], name=row["name"], settings=settings_of(row["settings"]))
