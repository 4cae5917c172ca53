"""What clients of SMSGate asked to send, at the SQL edge.

A request is as many messages as it has recipients who may be written to; their numbers follow on
each other. The states of the whole are that API's words, kept by a trigger.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from appliance.identities import Identity
from appliance.store.store import Tx

TOLD_FOR_MS = 30 * 24 * 3_600_000
"""So long it is told who was refused: nothing of theirs is kept otherwise."""


class SmsState(StrEnum):
    """How far a request is, or one recipient of it, in that API's words."""

    PENDING = "Pending"
    CANCELLED = "Cancelled"
    PROCESSED = "Processed"
    SENT = "Sent"
    DELIVERED = "Delivered"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSending:
    """`message_ids` in the order in which they were accepted, at least one."""

    id: str
    token_id: str
    line_id: str
    message_ids: Sequence[str]
    refused: Sequence["RefusedRecipient"] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRecipient:
    """`why` begins with the code of the reason."""

    identity: Identity
    why: str


def is_known(conn: sqlite3.Connection, token_id: str, request_id: str) -> bool:
    found = conn.execute(
        "SELECT 1 FROM smsgate_message WHERE token_id = ? AND id = ?", (token_id, request_id)
    )
    return found.fetchone() is not None


def keep(tx: Tx, new: NewSending) -> None:
    """In the transaction that accepted its messages, and nothing but these meanwhile."""
    first_seq = _seq(tx, new.message_ids[0])
    last_seq = first_seq + len(new.message_ids) - 1
    tx.conn.execute(
        "INSERT INTO smsgate_message (seq, last_seq, id, token_id, line_id, state, refused,"
        " created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            first_seq,
            last_seq,
            new.id,
            new.token_id,
            new.line_id,
            SmsState.PENDING.value,
            len(new.refused),
            tx.now_ms,
        ),
    )
    if new.refused:
        _keep_refused(tx, first_seq, new.refused)


def name_of(conn: sqlite3.Connection, token_id: str, message_id: str) -> str | None:
    """How the program of this token named the request that the message is of; None where it is of
    no such request.
    """
    row = conn.execute(_NAME, (message_id, token_id)).fetchone()
    return row and str(row["id"])


def _keep_refused(tx: Tx, message_seq: int, refused: Sequence[RefusedRecipient]) -> None:
    tx.conn.execute("DELETE FROM smsgate_refused WHERE at_ms < ?", (tx.now_ms - TOLD_FOR_MS,))
    tx.conn.executemany(
        "INSERT INTO smsgate_refused (message_seq, place, value, scheme, why, at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [
            (message_seq, place, *each.identity, each.why, tx.now_ms)
            for place, each in enumerate(refused)
        ],
    )


def _seq(tx: Tx, message_id: str) -> int:
    row = tx.conn.execute("SELECT seq FROM message WHERE id = ?", (message_id,)).fetchone()
    return int(row["seq"])


_NAME = """
SELECT s.id FROM message m
CROSS JOIN smsgate_message s ON s.seq = (
  SELECT max(n.seq) FROM smsgate_message n WHERE n.seq <= m.seq)
WHERE m.id = ? AND m.seq <= s.last_seq AND s.token_id = ?
"""
