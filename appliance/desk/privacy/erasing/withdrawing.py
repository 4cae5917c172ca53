"""What is on its way to a person who is erased: what waits leaves no more, what a device has in
hand comes to its end first.
"""

import sqlite3
from collections.abc import Sequence

from appliance.messages import MessageState
from appliance.queue.pacing import MINUTE_MS
from appliance.reasons import Reason
from appliance.store import holds, messages
from appliance.store.erasures import Erasure
from appliance.store.store import Tx

WAITS_MS = 30 * MINUTE_MS
"""How long a device may be asked what became of a message, before that is given up."""


def is_due(conn: sqlite3.Connection, erasure: Erasure, now_ms: int) -> bool:
    """Whether there is anything to do but to wait."""
    if _is_again(erasure):
        return True
    if holds.is_held(conn, erasure.contact_id):
        return False
    states = {row["state"] for row in _unended(conn, erasure.contact_id)}
    if MessageState.QUEUED.value in states or now_ms - erasure.asked_ms > WAITS_MS:
        return MessageState.SENDING.value not in states or MessageState.QUEUED.value in states
    return not _in_hand(conn, erasure, now_ms)


def withdraw_queued(tx: Tx, contact_id: str) -> None:
    for row in _unended(tx.conn, contact_id):
        if row["state"] == MessageState.QUEUED.value:
            messages.move(tx, row["id"], MessageState.CANCELLED, reason=Reason.ERASED)


def withdraw(tx: Tx, erasure: Erasure) -> bool:
    """What waits leaves no more; whether nothing is in the hands of a device, and no hold that was
    put on since keeps them.
    """
    if not _is_again(erasure) and holds.is_held(tx.conn, erasure.contact_id):
        return False
    withdraw_queued(tx, erasure.contact_id)
    if _in_hand(tx.conn, erasure, tx.now_ms):
        return False
    for row in _unended(tx.conn, erasure.contact_id):
        # Nobody will ever know more of it: what proved it is about to go.
        messages.move(tx, row["id"], MessageState.FAILED, reason=Reason.ERASED)
    return True


def _in_hand(conn: sqlite3.Connection, erasure: Erasure, now_ms: int) -> bool:
    """A doubt that waits for a person, or for a device that does not answer, ends with this."""
    if _is_again(erasure):
        return False
    given_up = now_ms - erasure.asked_ms > WAITS_MS
    return any(
        row["state"] == MessageState.SENDING.value
        or (
            row["state"] == MessageState.UNCONFIRMED.value
            and not given_up
            and row["reason"] not in (Reason.PERSON, Reason.DEVICE_GONE)
        )
        for row in _unended(conn, erasure.contact_id)
    )


def _is_again(erasure: Erasure) -> bool:
    """After a copy was put back: they were erased once, and no device knows more of it."""
    return erasure.reason == Reason.RESTORED


def _unended(conn: sqlite3.Connection, contact_id: str) -> Sequence[sqlite3.Row]:
    return conn.execute(_UNENDED, {"contact": contact_id}).fetchall()


_UNENDED = """
SELECT m.id, m.state, m.reason FROM message m INDEXED BY message_waiting
WHERE m.state IN ('queued', 'sending', 'unconfirmed') AND m.line_id IN (SELECT id FROM line)
AND (m.conversation_id IN (SELECT id FROM conversation WHERE contact_id = :contact)
  OR m.contact_id = :contact)
ORDER BY m.id
"""
