"""The queue's side of an attempt: its row before the device is touched, and the second gate."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.channels import Channel
from appliance.devices import evidence_facts
from appliance.devices.protocol import Outgoing, QuotedText
from appliance.errors import NotFound, Refused, Transient
from appliance.identities import Identity
from appliance.media.files import MediaFiles
from appliance.messages import MessageClass, MessageState
from appliance.queue import (
    answer_window,
    attached,
    greeting,
    list_days,
    overtaken,
    parts,
    paused,
    posts,
    undecided,
    withdrawn,
)
from appliance.queue.attached import NO_FILES
from appliance.queue.gate import ConsentGate
from appliance.queue.pacing import ANSWER_WINDOW_MS
from appliance.queue.permission import may_write
from appliance.queue.planned import Planned
from appliance.queue.steps import Step, Steps, no_steps
from appliance.reasons import Reason
from appliance.store import lines, messages, quotes
from appliance.store.contacts import identity_of
from appliance.store.store import Store, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueAttempt:
    """The device's thread holds it from the claim until the outcome is reported."""

    outgoing: Outgoing
    evidence_folder: Path
    device_id: str
    line_id: str
    store: Store
    gate: ConsentGate
    earlier: Sequence[Outgoing] = ()
    steps: Steps = no_steps

    def baseline(self, facts: Mapping[str, Any]) -> None:
        """Records what stood there before the tap; the last call counts.

        Durable on return once something was tapped, and with the gate until then.
        """
        self.steps(Step.BEFORE_BASELINE)
        tapped = self.store.read(self._is_tapped)
        self.store.write(lambda tx: self._note_baseline(tx, facts), durable=tapped)
        self.steps(Step.BASELINE_NOTED)

    @contextmanager
    def clear_to_send(self, baseline: Mapping[str, Any] | None = None) -> Iterator[None]:
        """The consent gate's second check; an opt-out of this person, of a post one of anybody in
        the group, waits until the tap is done.

        `baseline` is recorded with it, in one commit. Raises Refused when the message may no longer
        be sent, Transient on a wrong clock.
        """
        readers = self.store.read(self._readers)
        with self.gate.holding(self.outgoing.identity, *readers):
            self.store.write(lambda tx: self._open_gate(tx, baseline, readers))
            self.steps(Step.GATE_OPEN)
            yield
            self.steps(Step.TAPPED)

    def _note_baseline(self, tx: Tx, facts: Mapping[str, Any]) -> None:
        tx.conn.execute(
            "UPDATE attempt SET baseline = ? WHERE id = ?",
            (json.dumps(dict(facts)), self.outgoing.attempt_id),
        )
        parts.note_reference(tx, self.outgoing.attempt_id, facts)
        self.steps(Step.NOTING_BASELINE)

    def _readers(self, conn: sqlite3.Connection) -> frozenset[Identity]:
        """Of a post all who read it; who gets a message of their own is locked anyway."""
        if self.outgoing.group is None:
            return frozenset()
        return posts.readers(conn, self.line_id, self.outgoing.identity)

    def _open_gate(
        self, tx: Tx, baseline: Mapping[str, Any] | None, readers: frozenset[Identity]
    ) -> None:
        if baseline is not None:
            self._note_baseline(tx, baseline)
        state = messages.state_of(tx.conn, self.outgoing.message_id)
        if state is not MessageState.SENDING:
            raise Refused(Reason.BY_PERSON, "The message was withdrawn before it left.")
        if not self._readers(tx.conn) <= readers:
            raise Transient("Somebody came into the group at this moment.")
        if not self._is_tapped(tx.conn):
            self._refuse_to_begin(tx)
        refuse_without_consent(tx, self.line_id, self.outgoing.message_id, self.outgoing.channel)
        tx.conn.execute(
            "UPDATE attempt SET tapped_ms = coalesce(tapped_ms, ?) WHERE id = ?",
            (tx.now_ms, self.outgoing.attempt_id),
        )
        self.steps(Step.OPENING_GATE)

    def _refuse_to_begin(self, tx: Tx) -> None:
        if tx.clock_is_wrong:
            raise Transient("The clock was set to a time that cannot be.")
        try:
            line = lines.line(tx.conn, self.line_id)
        except NotFound as exc:
            raise Refused(Reason.LINE_REMOVED, "The line was removed.") from exc
        if line.stops(self.device_id):
            raise Transient("The line was stopped.")
        if undecided.waits(tx.conn, self.outgoing.message_id):
            raise Transient("They may want no more messages; somebody has to decide first.")
        if withdrawn.holds(tx.conn, self.outgoing.message_id):
            raise Refused(Reason.BY_PERSON, "Its list was cancelled before it left.")
        if paused.holds(tx.conn, self.outgoing.message_id):
            raise Transient("Somebody holds back what is left of its list.")

    def _is_tapped(self, conn: sqlite3.Connection) -> bool:
        row = conn.execute(
            "SELECT tapped_ms FROM attempt WHERE id = ?", (self.outgoing.attempt_id,)
        ).fetchone()
        return row["tapped_ms"] is not None


def refuse_without_consent(tx: Tx, line_id: str, message_id: str, channel: Channel) -> None:
    """Raises Refused unless this message may leave over this channel now."""
    row = tx.conn.execute(
        "SELECT scheme, value, class, text FROM message WHERE id = ?", (message_id,)
    ).fetchone()
    to = identity_of(row)
    may_write(
        tx.conn,
        line_id=line_id,
        identity=to,
        channel=channel,
        kind=MessageClass(row["class"]),
        message_id=message_id,
    ).check()
    answer_window.check_one_of(tx.conn, line_id, to, row["text"], [channel], now_ms=tx.now_ms)


def claim(
    tx: Tx, planned: Planned, line_id: str, device_id: str, files: MediaFiles = NO_FILES
) -> Outgoing | None:
    """Takes the message for this device and opens the attempt; None when it may not be taken.

    A message that is too old or now forbidden ends here, before the device is touched, and so does
    one whose file is gone.
    """
    message_id = planned.queued.waiting.id
    if planned.route is None or not _is_free(tx, message_id, line_id, device_id):
        return None
    if _ends_unsent(tx, message_id, files):
        return None
    if overtaken.hold_back(tx, message_id) or _stop_answering(tx, message_id):
        return None
    try:
        refuse_without_consent(tx, line_id, message_id, planned.route.channel)
    except Refused as refusal:
        messages.move(tx, message_id, MessageState.CANCELLED, reason=refusal.code)
        return None
    earlier = parts.earlier(tx.conn, message_id)
    signature = earlier.signature if earlier else planned.signature
    carried = attached.carried(tx.conn, message_id, planned.route.channel, files)
    outgoing = Outgoing(
        attempt_id=tx.new_id(),
        message_id=message_id,
        channel=planned.route.channel,
        number=planned.queued.waiting.identity.value,
        text=carried.caption(planned.queued.text) + (signature or ""),
        started_ms=tx.now_ms,
        resumed=earlier.resumed if earlier else None,
        file=carried.file,
        group=posts.group_of(tx.conn, line_id, planned.queued.waiting.identity, now_ms=tx.now_ms),
        quoted=_quoted(tx, message_id, device_id),
        by_rule=_is_by_rule(tx, message_id),
    )
    _open(tx, outgoing, device_id, signature)
    if earlier is not None:
        parts.carry_over(tx, outgoing.attempt_id, earlier)
    return outgoing


def _is_by_rule(tx: Tx, message_id: str) -> bool:
    row = tx.conn.execute("SELECT rule FROM message WHERE id = ?", (message_id,)).fetchone()
    return row["rule"] is not None


def _quoted(tx: Tx, message_id: str, device_id: str) -> QuotedText | None:
    found = quotes.answered(tx.conn, message_id, device_id)
    if found is None:
        return None
    return QuotedText(
        text=found.text,
        own=found.own,
        at_ms=found.at_ms,
        by=found.by,
        key=found.key,
        proof=evidence_facts.read(found.evidence),
    )


def _ends_unsent(tx: Tx, message_id: str, files: MediaFiles) -> bool:
    """Ends a message that is too late or has lost its file; True if it did so."""
    if _is_too_old(tx, message_id):
        messages.move(tx, message_id, MessageState.EXPIRED, reason=Reason.TOO_OLD)
    elif withdrawn.holds(tx.conn, message_id):
        messages.move(tx, message_id, MessageState.CANCELLED, reason=Reason.BY_PERSON)
    elif greeting.is_late(tx, message_id) or overtaken.is_late(tx, message_id):
        messages.move(tx, message_id, MessageState.CANCELLED, reason=Reason.ANSWERED)
    elif attached.is_gone(tx.conn, message_id, files):
        messages.move(tx, message_id, MessageState.FAILED, reason=Reason.MEDIA_GONE)
    elif list_days.forbid(tx, message_id):
        messages.move(tx, message_id, MessageState.CANCELLED, reason=Reason.LISTED_TODAY)
    else:
        return False
    return True


def _is_free(tx: Tx, message_id: str, line_id: str, device_id: str) -> bool:
    """True while the message waits only for this device."""
    return (
        messages.state_of(tx.conn, message_id) is MessageState.QUEUED
        and not lines.line(tx.conn, line_id).stops(device_id)
        and not _waits_for_the_clock(tx, message_id)
        and not _is_bound_elsewhere(tx, message_id, device_id)
        and not undecided.waits(tx.conn, message_id)
        and not paused.holds(tx.conn, message_id)
    )


def _is_too_old(tx: Tx, message_id: str) -> bool:
    """The planner ends these too, but a device may ask before the planner's first round."""
    row = tx.conn.execute("SELECT expires_ms FROM message WHERE id = ?", (message_id,)).fetchone()
    return row["expires_ms"] is not None and row["expires_ms"] <= tx.now_ms


def _is_bound_elsewhere(tx: Tx, message_id: str, device_id: str) -> bool:
    """A part of it left over another device after this was planned."""
    row = tx.conn.execute("SELECT bound_to FROM message WHERE id = ?", (message_id,)).fetchone()
    return row["bound_to"] not in (None, device_id)


def _stop_answering(tx: Tx, message_id: str) -> bool:
    """Makes it no answer if the contact's words are a day old by now; True if it did so."""
    return (
        tx.conn.execute(
            "UPDATE message SET answering = 0 WHERE id = ? AND answering = 1"
            " AND class IN ('automatic', 'list') AND (SELECT coalesce(last_in_ms, 0)"
            " FROM conversation WHERE id = conversation_id) < ? RETURNING 1",
            (message_id, tx.now_ms - ANSWER_WINDOW_MS),
        ).fetchone()
        is not None
    )


def _waits_for_the_clock(tx: Tx, message_id: str) -> bool:
    """It was accepted by a wrong clock: first the planner gives back its time to live."""
    row = tx.conn.execute("SELECT reason FROM message WHERE id = ?", (message_id,)).fetchone()
    return bool(row["reason"] == Reason.CLOCK_WRONG)


def _open(tx: Tx, outgoing: Outgoing, device_id: str, signature: str | None) -> None:
    tx.conn.execute(
        "INSERT INTO attempt (id, message_id, device_id, channel, parts, signature, started_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            outgoing.attempt_id,
            outgoing.message_id,
            device_id,
            outgoing.channel.name,
            parts.to_send(outgoing),
            signature,
            outgoing.started_ms,
        ),
    )
    signed = {"signed": True} if signature else {}
    messages.move(
        tx,
        outgoing.message_id,
        MessageState.SENDING,
        reason=Reason.BUSY,
        facts={"attempt": outgoing.attempt_id, "device": device_id, **signed},
        channel=outgoing.channel.name,
    )
