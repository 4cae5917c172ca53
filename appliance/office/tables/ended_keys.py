"""Which keys of boxes open nothing at the broker any more."""

import sqlite3
from collections.abc import Mapping

from appliance.office.nkeys import KeyKind, spelled
from appliance.store.store import Tx


def end(tx: Tx, box_id: str, public: bytes) -> None:
    """For good, unless the box is let in again with it."""
    tx.conn.execute(
        "INSERT OR IGNORE INTO ended_key (key, box_id, ended_ms) VALUES (?, ?, ?)",
        (spelled(KeyKind.USER, public), box_id, tx.now_ms),
    )


def open_again(tx: Tx, public: bytes) -> None:
    tx.conn.execute("DELETE FROM ended_key WHERE key = ?", (spelled(KeyKind.USER, public),))


def is_ended(conn: sqlite3.Connection, key: str) -> bool:
    return conn.execute("SELECT 1 FROM ended_key WHERE key = ?", (key,)).fetchone() is not None


def ended(conn: sqlite3.Connection) -> Mapping[str, int]:
    """With since when, in whole seconds: a pass that was made later opens again."""
    rows = conn.execute("SELECT key, ended_ms FROM ended_key ORDER BY key")
    return {row["key"]: row["ended_ms"] // 1000 for row in rows}
