"""Missed calls: each is reported once, and answered once a day where the branch wants it."""

import logging

from appliance.channels import Channel
from appliance.desk.access.sight import Sight
from appliance.desk.intake import placing
from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.devices.news_protocol import MissedCall
from appliance.errors import InvalidInput, Refused
from appliance.events import EventKind
from appliance.identities import TEL, Identity, told
from appliance.messages import MessageClass
from appliance.phone_numbers import is_mobile, readable
from appliance.queue.profile import DAY_MS, HOUR_MS
from appliance.store import branches, consent, contacts, conversations, erased
from appliance.store.consent import ConsentKind, Verdict
from appliance.store.lines import Line
from appliance.store.store import Tx

log = logging.getLogger(__name__)

RULE = "call"

FRESH_MS = HOUR_MS
"""An older call is reported and not answered: the caller has found another way by then."""


def keep(tx: Tx, device_id: str, call: MissedCall) -> None:
    """A call that is known already is dropped, and one of somebody who was erased since."""
    caller = call.channel.told(call.number) if call.channel else told(call.number, TEL)
    line = placing.line_for(tx.conn, device_id, caller)
    if line is None or erased.is_of_erased(tx.conn, caller, call.at_ms):
        return
    owner = placing.key_owner(tx.conn, device_id, line)
    new = tx.conn.execute(
        "INSERT INTO missed_call (id, device_key, line_id, value, scheme, at_ms, channel)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
        (
            tx.new_id(),
            f"{owner}:{call.key}",
            line.id,
            *caller,
            call.at_ms,
            None if call.channel is None or call.channel.uses_sim else call.channel.name,
        ),
    ).fetchone()
    if new is None:
        return
    if line.settings.call_answer and tx.now_ms - call.at_ms <= FRESH_MS:
        _answer(tx, line, caller, call.channel or Channel.SMS)
    known = contacts.by_identity(tx.conn, caller)
    # The branch learns of nobody whom only another one knows.
    seen = known is not None and Sight(frozenset({line.branch_id})).sees_contact(tx.conn, known.id)
    thread = known and conversations.of_contact(tx.conn, line.id, known.id)
    tx.emit(
        EventKind.CALL_MISSED,
        line_id=line.id,
        conversation_id=thread or None,
        contact_id=known.id if known and seen else None,
        facts={"call": new["id"]},
    )


def _answer(tx: Tx, line: Line, caller: Identity, channel: Channel) -> None:
    """Over the channel on which they called; a withdrawal is not undone by it."""
    verdict = consent.verdict(tx.conn, line.id, caller, channel)
    if verdict.opted_out or not _may_be_answered(verdict, caller, channel):
        return
    if _is_answered(tx, line.id, caller):
        return
    contact_id = contacts.ensure(tx, caller)
    if not verdict.allowed:
        consent.record(
            tx,
            identity=caller,
            contact_id=contact_id,
            line_id=line.id,
            kind=ConsentKind.CALLED,
            recorded_by="rule",
        )
    branch = branches.branch(tx.conn, line.branch_id)
    template = line.settings.call_answer or ""
    request = SendRequest(
        line_id=line.id,
        identity=caller,
        text=template.replace("{branch}", branch.name).replace("{line}", readable(line.number)),
        author=Author(rule=RULE),
        channel=channel,
        kind=MessageClass.CONFIRMATION,
    )
    try:
        accept(tx, request)
    except (InvalidInput, Refused) as exc:
        log.warning("a call to line %s could not be answered: %s", line.id, exc)


def _may_be_answered(verdict: Verdict, caller: Identity, channel: Channel) -> bool:
    """A call licenses one answer by SMS, where nothing else does. Over a channel on which people
    must write first it licenses none; and who called there did not ask for an SMS.
    """
    if channel.needs_own_message:
        return verdict.allowed and channel.writes_to(caller)
    return _is_mobile(caller)


def _is_mobile(caller: Identity) -> bool:
    return caller.is_tel and is_mobile(caller.value)


def _is_answered(tx: Tx, line_id: str, caller: Identity) -> bool:
    contact = contacts.by_identity(tx.conn, caller)
    if contact is None:
        return False
    row = tx.conn.execute(
        "SELECT 1 FROM message WHERE conversation_id = ? AND happened_ms > ? AND rule = ?"
        " AND value = ? AND scheme = ?",
        (
            conversations.with_contact(tx, line_id, contact.id),
            tx.now_ms - DAY_MS,
            RULE,
            *caller,
        ),
    ).fetchone()
    return row is not None
