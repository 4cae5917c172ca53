"""What becomes of a message after an attempt: the class of the error decides it."""

import random
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from appliance.channels import Channel
from appliance.clock import MS_PER_S
from appliance.devices.protocol import Finding, Found, Outgoing, Proof, Tick
from appliance.errors import (
    Busy,
    DeviceError,
    LineStopped,
    NotOnChannel,
    Permanent,
    Refused,
    Transient,
    Unconfirmed,
)
from appliance.messages import MessageClass, MessageState
from appliance.queue import attempt_row, delivery, parts, restored, withdrawn
from appliance.queue.pacing import MINUTE_MS
from appliance.queue.parts import Told
from appliance.queue.routing import Parcel, Ways
from appliance.reasons import Reason
from appliance.store import contacts, lines, media_left, messages
from appliance.store.messages import Moved
from appliance.store.store import Tx

TICK_VISITS_MS = (1 * MINUTE_MS, 10 * MINUTE_MS, 60 * MINUTE_MS)
"""When a chat is opened again to read the ticks of sent messages."""

PERSON_AFTER_MS = 15 * MINUTE_MS
"""A doubt that is still open this long after the device is back waits for a person."""

_STATE_OF_TICK = {
    Tick.SENT: MessageState.SENT,
    Tick.DELIVERED: MessageState.DELIVERED,
    Tick.READ: MessageState.READ,
}


def sent(tx: Tx, outgoing: Outgoing, device_id: str, proof: Proof) -> None:
    """Keeps that it left: the state, the evidence, and the visits that will read its ticks.

    Where the device tells the parts apart, the message has left only when all parts have.
    """
    evidence = {
        "attempt": outgoing.attempt_id,
        "tick": proof.tick.value,
        **proof.facts,
        **parts.in_one_row(outgoing, proof.facts),
    }
    match parts.keep(tx, outgoing, proof.facts):
        case Told.IN_DOUBT:
            _in_doubt(tx, outgoing, evidence)
            _person_when_overdue(tx, outgoing)
        case Told.SOME_SENT | Told.NONE_SENT as told:
            _rest_again(tx, outgoing, evidence, told)
        case _:
            _all_sent(tx, outgoing, device_id, proof, evidence)


def _all_sent(
    tx: Tx, outgoing: Outgoing, device_id: str, proof: Proof, evidence: dict[str, Any]
) -> None:
    attempt_row.end(tx, outgoing, "sent", evidence)
    more = outgoing.file is not None and media_left.note_left(
        tx, outgoing.message_id, outgoing.attempt_id
    )
    if more:
        moved = go_on(tx, outgoing.message_id, outgoing.channel, evidence)
    else:
        moved = messages.move(
            tx,
            outgoing.message_id,
            MessageState.SENT,
            facts=evidence,
            channel=outgoing.channel.name,
            # The proof may come long afterwards.
            sent_ms=attempt_row.tapped_ms(tx, outgoing) or tx.now_ms,
        )
    for message_id, seen in proof.earlier.items():
        tick(tx, message_id, seen, {"by": "chat", "attempt": outgoing.attempt_id})
    if moved is None:
        return
    if outgoing.channel.needs_account:
        contacts.remember_whatsapp(tx, outgoing.identity, on_whatsapp=True)
    if more:
        return
    tick(tx, outgoing.message_id, proof.tick, evidence)
    delivery.match_early(tx, device_id, outgoing.number)
    if outgoing.channel.has_ticks and proof.tick is not Tick.READ:
        _plan_visits(tx, outgoing, device_id)


def go_on(
    tx: Tx, message_id: str, channel: Channel, facts: dict[str, Any], **columns: Any
) -> Moved | None:
    """A file left over this channel, and the next one is to follow it there."""
    return withdrawn.requeue(
        tx,
        message_id,
        reason=Reason.NEXT_FILE,
        facts=facts,
        wanted=channel.name,
        tries=0,
        **columns,
    )


def tick(tx: Tx, message_id: str, seen: Tick, evidence: Mapping[str, Any]) -> None:
    """Moves a sent message on when a later tick was seen."""
    state = _STATE_OF_TICK.get(seen)
    if state in (MessageState.DELIVERED, MessageState.READ):
        messages.move(tx, message_id, state, facts=dict(evidence))


def not_sent(tx: Tx, outgoing: Outgoing, error: Exception) -> None:
    """The attempt ended without proof of sending; `error` says what is proven instead."""
    facts = {"attempt": outgoing.attempt_id, **_facts_of(error)}
    told = parts.keep(tx, outgoing, facts)
    proven = told in (Told.SOME_SENT, Told.NONE_SENT)
    tapped = attempt_row.tapped_ms(tx, outgoing) is not None
    match error:
        case Refused():
            # The refusal came between two parts: the parts before it left, and no other will.
            attempt_row.end(tx, outgoing, "partly" if tapped else "refused", facts)
            messages.move(
                tx, outgoing.message_id, MessageState.CANCELLED, reason=error.code, facts=facts
            )
        case _ if told is Told.ALL_SENT:
            _all_sent(
                tx, outgoing, attempt_row.device_of(tx, outgoing), Proof(tick=Tick.SENT), facts
            )
        case LineStopped():
            _stop_line(tx, outgoing, error, facts, told, in_doubt=tapped and not proven)
        case _ if told is Told.IN_DOUBT:
            _in_doubt(tx, outgoing, facts)
        case NotOnChannel():
            attempt_row.end(tx, outgoing, "not_sent", facts)
            _next_route(tx, outgoing, facts)
        case Permanent():
            _end_unsent(tx, outgoing, facts, told)
            messages.move(
                tx, outgoing.message_id, MessageState.FAILED, reason=Reason.PERMANENT, facts=facts
            )
        case Unconfirmed():
            _in_doubt(tx, outgoing, facts)
        case _ if proven:
            _rest_again(tx, outgoing, facts, told)
        case _ if tapped and not isinstance(error, Transient):
            _in_doubt(tx, outgoing, facts)
        case _:
            attempt_row.end(tx, outgoing, "not_sent", facts)
            _again(tx, outgoing, facts, error)


def looked(tx: Tx, outgoing: Outgoing, device_id: str, found: Found) -> None:
    """The device was asked what became of an attempt in doubt."""
    attempt_row.count_look(tx, outgoing)
    proven = found.proof.facts if found.proof else {}
    facts = {
        **proven,
        "attempt": outgoing.attempt_id,
        "found": found.finding.value,
        **found.facts,
    }
    match parts.keep(tx, outgoing, facts):
        case Told.ALL_SENT:
            proof = found.proof or Proof(tick=Tick.SENT)
            sent(tx, outgoing, device_id, replace(proof, facts=facts))
        case Told.SOME_SENT | Told.NONE_SENT as told:
            _rest_again(tx, outgoing, facts, told, reason=Reason.PROVEN_ABSENT)
        case told:
            _found(tx, outgoing, device_id, found, facts, in_doubt=told is Told.IN_DOUBT)


def _found(
    tx: Tx,
    outgoing: Outgoing,
    device_id: str,
    found: Found,
    facts: dict[str, Any],
    *,
    in_doubt: bool,
) -> None:
    if found.finding is Finding.UNCLEAR:
        ask_a_person(tx, outgoing)
    elif found.finding is Finding.PRESENT:
        # Pending: the phone has it and sends it by itself, so the device is asked again.
        if found.proof and found.proof.tick is not Tick.PENDING:
            sent(tx, outgoing, device_id, replace(found.proof, facts=facts))
    elif in_doubt:
        _person_when_overdue(tx, outgoing)
    else:
        parts.none_left(tx, outgoing.attempt_id)
        attempt_row.end(tx, outgoing, "not_sent", facts)
        if not restored.asks_further(tx, outgoing):
            _requeue_absent(tx, outgoing, facts)


def look_failed(tx: Tx, outgoing: Outgoing) -> None:
    """The device did not answer. It is asked again; when its time is over, a person is asked."""
    attempt_row.count_look(tx, outgoing)
    _person_when_overdue(tx, outgoing)


def abandon(tx: Tx, message_id: str, attempt_id: str) -> None:
    """Start-up found the message `sending`: nobody knows, so it is `unconfirmed`."""
    tx.conn.execute(
        "UPDATE attempt SET ended_ms = ?, outcome = 'unknown' WHERE id = ? AND ended_ms IS NULL",
        (tx.now_ms, attempt_id),
    )
    messages.move(
        tx,
        message_id,
        MessageState.UNCONFIRMED,
        reason=Reason.LOOKING,
        facts={"attempt": attempt_id, "why": "restarted"},
    )
    row = tx.conn.execute(
        "SELECT a.device_id, m.value AS number FROM attempt a JOIN message m ON m.id = a.message_id"
        " WHERE a.id = ?",
        (attempt_id,),
    ).fetchone()
    delivery.match_early(tx, row["device_id"], row["number"])


def _in_doubt(tx: Tx, outgoing: Outgoing, facts: dict[str, Any]) -> None:
    attempt_row.end(tx, outgoing, "unknown", facts)
    messages.move(
        tx, outgoing.message_id, MessageState.UNCONFIRMED, reason=Reason.LOOKING, facts=facts
    )
    delivery.match_early(tx, attempt_row.device_of(tx, outgoing), outgoing.number)


def _stop_line(
    tx: Tx,
    outgoing: Outgoing,
    error: LineStopped,
    facts: dict[str, Any],
    told: Told | None,
    *,
    in_doubt: bool,
) -> None:
    if in_doubt:
        attempt_row.end(tx, outgoing, "unknown", facts)
    else:
        _end_unsent(tx, outgoing, facts, told)
    message_id = outgoing.message_id
    if in_doubt:
        doubt = MessageState.UNCONFIRMED
        moved = messages.move(tx, message_id, doubt, reason=Reason.LOOKING, facts=facts)
    else:
        moved = withdrawn.requeue(tx, message_id, reason=Reason.LINE_STOPPED, facts=facts)
    if moved is not None:
        device_id = attempt_row.device_of(tx, outgoing) if error.device_only else None
        lines.stop_line(tx, moved.line_id, error.code or error.sentence, device_id=device_id)


def _rest_again(
    tx: Tx,
    outgoing: Outgoing,
    facts: dict[str, Any],
    told: Told | None,
    *,
    reason: Reason = Reason.RETRY,
) -> None:
    """The parts that are proven missing go again, over the same device when another part left."""
    if told is Told.SOME_SENT and parts.earlier(tx.conn, outgoing.message_id) is None:
        _in_doubt(tx, outgoing, facts)
        ask_a_person(tx, outgoing)
        return
    _end_unsent(tx, outgoing, facts, told)
    _again_later(tx, outgoing, facts, reason=reason)


def _end_unsent(tx: Tx, outgoing: Outgoing, facts: dict[str, Any], told: Told | None) -> None:
    """Not all parts left; the ceilings count only those that did."""
    parts.bind(tx, outgoing.message_id)
    if told is Told.SOME_SENT:
        parts.count_only_sent(tx, outgoing)
    attempt_row.end(tx, outgoing, "partly" if told is Told.SOME_SENT else "not_sent", facts)


def _requeue_absent(tx: Tx, outgoing: Outgoing, facts: dict[str, Any]) -> None:
    """A tap without effect counts as a try; without a tap the message only lost time."""
    parts.bind(tx, outgoing.message_id)
    if attempt_row.tapped_ms(tx, outgoing) is not None:
        _again_later(tx, outgoing, facts, reason=Reason.PROVEN_ABSENT)
    else:
        withdrawn.requeue(tx, outgoing.message_id, reason=Reason.PROVEN_ABSENT, facts=facts)


def _again_later(
    tx: Tx, outgoing: Outgoing, facts: dict[str, Any], *, reason: Reason = Reason.RETRY
) -> None:
    """Again after n^1.5 minutes, a little apart from others, until the time to live is over."""
    row = tx.conn.execute(
        "SELECT tries FROM message WHERE id = ?", (outgoing.message_id,)
    ).fetchone()
    tries = int(row[0]) + 1
    jitter = random.Random(outgoing.attempt_id).uniform(0.9, 1.1)  # noqa: S311 -- no secret
    wait_ms = int(tries**1.5 * MINUTE_MS * jitter) if tries > 1 else 5_000
    withdrawn.requeue(
        tx,
        outgoing.message_id,
        reason=reason,
        facts={**facts, "tries": tries},
        tries=tries,
        not_before_ms=tx.now_ms + wait_ms,
    )


def _again(tx: Tx, outgoing: Outgoing, facts: dict[str, Any], error: Exception) -> None:
    """Where the service said when, then; that it was asked too early is no failed try."""
    if not isinstance(error, Busy):
        _again_later(tx, outgoing, facts)
        return
    pause_s = error.pause_s
    withdrawn.requeue(
        tx,
        outgoing.message_id,
        reason=Reason.RETRY,
        facts={**facts, "pause_s": pause_s},
        not_before_ms=tx.now_ms + int(pause_s * MS_PER_S),
    )


def _next_route(tx: Tx, outgoing: Outgoing, facts: dict[str, Any]) -> None:
    """Not on WhatsApp is an answer: remembered, and the next route carries the same message."""
    contacts.remember_whatsapp(tx, outgoing.identity, on_whatsapp=False)
    row = tx.conn.execute(
        "SELECT line_id, wanted, text, class,"
        " EXISTS (SELECT 1 FROM message_media WHERE message_id = m.id) AS has_files"
        " FROM message m WHERE id = ?",
        (outgoing.message_id,),
    ).fetchone()
    parcel = Parcel(
        identity=outgoing.identity,
        text=row["text"],
        kind=MessageClass(row["class"]),
        wanted=Channel.named(row["wanted"]) if row["wanted"] else None,
        on_whatsapp=False,
        has_files=bool(row["has_files"]),
    )
    ways = Ways.of(tx.conn, lines.line(tx.conn, row["line_id"]))
    if not ways.can_carry(parcel):
        why = Reason.NOT_ON_WHATSAPP
        messages.move(tx, outgoing.message_id, MessageState.REFUSED, reason=why, facts=facts)
    else:
        withdrawn.requeue(tx, outgoing.message_id, reason=Reason.NEXT_ROUTE, facts=facts)


def is_overdue(conn: sqlite3.Connection, outgoing: Outgoing, now_ms: int) -> bool:
    """True when its device has had enough time to prove what became of it."""
    row = conn.execute(
        "SELECT d.changed_ms, a.ended_ms FROM attempt a JOIN device d ON d.id = a.device_id"
        " WHERE a.id = ?",
        (outgoing.attempt_id,),
    ).fetchone()
    return bool(now_ms - max(row["changed_ms"], row["ended_ms"] or 0) >= PERSON_AFTER_MS)


def _person_when_overdue(tx: Tx, outgoing: Outgoing) -> None:
    if is_overdue(tx.conn, outgoing, tx.now_ms):
        ask_a_person(tx, outgoing)


def ask_a_person(tx: Tx, outgoing: Outgoing) -> None:
    messages.plan(tx, outgoing.message_id, expected_ms=None, reason=Reason.PERSON)


def _plan_visits(tx: Tx, outgoing: Outgoing, device_id: str) -> None:
    tx.conn.executemany(
        "INSERT OR IGNORE INTO tick_visit (message_id, due_ms, device_id) VALUES (?, ?, ?)",
        [(outgoing.message_id, tx.now_ms + after, device_id) for after in TICK_VISITS_MS],
    )


def _facts_of(error: Exception) -> dict[str, Any]:
    facts: dict[str, Any] = {"error": type(error).__name__}
    if isinstance(error, DeviceError):
        facts |= error.evidence
    return facts
