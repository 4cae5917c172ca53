"""Attempts that were said not to have left, and had: how many there were.

The history of a SIM that a process keeps in memory lacks such an attempt. Each thread and process
sees by this number, which changes with the attempt in one transaction, that it has to read anew.
"""

import sqlite3

from appliance.store.store import Tx

_NAME = "attempt.late-proofs"


def count(conn: sqlite3.Connection) -> int:
    row = conn.execute("SELECT value FROM meta WHERE name = ?", (_NAME,)).fetchone()
    return 0 if row is None else int(row["value"])


def note(tx: Tx, attempt_id: str) -> None:
    """To be called before this attempt is said to have left, or to be in doubt."""
    tx.conn.execute(
        "INSERT INTO meta (name, value) SELECT ?, '1' FROM attempt"
        " WHERE id = ? AND outcome = 'not_sent' AND tapped_ms IS NOT NULL"
        " ON CONFLICT (name) DO UPDATE SET value = value + 1",
        (_NAME, attempt_id),
    )
