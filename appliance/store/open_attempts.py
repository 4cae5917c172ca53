"""Messages that a device has in hand."""

import sqlite3


def count_open_attempts(conn: sqlite3.Connection) -> int:
    row = conn.execute(
        "SELECT count(*) FROM message"
        " WHERE state IN ('sending', 'unconfirmed')"  # as the index has it
        " AND state = 'sending'"
    ).fetchone()
    return int(row[0])


def has_open_attempt(conn: sqlite3.Connection, device_id: str) -> bool:
    found = conn.execute(
        "SELECT 1 FROM attempt JOIN message ON message.id = message_id"
        " WHERE device_id = ? AND ended_ms IS NULL AND message.state = 'sending' LIMIT 1",
        (device_id,),
    )
    return found.fetchone() is not None
