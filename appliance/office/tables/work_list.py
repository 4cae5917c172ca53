"""The work list: one row a conversation of every box, so that a list reads one database."""

import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import astuple, fields

from appliance.office.tables import office_drafts
from appliance.store.store import Tx
from appliance.store.work_rows import WorkRow

_COLUMNS = tuple(each.name for each in fields(WorkRow) if each.name != "named")
_PUT = f"""
INSERT INTO work_list (box_id, {", ".join(_COLUMNS)})
VALUES ({", ".join("?" * (len(_COLUMNS) + 1))})
ON CONFLICT (conversation_id) DO UPDATE SET box_id = excluded.box_id,
  {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])}
"""  # noqa: S608 -- columns of ours


def put(tx: Tx, box_id: str, asked: Collection[str], found: Sequence[WorkRow]) -> None:
    """These conversations are as found now; those that were not found are no more."""
    gone = set(asked) - {each.conversation_id for each in found}
    tx.conn.executemany(
        "DELETE FROM work_list WHERE conversation_id = ? AND box_id = ?",
        [(each, box_id) for each in gone],
    )
    office_drafts.forget_all(tx, gone)
    tx.conn.executemany(_PUT, [_values(box_id, each) for each in found])
    _put_named(tx, found)


def _put_named(tx: Tx, found: Sequence[WorkRow]) -> None:
    tx.conn.executemany(
        "DELETE FROM work_list_named WHERE conversation_id = ?",
        [(each.conversation_id,) for each in found],
    )
    tx.conn.executemany(
        "INSERT INTO work_list_named (staff_id, conversation_id) VALUES (?, ?)",
        [(staff_id, each.conversation_id) for each in found for staff_id in each.named],
    )


def _values(box_id: str, row: WorkRow) -> tuple[object, ...]:
    *values, labels, _ = astuple(row)
    return (box_id, *values, json.dumps(labels))


def box_of(conn: sqlite3.Connection, conversation_id: str) -> str | None:
    row = conn.execute(
        "SELECT box_id FROM work_list WHERE conversation_id = ?", (conversation_id,)
    ).fetchone()
    return None if row is None else str(row["box_id"])


def branch_of(conn: sqlite3.Connection, conversation_id: str) -> str | None:
    row = conn.execute(
        "SELECT branch_id FROM work_list WHERE conversation_id = ?", (conversation_id,)
    ).fetchone()
    return None if row is None else str(row["branch_id"])


def foreign(conn: sqlite3.Connection, box_id: str, ids: Collection[str]) -> str | None:
    """One of these conversations that is another box's."""
    row = conn.execute(
        "SELECT w.conversation_id FROM work_list w JOIN box ON box.id = w.box_id"
        " WHERE w.conversation_id IN (SELECT value FROM json_each(?)) AND w.box_id <> ?"
        " AND box.struck_off_ms IS NULL LIMIT 1",
        (json.dumps(list(ids)), box_id),
    ).fetchone()
    return None if row is None else str(row["conversation_id"])


def forget_people(tx: Tx, box_id: str) -> None:
    """Who they are with: the rows are made anew by who is told of it."""
    tx.conn.execute("UPDATE work_list SET contact_id = NULL WHERE box_id = ?", (box_id,))


def forget_box(tx: Tx, box_id: str) -> None:
    tx.conn.execute("DELETE FROM work_list WHERE box_id = ?", (box_id,))
