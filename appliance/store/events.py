"""The event log: written inside the transaction it tells of, read from a cursor of one's own."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from appliance.events import Event, EventKind

_COLUMNS = (
    "seq, at_ms, kind, branch_id, line_id, conversation_id, contact_id, message_id, device_id, "
    "staff_id, facts"
)


def append(
    conn: sqlite3.Connection,
    *,
    at_ms: int,
    kind: EventKind,
    branch_id: str | None = None,
    line_id: str | None = None,
    conversation_id: str | None = None,
    contact_id: str | None = None,
    message_id: str | None = None,
    device_id: str | None = None,
    staff_id: str | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """Appends one event; the branch is the line's unless given."""
    conn.execute(
        "INSERT INTO event (at_ms, kind, branch_id, line_id, conversation_id, contact_id,"
        " message_id, device_id, staff_id, facts) VALUES (?, ?,"
        " coalesce(?, (SELECT branch_id FROM line WHERE id = ?)), ?, ?, ?, ?, ?, ?, ?)",
        (
            at_ms,
            kind.value,
            branch_id,
            line_id,
            line_id,
            conversation_id,
            contact_id,
            message_id,
            device_id,
            staff_id,
            json.dumps(facts) if facts else "{}",
        ),
    )


def after(conn: sqlite3.Connection, seq: int, *, limit: int = 500) -> Sequence[Event]:
    """Events that follow `seq`, oldest first."""
    rows = conn.execute(
        f"SELECT {_COLUMNS} FROM event WHERE seq > ? ORDER BY seq LIMIT ?",  # noqa: S608 -- our own column list
        (seq, limit),
    )
    return [from_row(row) for row in rows]


def of_message(conn: sqlite3.Connection, message_id: str) -> Sequence[Event]:
    """The history of one message, oldest first."""
    rows = conn.execute(
        f"SELECT {_COLUMNS} FROM event WHERE message_id = ? ORDER BY seq",  # noqa: S608 -- our own column list
        (message_id,),
    )
    return [from_row(row) for row in rows]


def last_seq(conn: sqlite3.Connection) -> int:
    return int(conn.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0])


def from_row(row: sqlite3.Row) -> Event:
    values = dict(row)
    values["kind"] = EventKind(values["kind"])
    values["facts"] = json.loads(values["facts"])
    return Event(**values)
