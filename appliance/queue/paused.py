"""What of a list waits because somebody paused its send; the send's own state decides it.

The rows are parked, so they hold up nobody; a row that is not parked yet is held all the same.
"""

import sqlite3

from appliance.reasons import Reason
from appliance.store.store import Tx

IS_PAUSED = """(m.class = 'list' AND EXISTS (SELECT 1 FROM list_send_item i
  CROSS JOIN list_send s ON s.id = i.send_id WHERE i.message_id = m.id AND s.state = 'paused'))"""
"""Of a row `m`."""


def holds(conn: sqlite3.Connection, message_id: str) -> bool:
    """Whether this message waits until somebody goes on with its send."""
    found = conn.execute(f"SELECT 1 FROM message m WHERE m.id = ? AND {IS_PAUSED}", (message_id,))  # noqa: S608 -- our own words
    return found.fetchone() is not None


def park(tx: Tx, send_id: str) -> int:
    """Its waiting messages hold up nobody from here on; gives how many they are."""
    return tx.conn.execute(_PARK, (Reason.PAUSED, send_id)).rowcount


def let_go(tx: Tx, send_id: str) -> int:
    """The planner says anew when each of them leaves."""
    return tx.conn.execute(_LET_GO, (send_id, Reason.PAUSED)).rowcount


_PARK = """
UPDATE message SET reason = ?1, expected_ms = NULL WHERE state = 'queued' AND reason IS NOT ?1
AND id IN (SELECT message_id FROM list_send_item WHERE send_id = ?2)
"""
_LET_GO = """
UPDATE message SET reason = NULL WHERE state = 'queued' AND reason = ?2
AND id IN (SELECT message_id FROM list_send_item WHERE send_id = ?1)
"""
