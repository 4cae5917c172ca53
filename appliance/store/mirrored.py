"""Branches and lines of many boxes in the office's own database, where rights are looked up, and
which groups they hold to some people.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from appliance.store.store import Tx

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Rows of the tables as they are; lines that were removed, too."""

    branches: Sequence[Row]
    lines: Sequence[Row]
    held: "Sequence[HeldGroup]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldGroup:
    """`rights` are by the ids of colleagues and tokens: whether they may answer there."""

    id: str
    branch_id: str
    rights: dict[str, bool] = field(default_factory=dict)


def directory(conn: sqlite3.Connection) -> Directory:
    return Directory(
        branches=[dict(row) for row in conn.execute("SELECT * FROM branch ORDER BY id")],
        lines=[dict(row) for row in conn.execute("SELECT * FROM line ORDER BY id")],
        held=_held(conn),
    )


def _held(conn: sqlite3.Connection) -> Sequence[HeldGroup]:
    found: dict[str, HeldGroup] = {}
    for row in conn.execute(_HELD):
        held = found.setdefault(row["id"], HeldGroup(id=row["id"], branch_id=row["branch_id"]))
        if row["who"] is not None:
            held.rights[row["who"]] = bool(row["may_answer"])
    return list(found.values())


_HELD = """
SELECT g.id, line.branch_id, coalesce(r.staff_id, r.token_id) AS who, r.may_answer
FROM chat_group g INDEXED BY chat_group_held JOIN line ON line.id = g.line_id
LEFT JOIN group_right r ON r.group_id = g.id WHERE g.held = 1 ORDER BY g.id
"""


def mirror(tx: Tx, told: Directory, *, box: str) -> Sequence[str]:
    """Gives the ids of lines whose number another line has already: they are here as removed. A
    branch whose name is taken is called by its box, too.
    """
    for row in told.branches:
        _put(tx.conn, "branch", {**row, "name": _free_name(tx.conn, row, box)})
    twice = [row["id"] for row in told.lines if _is_taken(tx.conn, row)]
    for row in told.lines:
        # A device is the box's own, and none of them is here.
        removed_ms = tx.now_ms if row["id"] in twice else row["removed_ms"]
        _put(tx.conn, "line", {**row, "stopped_on": None, "removed_ms": removed_ms})
    return twice


def forget(tx: Tx, line_ids: Sequence[str]) -> None:
    """The lines of a box that is none any more: their numbers are free for another box."""
    tx.conn.executemany(
        "UPDATE line SET removed_ms = ? WHERE id = ? AND removed_ms IS NULL",
        [(tx.now_ms, each) for each in line_ids],
    )


def _free_name(conn: sqlite3.Connection, row: Row, box: str) -> str:
    for name in (row["name"], f"{row['name']} ({box})"):
        other = conn.execute(
            "SELECT 1 FROM branch WHERE name = ? AND id <> ?", (name, row["id"])
        ).fetchone()
        if other is None:
            return str(name)
    return f"{row['name']} ({row['id']})"


def _is_taken(conn: sqlite3.Connection, row: Row) -> bool:
    if row["removed_ms"] is not None:
        return False
    other = conn.execute(
        "SELECT 1 FROM line WHERE number = ? AND id <> ? AND removed_ms IS NULL",
        (row["number"], row["id"]),
    )
    return other.fetchone() is not None


def _put(conn: sqlite3.Connection, table: str, row: Row) -> None:
    names, places = ", ".join(row), ", ".join("?" * len(row))
    changes = ", ".join(f"{name} = excluded.{name}" for name in row if name != "id")
    conn.execute(
        f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608 -- names of the schema
        f" ON CONFLICT (id) DO UPDATE SET {changes}",
        tuple(row.values()),
    )
