"""What a person decides about a message whose outcome the device cannot tell."""

import sqlite3
from enum import Enum
from typing import Any

from appliance.channels import Channel
from appliance.desk.outgoing.sending import DEFAULT_TTL_MS
from appliance.errors import NotFound, Refused
from appliance.messages import MessageState
from appliance.queue import gone_devices, outcomes, parts, withdrawn
from appliance.reasons import Reason
from appliance.store import media_left, messages
from appliance.store.store import Tx


class Decision(Enum):
    """What somebody saw on the phone; the values are those of the page's buttons."""

    LEFT = "left"
    SEND_AGAIN = "again"
    GIVE_UP = "give-up"


def decide(tx: Tx, message_id: str, decision: Decision, *, staff_id: str) -> None:
    """Settles it, and records who did.

    Only for a message that waits for a person: while the device can still be asked, it decides.
    Raises NotFound, or Refused when it is settled already or still being looked up.
    """
    row = tx.conn.execute(
        "SELECT state, reason, (SELECT max(tapped_ms) FROM attempt WHERE message_id = message.id)"
        " AS tapped_ms FROM message WHERE id = ?",
        (message_id,),
    ).fetchone()
    if row is None:
        raise NotFound("message")
    if not _is_theirs(tx, message_id, row):
        raise Refused(Reason.NOTHING_TO_DECIDE, "This message does not wait for a person.")
    facts = {"by": "person", "staff": staff_id, "decision": decision.value}
    match decision:
        case Decision.LEFT:
            _note_left(tx, message_id, row, facts)
        case Decision.SEND_AGAIN:
            parts.given_up(tx, message_id)
            withdrawn.requeue(tx, message_id, facts=facts, expires_ms=_expires_ms(tx))
        case Decision.GIVE_UP:
            messages.move(tx, message_id, MessageState.FAILED, reason=Reason.DECIDED, facts=facts)


def _note_left(tx: Tx, message_id: str, row: sqlite3.Row, facts: dict[str, Any]) -> None:
    """It is sent, unless it has files that are still to leave."""
    last = tx.conn.execute(
        "SELECT id, channel FROM attempt WHERE message_id = ? ORDER BY id DESC LIMIT 1",
        (message_id,),
    ).fetchone()
    channel = Channel.named(last["channel"]) if last else None
    if channel and channel.carries_media and media_left.note_left(tx, message_id, last["id"]):
        outcomes.go_on(tx, message_id, channel, facts, expires_ms=_expires_ms(tx))
        return
    sent_ms = row["tapped_ms"] or tx.now_ms
    messages.move(tx, message_id, MessageState.SENT, facts=facts, sent_ms=sent_ms)


def _expires_ms(tx: Tx) -> int:
    """Who wants it sent now finds it worth sending, so it gets a new time to live."""
    return tx.now_ms + DEFAULT_TTL_MS


def _is_theirs(tx: Tx, message_id: str, row: sqlite3.Row) -> bool:
    if row["state"] != MessageState.UNCONFIRMED.value:
        return False
    gone = row["reason"] == Reason.DEVICE_GONE and gone_devices.is_still_gone(tx.conn, message_id)
    return gone or row["reason"] == Reason.PERSON
