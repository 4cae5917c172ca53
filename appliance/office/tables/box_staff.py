"""Which state of the colleagues each box was last told."""

import sqlite3
from collections.abc import Mapping

from appliance.store.store import Tx

_MOST = 10**15
"""No office ever had so many states of its colleagues, whatever a box says."""


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


def tell_again(tx: Tx, box_id: str) -> None:
    """Whatever it was told, it knows an older state."""
    tx.conn.execute("UPDATE box_staff SET hash = '' WHERE box_id = ?", (box_id,))


def told_otherwise(conn: sqlite3.Connection) -> Mapping[str, int]:
    """Boxes that do not know what they were told last, with the version that they have: a newer
    one, where this office was put back to an earlier day.
    """
    rows = conn.execute(
        "SELECT box.id, coalesce(json_extract(box.facts, '$.staff_version'), 0) AS has"
        " FROM box LEFT JOIN box_staff s ON s.box_id = box.id"
        " WHERE box.struck_off_ms IS NULL"
        " AND (s.hash = '' OR has > coalesce(s.version, 0)) AND has < ?",
        (_MOST,),
    )
    return {row["id"]: row["has"] for row in rows}
