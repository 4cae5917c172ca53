"""Messages at the SQL edge: accepted, received, and moved from state to state."""

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from appliance.channels import Channel
from appliance.events import EventKind
from appliance.identities import Identity
from appliance.messages import TRANSITIONS, Direction, MessageClass, MessageState, Origin
from appliance.reasons import Reason
from appliance.store import conversations, erased, events, listed, not_arrived
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOutgoing:
    """A message that passed the gate and is to be kept; under `id` if it has one already."""

    conversation_id: str
    line_id: str
    contact_id: str | None
    identity: Identity
    text: str
    kind: MessageClass
    wanted: Channel | None = None
    answering: bool = False
    typed: bool = False
    staff_id: str | None = None
    token_id: str | None = None
    rule: str | None = None
    client_id: str | None = None
    not_before_ms: int | None = None
    expires_ms: int | None = None
    expected_ms: int | None = None
    reason: Reason | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIncoming:
    conversation_id: str
    line_id: str
    contact_id: str | None
    identity: Identity
    text: str
    channel: Channel
    device_key: str
    sender_name: str | None
    exact: bool
    happened_ms: int
    written_ms: int | None = None
    origin: Origin = Origin.PERSON
    awaited: bool = False
    deleted: bool = False
    key_digest: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewByHand:
    """A message that somebody wrote on the device itself; of those that go out only these have a
    key of the device.
    """

    conversation_id: str
    line_id: str
    contact_id: str
    device_id: str
    identity: Identity
    text: str
    channel: Channel
    kind: MessageClass
    answering: bool
    device_key: str
    key_digest: bytes
    exact: bool
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What a move found and where the message belongs."""

    message_id: str
    before: MessageState
    line_id: str
    conversation_id: str
    contact_id: str | None


_FROM = {
    state: tuple(before.value for before, after in TRANSITIONS.items() if state in after)
    for state in MessageState
}
"""For each state the values of the states that may change to it."""


def enqueue(tx: Tx, new: NewOutgoing) -> str:
    """Keeps an accepted message as `queued`, with its event; gives its id."""
    return enqueue_all(tx, [new])[0]


def enqueue_all(tx: Tx, new: Sequence[NewOutgoing]) -> Sequence[str]:
    """As `enqueue`, for many of one class, one author and one rule."""
    if not new:
        return []
    first = new[0]
    ids = [each.id or tx.new_id() for each in new]
    rows = [_row(tx, message_id, each) for message_id, each in zip(ids, new, strict=True)]
    tx.conn.executemany(_ENQUEUE, rows)
    # One thread writes, and what it adds is numbered on end.
    last = int(tx.conn.execute("SELECT last_insert_rowid()").fetchone()[0])
    pairs = [(each.conversation_id, kept) for kept, each in zip(ids, new, strict=True)]
    conversations.touch_outgoing(tx, pairs, rule=first.rule)
    facts = {"from": None, "to": MessageState.QUEUED.value, "class": first.kind.value}
    events.append_of_messages(
        tx.conn,
        range(last + 1 - len(rows), last + 1),
        at_ms=tx.now_ms,
        kind=EventKind.MESSAGE_STATE,
        staff_id=first.staff_id,
        facts=facts,
    )
    return ids


_ENQUEUE = (
    "INSERT INTO message (id, conversation_id, line_id, contact_id, value, scheme, direction,"
    " class, wanted, text, state, reason, expected_ms, not_before_ms, expires_ms, answering,"
    " typed, staff_id, token_id, rule, client_id, created_ms, happened_ms)"
    " VALUES (?, ?, ?, ?, ?, ?, 'out', ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def _row(tx: Tx, message_id: str, new: NewOutgoing) -> tuple[Any, ...]:
    return (
        message_id,
        new.conversation_id,
        new.line_id,
        new.contact_id,
        *new.identity,
        new.kind.value,
        new.wanted.name if new.wanted else None,
        new.text,
        new.reason,
        new.expected_ms,
        new.not_before_ms,
        new.expires_ms,
        int(new.answering),
        int(new.typed),
        new.staff_id,
        new.token_id,
        new.rule,
        new.client_id,
        tx.now_ms,
        tx.now_ms,
    )


def digest_of(device_key: str) -> bytes:
    """Stands for a key where only sameness counts; a key takes a hundred bytes."""
    return hashlib.sha256(device_key.encode(errors="surrogatepass")).digest()[:16]


def receive(tx: Tx, new: NewIncoming) -> str | None:
    """Keeps an incoming message, with its event; None when its key is already known."""
    message_id = tx.new_id()
    inserted = tx.conn.execute(
        "INSERT INTO message (id, conversation_id, line_id, contact_id, value, scheme, direction,"
        " channel, text, state, device_key, key_digest, sender_name, origin, exact, awaited,"
        " deleted_ms, created_ms, happened_ms, written_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, 'in', ?, ?, 'received', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (key_digest) WHERE key_digest IS NOT NULL DO NOTHING RETURNING id",
        (
            message_id,
            new.conversation_id,
            new.line_id,
            new.contact_id,
            *new.identity,
            new.channel.name,
            new.text,
            new.device_key,
            new.key_digest,
            new.sender_name,
            new.origin.value,
            int(new.exact),
            int(new.awaited),
            tx.now_ms if new.deleted else None,
            tx.now_ms,
            new.happened_ms,
            new.written_ms,
        ),
    ).fetchone()
    if inserted is None:
        return None
    conversations.touch(
        tx,
        new.conversation_id,
        message_id,
        at_ms=new.happened_ms,
        direction=Direction.IN,
        origin=new.origin,
    )
    tx.emit(
        EventKind.MESSAGE_RECEIVED,
        line_id=new.line_id,
        conversation_id=new.conversation_id,
        contact_id=new.contact_id,
        message_id=message_id,
        facts={"channel": new.channel.name, "origin": new.origin.value},
    )
    return message_id


def is_known(conn: sqlite3.Connection, key_digest: bytes) -> bool:
    return any(
        conn.execute("SELECT 1 FROM message WHERE key_digest = ?", (each,)).fetchone()
        for each in erased.digests(conn, key_digest)
    )


def keep_by_hand(tx: Tx, new: NewByHand) -> None:
    """Keeps it as sent, at its place in time, with the attempt by which it counts in the pace."""
    message_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO message (id, conversation_id, line_id, contact_id, value, scheme, direction,"
        " class, channel, text, state, answering, device_key, key_digest, exact, created_ms,"
        " happened_ms, sent_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, 'out', ?, ?, ?, 'sent', ?, ?, ?, ?, ?, ?, ?)",
        (
            message_id,
            new.conversation_id,
            new.line_id,
            new.contact_id,
            *new.identity,
            new.kind.value,
            new.channel.name,
            new.text,
            int(new.answering),
            new.device_key,
            new.key_digest,
            int(new.exact),
            tx.now_ms,
            new.at_ms,
            new.at_ms,
        ),
    )
    _attempt_by_hand(tx, message_id, new)
    conversations.touch(
        tx, new.conversation_id, message_id, at_ms=new.at_ms, direction=Direction.OUT
    )
    listed.settle_wait(tx.conn, new.conversation_id)
    tx.emit(
        EventKind.MESSAGE_STATE,
        line_id=new.line_id,
        conversation_id=new.conversation_id,
        contact_id=new.contact_id,
        message_id=message_id,
        facts={"from": None, "to": MessageState.SENT.value, "by": "hand"},
    )


def _attempt_by_hand(tx: Tx, message_id: str, new: NewByHand) -> None:
    tx.conn.execute(
        "INSERT INTO attempt (id, message_id, device_id, channel, parts, started_ms, tapped_ms,"
        " ended_ms, outcome, evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'sent', ?)",
        (
            tx.new_id(),
            message_id,
            new.device_id,
            new.channel.name,
            new.channel.parts_of(new.text),
            new.at_ms,
            new.at_ms,
            tx.now_ms,
            '{"by": "hand"}',
        ),
    )


_STAMPS = {
    MessageState.SENT: "sent_ms",
    MessageState.DELIVERED: "delivered_ms",
    MessageState.READ: "read_ms",
}


def move(
    tx: Tx,
    message_id: str,
    to: MessageState,
    *,
    reason: Reason | None = None,
    facts: dict[str, Any] | None = None,
    **columns: Any,
) -> Moved | None:
    """Changes a state, as only `withdraw_all` does too: compare, set, append the event with its
    evidence.

    None, and nothing written, when the message's present state may not become `to`. `columns` are
    further columns of the row (`channel`, `expected_ms`, `tries`, …).
    """
    before = tx.conn.execute("SELECT state FROM message WHERE id = ?", (message_id,)).fetchone()
    if before is None or before[0] not in _FROM[to]:
        return None
    if stamp := _STAMPS.get(to):
        columns.setdefault(stamp, tx.now_ms)
    columns.setdefault("expected_ms", None)
    names = "".join(f", {name} = ?" for name in columns)
    row = tx.conn.execute(
        f"UPDATE message SET state = ?, reason = ?{names} WHERE id = ?"  # noqa: S608 -- column names are ours
        " RETURNING line_id, conversation_id, contact_id, staff_id",
        (to.value, reason, *columns.values(), message_id),
    ).fetchone()
    if (MessageState(before[0]) in listed.LEFT) != (to in listed.LEFT):
        listed.settle_wait(tx.conn, row["conversation_id"])
    if not listed.MISSING.isdisjoint({MessageState(before[0]), to}):
        not_arrived.follow(tx, message_id, row["line_id"], to=to)
    tx.emit(
        EventKind.MESSAGE_STATE,
        line_id=row["line_id"],
        conversation_id=row["conversation_id"],
        contact_id=row["contact_id"],
        message_id=message_id,
        facts={"from": before[0], "to": to.value, "reason": reason, **(facts or {})},
    )
    return Moved(
        message_id=message_id,
        before=MessageState(before[0]),
        line_id=row["line_id"],
        conversation_id=row["conversation_id"],
        contact_id=row["contact_id"],
    )


def withdraw_all(
    tx: Tx, message_ids: Sequence[str], *, reason: Reason, facts: dict[str, Any]
) -> None:
    """As `move` to `cancelled`, in one go, for many that wait: all of them must be `queued`."""
    tx.conn.execute(
        "UPDATE message SET state = 'cancelled', reason = ?, expected_ms = NULL"
        " WHERE state = 'queued' AND id IN (SELECT value FROM json_each(?))",
        (reason, json.dumps(list(message_ids))),
    )
    moved = {"from": MessageState.QUEUED.value, "to": MessageState.CANCELLED.value}
    events.append_of_messages(
        tx.conn,
        events.seqs_of(tx.conn, message_ids),
        at_ms=tx.now_ms,
        kind=EventKind.MESSAGE_STATE,
        staff_id=None,
        facts={**moved, "reason": reason, **facts},
    )


def plan(tx: Tx, message_id: str, *, expected_ms: int | None, reason: Reason | None) -> None:
    """Sets when a waiting message is expected and why not now; no event when nothing changed."""
    row = tx.conn.execute(
        "UPDATE message SET expected_ms = ?1, reason = ?2 WHERE id = ?3"
        " AND state IN ('queued', 'unconfirmed') AND (expected_ms IS NOT ?1 OR reason IS NOT ?2)"
        " RETURNING line_id, conversation_id, contact_id",
        (expected_ms, reason, message_id),
    ).fetchone()
    if row is not None:
        tx.emit(
            EventKind.MESSAGE_PLANNED,
            line_id=row["line_id"],
            conversation_id=row["conversation_id"],
            contact_id=row["contact_id"],
            message_id=message_id,
            facts={"expected_ms": expected_ms, "reason": reason},
        )


def state_of(conn: sqlite3.Connection, message_id: str) -> MessageState | None:
    row = conn.execute("SELECT state FROM message WHERE id = ?", (message_id,)).fetchone()
    return None if row is None else MessageState(row[0])
