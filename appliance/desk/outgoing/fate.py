"""What becomes of a text that somebody sends now: over which way, and when; nothing is kept."""

import sqlite3
from dataclasses import dataclass, replace

from appliance.channels import Channel
from appliance.identities import Identity
from appliance.messages import MessageClass
from appliance.queue import undecided
from appliance.queue.heard import heard_over
from appliance.queue.lanes import Queued
from appliance.queue.pacing import ANSWER_WINDOW_MS, DEFAULT_PROFILE, Waiting
from appliance.queue.permission import permission_of
from appliance.queue.planned import Planned
from appliance.queue.promise import Coming, with_past
from appliance.queue.situation import Situation
from appliance.queue.stored_history import Histories
from appliance.reasons import Reason
from appliance.store import consent, lines
from appliance.store.lines import Line

_TEXT = "."
"""The shortest there is: what it costs to type is said of the text itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """`channel` None: it waits for a way, and `out_ms` is since when there is none, where that is
    known. `other`: not over the line's own device. `expected_ms` None: nobody can know.
    """

    channel: Channel | None
    other: bool
    signed: bool
    expected_ms: int | None
    reason: Reason | None
    out_ms: int | None


def fate(
    conn: sqlite3.Connection,
    histories: Histories,
    *,
    line_id: str,
    conversation_id: str | None,
    identity: Identity,
    staff_id: str,
    now_ms: int,
    over: Channel | None = None,
) -> Fate:
    """As the line is now; what waits there already is not counted. `over` is the channel that was
    chosen. `conversation_id` None: they have none on this line yet. Raises NotFound.
    """
    line = lines.line(conn, line_id)
    coming = _coming(conn, line, conversation_id, identity, staff_id, now_ms)
    if over is not None:
        sms = replace(coming.waiting, sms=over.counts_parts)
        coming = replace(coming, wanted=over, waiting=sms)
    situation = Situation.of(conn, line, DEFAULT_PROFILE, histories, now_ms=now_ms)
    situation.foretell(conn, histories, now_ms=now_ms)
    entry = situation.foresee(_queued(conn, coming), now_ms=now_ms)
    return _fate(situation, entry)


def _queued(conn: sqlite3.Connection, coming: Coming) -> Queued:
    return coming.queued(with_past(conn, coming))


def _coming(
    conn: sqlite3.Connection,
    line: Line,
    conversation_id: str | None,
    identity: Identity,
    staff_id: str,
    now_ms: int,
) -> Coming:
    row = conn.execute(
        "SELECT contact_id, last_in_ms FROM conversation WHERE id = ?", (conversation_id,)
    ).fetchone()
    heard_ms = row["last_in_ms"] if row else None
    waiting = _waiting(identity, heard_ms, now_ms)
    person = None if identity.is_group else consent.standing(conn, line.id, identity)
    contact_id = row["contact_id"] if row else person and person.contact_id
    asked = undecided.asked(conn, line.id).get(contact_id) if contact_id else None
    return Coming(
        waiting=waiting,
        contact_id=contact_id or conversation_id or _NOBODYS,
        conversation_id=conversation_id or "",
        last_in_ms=heard_ms,
        text=_TEXT,
        wanted=permission_of(conn, person, channel=None).left
        if person
        else Channel.with_groups(identity.scheme),
        on_whatsapp=person.on_whatsapp if person else None,
        prefers=heard_over(conn, line.id, contact_id) if contact_id else None,
        undecided=undecided.holds(
            asked, message_id=waiting.id, staff_id=staff_id, kind=waiting.kind
        ),
    )


def _waiting(identity: Identity, heard_ms: int | None, now_ms: int) -> Waiting:
    answering = heard_ms is not None and now_ms - heard_ms <= ANSWER_WINDOW_MS
    return Waiting(
        id=_NEWEST,
        identity=identity,
        kind=MessageClass.REPLY if answering else MessageClass.AUTOMATIC,
        text_length=len(_TEXT),
        created_ms=now_ms,
        typed=True,
        answering=answering,
        unanswered=0,
    )


def _fate(situation: Situation, entry: Planned) -> Fate:
    ways, to = situation.ways, entry.queued.waiting.identity
    if entry.route is None:
        out_ms = None
        if ways.routes and not situation.line.stopped:
            wanted = entry.queued.wanted
            asked = [each for each in ways.routes if wanted in (None, each.channel)]
            best = next((r for r in asked if r.channel.writes_to(to)), ways.routes[0])
            out_ms = ways.devices[best.device_id].lost.get(best.channel)
        return Fate(
            channel=None,
            other=False,
            signed=False,
            expected_ms=None,
            reason=entry.reason,
            out_ms=out_ms,
        )
    return Fate(
        channel=entry.route.channel,
        other=ways.is_fallback(entry.route),
        signed=bool(entry.signature),
        expected_ms=entry.expected_ms,
        reason=entry.reason,
        out_ms=None,
    )


_NEWEST = "ffffffff-ffff-7fff-bfff-ffffffffffff"
"""An id above all that there are."""
_NOBODYS = "00000000-0000-7000-8000-000000000000"
"""In place of a contact that there is none of: no other message is to them."""
