"""A question how it went never comes into a conversation that goes on: it is taken back."""

import sqlite3

from appliance.messages import MessageState
from appliance.queue.pacing import DAY_MS
from appliance.reasons import Reason
from appliance.store import messages
from appliance.store.store import Tx

AFTER_DONE = "after-done"
"""The rule that such a message was written by."""
QUIET_MS = 5 * 60_000
"""Nothing that Balie says by itself comes so soon after a colleague's words."""


def take_back(tx: Tx, conversation_id: str) -> None:
    """They wrote, or a colleague goes on. What has left in part is finished."""
    for row in tx.conn.execute(_WAITING, (conversation_id,)).fetchall():
        messages.move(tx, row["id"], MessageState.CANCELLED, reason=Reason.ANSWERED)


def is_late(tx: Tx, message_id: str) -> bool:
    """True of such a question when the conversation is open again, or was answered just now."""
    row = tx.conn.execute(_ABOUT, (message_id,)).fetchone()
    if row is None:
        return False
    answered = answered_ms(tx.conn, row["conversation_id"], tx.now_ms)
    too_soon = answered is not None and tx.now_ms - answered < QUIET_MS
    return row["done_ms"] is None or too_soon


def answered_ms(conn: sqlite3.Connection, conversation_id: str, now_ms: int) -> int | None:
    """When a colleague or a program last answered there, of the last day; what still waits counts
    as of now.
    """
    values = {"conversation": conversation_id, "now_ms": now_ms, "since_ms": now_ms - DAY_MS}
    row = conn.execute(_ANSWERED, values).fetchone()
    return None if row is None else int(row["at_ms"])


_WAITING = """
SELECT m.id FROM conversation c JOIN message m INDEXED BY message_after_done_to
  ON m.contact_id = c.contact_id AND m.rule = 'after-done'
WHERE c.id = ? AND m.conversation_id = c.id AND m.state = 'queued' AND m.bound_to IS NULL
"""

_ABOUT = """
SELECT m.conversation_id, w.done_ms FROM message m
LEFT JOIN casework w ON w.conversation_id = m.conversation_id
WHERE m.id = ? AND m.rule = 'after-done' AND m.bound_to IS NULL
"""

_ANSWERED = """
SELECT coalesce(sent_ms, :now_ms) AS at_ms FROM message
WHERE conversation_id = :conversation AND happened_ms > :since_ms AND direction = 'out'
AND rule IS NULL AND class IN ('reply', 'automatic')
AND state NOT IN ('cancelled', 'expired', 'refused', 'failed')
ORDER BY happened_ms DESC LIMIT 1
"""
