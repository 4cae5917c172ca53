"""Rows as they were before two contacts or threads became one, so that this can be undone."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

Row = dict[str, Any]
Taken = Mapping[str, Mapping[str, Sequence[Row]]]
"""By table the rows of who is `kept`, those of the `other`, and what became of them, `joined`."""

OF_CONTACT = (
    *("contact_label", "contact_branch", "contact_note", "welcome", "identity_claim"),
    "round_person",
)
OF_THREAD = ("casework", "conversation_label", "read_mark", "draft", "note_draft")
_OWNER = dict.fromkeys(OF_CONTACT, "contact_id") | dict.fromkeys(OF_THREAD, "conversation_id")


def rows_of(conn: sqlite3.Connection, table: str, owner_id: str) -> Sequence[Row]:
    found = conn.execute(f"SELECT * FROM {table} WHERE {_OWNER[table]} = ?", (owner_id,))  # noqa: S608 -- names of ours
    return [dict(row) for row in found]


def take(
    conn: sqlite3.Connection, tables: Sequence[str], kept_id: str, other_id: str
) -> dict[str, dict[str, Sequence[Row]]]:
    """Before they become one."""
    return {
        table: {"kept": rows_of(conn, table, kept_id), "other": rows_of(conn, table, other_id)}
        for table in tables
    }


def note_joined(
    conn: sqlite3.Connection, taken: Mapping[str, dict[str, Sequence[Row]]], kept_id: str
) -> None:
    """Afterwards."""
    for table, rows in taken.items():
        rows["joined"] = rows_of(conn, table, kept_id)


def put_back(conn: sqlite3.Connection, taken: Taken, kept_id: str) -> None:
    """What somebody has changed or taken away since of the kept one stays as it is now."""
    for table, rows in taken.items():
        now = rows_of(conn, table, kept_id)
        for row in rows["joined"]:
            if row not in rows["kept"] and row in now:
                _delete(conn, table, row)
        for row in (*rows["kept"], *rows["other"]):
            if row not in rows["joined"]:
                _insert(conn, table, row)


def insert(conn: sqlite3.Connection, table: str, row: Row) -> None:
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    conn.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))  # noqa: S608 -- names of ours


def _insert(conn: sqlite3.Connection, table: str, row: Row) -> None:
    """One that is there stays; so does what names a label that is gone since."""
    with suppress(sqlite3.IntegrityError):
        insert(conn, table, row)


def _delete(conn: sqlite3.Connection, table: str, row: Row) -> None:
    same = " AND ".join(f"{name} IS ?" for name in row)
    conn.execute(f"DELETE FROM {table} WHERE {same}", tuple(row.values()))  # noqa: S608 -- names of ours
