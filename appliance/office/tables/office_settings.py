"""What the office was told of itself: a value a name."""

import sqlite3

from appliance.store.store import Tx


def read(conn: sqlite3.Connection, name: str) -> str | None:
    row = conn.execute("SELECT value FROM office_setting WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row["value"])


def write(tx: Tx, name: str, value: str) -> None:
    tx.conn.execute(
        "INSERT INTO office_setting (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )
