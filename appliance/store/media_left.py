"""Which files of a message have left: each is a message of its own on the phone."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from appliance.store.store import Tx


def left_by(conn: sqlite3.Connection, message_ids: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """The attempts in which its files left, by message, in the order of the files; those that are
    still to leave come behind them. A message of which none left is not in it.
    """
    found: dict[str, list[str]] = {}
    for row in conn.execute(_LEFT, (json.dumps(list(message_ids)),)):
        found.setdefault(row["message_id"], []).append(row["left_by"])
    return found


def note_left(tx: Tx, message_id: str, attempt_id: str) -> bool:
    """Notes that its next file left in this attempt; True while others are still to leave.

    The same attempt may be noted again.
    """
    tx.conn.execute(
        "UPDATE message_media SET left_by = ?2 WHERE message_id = ?1 AND position = ("
        "  SELECT min(position) FROM message_media WHERE message_id = ?1 AND left_by IS NULL)"
        " AND NOT EXISTS (SELECT 1 FROM message_media WHERE message_id = ?1 AND left_by = ?2)",
        (message_id, attempt_id),
    )
    more = tx.conn.execute(
        "SELECT 1 FROM message_media WHERE message_id = ? AND left_by IS NULL LIMIT 1",
        (message_id,),
    )
    return more.fetchone() is not None


_LEFT = """
SELECT message_id, left_by FROM message_media
WHERE message_id IN (SELECT value FROM json_each(?)) AND left_by IS NOT NULL
ORDER BY message_id, position
"""
