"""Which state of the colleagues each box was last told."""

import sqlite3

from appliance.store.store import Tx


def told(conn: sqlite3.Connection, box_id: str) -> tuple[int, str]:
    """Its version, and a hash of it; 0 and empty before the first one."""
    row = conn.execute("SELECT version, hash FROM box_staff WHERE box_id = ?", (box_id,)).fetchone()
    return (0, "") if row is None else (row["version"], row["hash"])


def note(tx: Tx, box_id: str, version: int, hashed: str) -> None:
    tx.conn.execute(
        "INSERT INTO box_staff (box_id, version, hash) VALUES (?, ?, ?) ON CONFLICT (box_id)"
        " DO UPDATE SET version = excluded.version, hash = excluded.hash",
        (box_id, version, hashed),
    )
