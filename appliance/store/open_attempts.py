"""Messages that a device has in hand."""

import sqlite3


def count_open_attempts(conn: sqlite3.Connection) -> int:
    row = conn.execute(
        "SELECT count(*) FROM message"
        " WHERE state IN ('sending', 'unconfirmed')"  # as the index has it
        " AND state = 'sending'"
    ).fetchone()
    return int(row[0])
