"""What the desk answers by itself: what the line's rules say, and one confirmation each of STOP
and START.
"""

import logging
from dataclasses import dataclass

from appliance.channels import Channel
from appliance.desk.automatic import answering
from appliance.desk.automatic.standing import Heard
from appliance.desk.consent import near_stop, near_stop_words, rule_words, withdrawal
from appliance.desk.groups import stops
from appliance.desk.outgoing import after_done
from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.desk.rounds import hearing
from appliance.errors import InvalidInput, Refused
from appliance.identities import Identity
from appliance.messages import MessageClass
from appliance.phone_numbers import is_landline, is_service
from appliance.store import branches, consent, contacts, conversations, lines
from appliance.store.consent import ConsentKind, Verdict
from appliance.store.store import Tx

log = logging.getLogger(__name__)

CLOCKS_APART_MS = 60_000
"""The times of two channels may differ by this, because a screen shows minutes only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message that a contact just wrote to a line."""

    message_id: str
    line: lines.Line
    contact_id: str
    identity: Identity
    text: str
    channel: Channel
    has_files: bool = False

    @property
    def can_be_answered(self) -> bool:
        return self.channel.writes_to(self.identity)


def answer(tx: Tx, arrival: Arrival) -> None:
    """Records what the message means for consent, and answers where a rule says so.

    One whom the channel cannot write to gives no consent and gets no answer, but may well be the
    other side of somebody with a number: their STOP counts. So does an SMS from a free or paid
    number, which nobody can answer.
    """
    by_sms, said_by = arrival.channel.uses_sim, arrival.identity
    writable = arrival.can_be_answered and not (by_sms and is_service(said_by.value))
    if not _is_reachable(tx, arrival.contact_id):
        return
    verdict = consent.verdict(tx.conn, arrival.line.id, said_by)
    if rule_words.is_stop(arrival.text):
        if not verdict.opted_out:
            opt_out(tx, arrival, recorded_by="rule")
    elif verdict.opted_out:
        if (
            writable
            and rule_words.is_start(arrival.text)
            and not _is_overtaken(tx, arrival, verdict)
        ):
            _opt_in_again(tx, arrival)
    else:
        if writable and (not verdict.allowed or verdict.sms_only):
            _record(tx, arrival, ConsentKind.WROTE_FIRST, "rule")
        if near_stop_words.is_near_stop(arrival.text):
            near_stop.mark(tx, arrival.message_id)
        elif after_done.heard(
            tx,
            arrival.line.id,
            arrival.contact_id,
            arrival.message_id,
            "" if arrival.has_files else arrival.text,
        ):
            log.info("message %s says how it went", arrival.message_id)
        elif (
            writable
            and not (by_sms and is_landline(said_by.value))
            and not _answers_a_round(tx, arrival)
        ):
            # A company's programs send from its landline, where nobody reads an SMS.
            answering.answer(tx, _heard(tx, arrival))


def reread(tx: Tx, arrival: Arrival) -> None:
    """A message was changed by who wrote it: what it says now may withdraw, and gives nothing."""
    after_done.reread(tx, arrival.message_id, arrival.text)
    if not _is_reachable(tx, arrival.contact_id):
        return
    if consent.verdict(tx.conn, arrival.line.id, arrival.identity).opted_out:
        return
    if rule_words.is_stop(arrival.text):
        opt_out(tx, arrival, recorded_by="rule")
    elif near_stop_words.is_near_stop(arrival.text) and not near_stop.is_marked(
        tx, arrival.message_id
    ):
        near_stop.mark(tx, arrival.message_id)


def opt_out(tx: Tx, arrival: Arrival, *, recorded_by: str) -> None:
    """Withdraws consent, cancels what waits for them, and confirms once."""
    _record(tx, arrival, ConsentKind.OPTED_OUT, recorded_by)
    withdrawal.cancel_waiting(tx, arrival.contact_id, line_id=arrival.line.id)
    near_stop.overtake(tx, arrival.contact_id, arrival.line.id)
    answering.mark_welcomed(tx, _heard(tx, arrival), None)
    if arrival.can_be_answered:
        _say(tx, arrival, rule_words.STOPPED, rule="stop", kind=MessageClass.CONFIRMATION)


def _answers_a_round(tx: Tx, arrival: Arrival) -> bool:
    """Its follower tells them what becomes of it, whatever the hour."""
    return not arrival.has_files and hearing.is_plain_answer(
        tx.conn,
        contact_id=arrival.contact_id,
        line_id=arrival.line.id,
        text=arrival.text,
        now_ms=tx.now_ms,
    )


def _is_reachable(tx: Tx, contact_id: str) -> bool:
    """Whether anybody could write to this person at all."""
    return any(Channel.any_writes_to(each) for each in contacts.identities_of(tx.conn, contact_id))


def _is_overtaken(tx: Tx, arrival: Arrival, verdict: Verdict) -> bool:
    """It was written before the withdrawal and came after it: an SMS may take over a day."""
    if verdict.entry is None:
        return False
    row = tx.conn.execute(
        "SELECT a.written_ms, coalesce(c.written_ms, ?) AS closed_ms"
        " FROM message a LEFT JOIN message c ON c.id = ? WHERE a.id = ?",
        (verdict.entry.at_ms, verdict.entry.message_id, arrival.message_id),
    ).fetchone()
    closed_ms = min(row["closed_ms"], tx.now_ms)  # a clock that was ahead closes nothing later
    return bool(row["written_ms"] < closed_ms - CLOCKS_APART_MS)


def _opt_in_again(tx: Tx, arrival: Arrival) -> None:
    _record(tx, arrival, ConsentKind.OPTED_IN_AGAIN, "rule")
    stops.settle_line(tx, arrival.line.id)
    _say(tx, arrival, rule_words.STARTED, rule="start")


def _heard(tx: Tx, arrival: Arrival) -> Heard:
    return Heard(
        line=arrival.line,
        contact_id=arrival.contact_id,
        conversation_id=conversations.with_contact(tx, arrival.line.id, arrival.contact_id),
        identity=arrival.identity,
        channel=arrival.channel,
        text=arrival.text,
    )


def _record(tx: Tx, arrival: Arrival, kind: ConsentKind, recorded_by: str) -> None:
    consent.record(
        tx,
        identity=arrival.identity,
        contact_id=arrival.contact_id,
        line_id=arrival.line.id,
        kind=kind,
        channel=arrival.channel,
        message_id=arrival.message_id,
        recorded_by=recorded_by,
    )


def _say(
    tx: Tx,
    arrival: Arrival,
    texts: dict[str, str],
    *,
    rule: str,
    kind: MessageClass = MessageClass.AUTOMATIC,
) -> None:
    """Queues the rule's text, over the channel on which they wrote, where it can be sent: the
    message that it answers must be kept all the same.
    """
    branch = branches.branch(tx.conn, arrival.line.branch_id)
    request = SendRequest(
        line_id=arrival.line.id,
        identity=arrival.identity,
        text=texts[branch.settings.language].replace("{branch}", branch.name),
        author=Author(rule=rule),
        channel=arrival.channel,
        kind=kind,
    )
    try:
        accept(tx, request)
    except (InvalidInput, Refused) as exc:
        log.warning("rule %s could not answer message %s: %s", rule, arrival.message_id, exc)
