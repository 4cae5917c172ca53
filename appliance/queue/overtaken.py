"""A question how it went never comes into a conversation that goes on: it is taken back."""

import sqlite3

from appliance.messages import MessageState
from appliance.queue.office_hours import hours_of
from appliance.queue.pacing import DAY_MS, MINUTE_MS, QUIET_MS
from appliance.reasons import Reason
from appliance.store import branches, lines, messages
from appliance.store.store import Tx

AFTER_DONE = "after-done"
"""The rule that such a message was written by."""


def take_back(tx: Tx, conversation_id: str) -> None:
    """They wrote, or a colleague goes on. What has left in part is finished."""
    for row in tx.conn.execute(_WAITING, (conversation_id,)).fetchall():
        messages.move(tx, row["id"], MessageState.CANCELLED, reason=Reason.ANSWERED)


def is_late(tx: Tx, message_id: str) -> bool:
    """True of such a question when the conversation is open again, or a colleague went on in it
    just now.
    """
    row = tx.conn.execute(_ABOUT, (message_id,)).fetchone()
    if row is None:
        return False
    if row["done_ms"] is None:
        return True
    went_on = answered_ms(tx.conn, row["conversation_id"], tx.now_ms, after=message_id)
    return went_on is not None and tx.now_ms - went_on < QUIET_MS


def hold_back(tx: Tx, message_id: str) -> bool:
    """Moves such a question to its time; True if that is not now. An answer that was on its way
    when the conversation was done may have left only just before.
    """
    row = tx.conn.execute(_ABOUT, (message_id,)).fetchone()
    if row is None:
        return False
    answered = answered_ms(tx.conn, row["conversation_id"], tx.now_ms)
    quiet_ms = tx.now_ms if answered is None else max(tx.now_ms, answered + QUIET_MS)
    later_ms = open_from(tx.conn, row["line_id"], quiet_ms)
    if later_ms == tx.now_ms:
        return False
    tx.conn.execute("UPDATE message SET not_before_ms = ? WHERE id = ?", (later_ms, message_id))
    return True


def open_from(conn: sqlite3.Connection, line_id: str, from_ms: int) -> int | None:
    """Nobody is asked at night. None where the branch never opens."""
    branch = branches.branch(conn, lines.line(conn, line_id).branch_id)
    return hours_of(branch).open_from(from_ms)


def answered_ms(
    conn: sqlite3.Connection, conversation_id: str, now_ms: int, *, after: str = ""
) -> int | None:
    """When a colleague or a program last answered there, of the last day; what still waits counts
    as of now, and what is planned for later not at all. `after`: of messages with higher ids.
    """
    values = {
        "conversation": conversation_id,
        "now_ms": now_ms,
        "since_ms": now_ms - DAY_MS,
        "soon_ms": now_ms + MINUTE_MS,
        "after": after,
    }
    found: int | None = conn.execute(_ANSWERED, values).fetchone()["at_ms"]
    return found


_WAITING = """
SELECT m.id FROM conversation c JOIN message m INDEXED BY message_after_done_to
  ON m.contact_id = c.contact_id AND m.rule = 'after-done'
WHERE c.id = ? AND m.conversation_id = c.id AND m.state = 'queued' AND m.bound_to IS NULL
"""

_ABOUT = """
SELECT m.conversation_id, m.line_id, w.done_ms FROM message m
LEFT JOIN casework w ON w.conversation_id = m.conversation_id
WHERE m.id = ? AND m.rule = 'after-done' AND m.bound_to IS NULL
"""

_ANSWERED = """
SELECT max(coalesce(sent_ms, :now_ms)) AS at_ms FROM message
WHERE conversation_id = :conversation AND happened_ms > :since_ms AND direction = 'out'
AND rule IS NULL AND class IN ('reply', 'automatic')
AND id > :after AND state NOT IN ('cancelled', 'expired', 'refused', 'failed')
AND (state <> 'queued' OR tries > 0 OR coalesce(not_before_ms, 0) <= :soon_ms)
"""
