"""What follows at once when somebody withdraws, and an objection to the whole company."""

import sqlite3
from collections.abc import Sequence

from appliance.clock import MS_PER_S
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.identities import Identity
from appliance.messages import MessageClass, MessageState
from appliance.queue.permission import may_write
from appliance.reasons import Reason
from appliance.store import consent, contacts, messages
from appliance.store.consent import ConsentKind
from appliance.store.contacts import Contact
from appliance.store.store import Tx

MAX_WORDS = 1000
TAP_TAKES_MS = 60 * MS_PER_S
"""No tap can follow a gate that was opened longer ago than this: every call has a deadline."""


def cancel_waiting(tx: Tx, contact_id: str, *, line_id: str | None) -> int:
    """Cancels what waits for any of their identities, on one line or on all; how many."""
    found = [row for row in _waiting(tx, contact_id) if line_id in (None, row["line_id"])]
    for row in found:
        messages.move(tx, row["id"], MessageState.CANCELLED, reason=Reason.OPTED_OUT)
    return len(found)


def cancel_forbidden(tx: Tx, contact_id: str) -> None:
    """Cancels what waits for them and may not leave, now that more is known of the person."""
    for row in _waiting(tx, contact_id):
        permission = may_write(
            tx.conn,
            line_id=row["line_id"],
            identity=contacts.identity_of(row),
            channel=None,
            kind=MessageClass(row["class"]),
            message_id=row["id"],
        )
        if permission.refusal is not None:
            messages.move(tx, row["id"], MessageState.CANCELLED, reason=permission.refusal.code)


def _waiting(tx: Tx, contact_id: str) -> Sequence[sqlite3.Row]:
    return tx.conn.execute(
        "SELECT id, line_id, scheme, value, class FROM message WHERE state = 'queued'"
        " AND state IN ('queued', 'sending', 'unconfirmed')"  # as the index has it
        " AND line_id IN (SELECT id FROM line)"
        " AND (contact_id = ?1"
        "   OR (value, scheme) IN"
        "    (SELECT value, scheme FROM contact_identity WHERE contact_id = ?1))",
        (contact_id,),
    ).fetchall()


def object_everywhere(tx: Tx, identity: Identity, *, words: str, recorded_by: str) -> int:
    """They object to every line of the company; how many waiting messages that cancelled.

    For another process, which cannot take the lock of a tap: so it is refused while a device is at
    its tap. Raises NotFound too.
    """
    contact = contacts.by_identity(tx.conn, identity)
    if contact is None:
        raise NotFound("contact")
    if _is_being_tapped(tx, contact.id):
        raise Refused(
            Reason.BEING_SENT,
            "A message to this person is being sent at this moment.",
            remedy="Try again in a minute.",
        )
    return _object(tx, contact.id, identity, words=words, recorded_by=recorded_by)


def object_to_all(tx: Tx, contact: Contact, *, words: str, recorded_by: str) -> int:
    """As `object_everywhere`, for this process, which calls it inside `ConsentGate.write`.

    Raises InvalidInput for what says nothing, and NotFound for who has no number here.
    """
    said = " ".join(words.split())
    if not said or len(said) > MAX_WORDS:
        raise InvalidInput("words", f"Say in {MAX_WORDS} characters what they said, and where.")
    if not contact.identities:
        raise NotFound("contact")
    return _object(tx, contact.id, contact.identities[0], words=said, recorded_by=recorded_by)


def _object(tx: Tx, contact_id: str, identity: Identity, *, words: str, recorded_by: str) -> int:
    """It holds for all that they have: see `store/consent.py`."""
    consent.record(
        tx,
        identity=identity,
        contact_id=contact_id,
        line_id=None,
        kind=ConsentKind.OBJECTED,
        recorded_by=recorded_by,
        words=words,
    )
    return cancel_waiting(tx, contact_id, line_id=None)


def _is_being_tapped(tx: Tx, contact_id: str) -> bool:
    row = tx.conn.execute(
        "SELECT 1 FROM contact_identity n JOIN conversation c ON c.contact_id = n.contact_id"
        " JOIN message m ON m.conversation_id = c.id AND m.state = 'sending'"
        " JOIN attempt a ON a.message_id = m.id AND a.ended_ms IS NULL AND a.tapped_ms > ?"
        " WHERE n.contact_id = ? LIMIT 1",
        (tx.now_ms - TAP_TAKES_MS, contact_id),
    ).fetchone()
    return row is not None
