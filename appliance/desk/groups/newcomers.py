"""Who may be taken into a group of a line, found by name or number; and who may not, and why."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.channels import Channel
from appliance.desk.access.sight import Sight
from appliance.desk.contacts import table
from appliance.desk.contacts.people import ContactEntry
from appliance.desk.contacts.table import TableAsked
from appliance.desk.outgoing.recipients import identity_of_contact, reached_over
from appliance.errors import NotFound, Refused
from appliance.identities import WHATSAPP_GROUP, Identity
from appliance.queue.group_turns import need_consent
from appliance.store import routes

HITS = 12
"""So many people does one search show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joiner:
    """`refusal` None: they may be taken in. `chosen`: somebody has ticked them."""

    card: ContactEntry
    identity: Identity
    refusal: Refused | None
    chosen: bool

    @property
    def called(self) -> str:
        return self.card.name or self.identity.value


def has_groups(conn: sqlite3.Connection, line_id: str) -> bool:
    """Whether a device of this line can make one."""
    channel = Channel.with_groups(WHATSAPP_GROUP)
    return any(each.channel == channel for each in routes.routes_of_line(conn, line_id))


def people_for(
    conn: sqlite3.Connection, sight: Sight, line_id: str, *, q: str, chosen: Sequence[str]
) -> Sequence[Joiner]:
    """Those with the ids in `chosen`, then whom `q` finds; who may not, behind who may.

    Raises InvalidInput for a question that cannot be asked.
    """
    picked = [each for each in chosen if _is_seen(conn, sight, each)]
    hits = table.page(conn, sight, TableAsked(q=q, limit=HITS)).rows if q else ()
    ids = dict.fromkeys([*picked, *(each.id for each in hits)])
    found = [
        _newcomer(conn, sight, line_id, row.card, chosen=row.id in picked)
        for row in table.rows(conn, sight, list(ids))
    ]
    return sorted(found, key=lambda each: (not each.chosen, each.refusal is not None))


def identities_of(
    conn: sqlite3.Connection, sight: Sight, line_id: str, contact_ids: Sequence[str]
) -> Sequence[Identity]:
    """Under what each of these people is taken in. Raises NotFound for somebody out of sight."""
    found = (_identity(conn, sight, line_id, each) for each in contact_ids)
    return list(dict.fromkeys(found))


def _newcomer(
    conn: sqlite3.Connection, sight: Sight, line_id: str, card: ContactEntry, *, chosen: bool
) -> Joiner:
    identity = _identity(conn, sight, line_id, card.id)
    refusal = None
    try:
        need_consent(conn, line_id, identity)
    except Refused as exc:
        refusal = exc
    return Joiner(card=card, identity=identity, refusal=refusal, chosen=chosen)


def _identity(conn: sqlite3.Connection, sight: Sight, line_id: str, contact_id: str) -> Identity:
    known = identity_of_contact(conn, sight, contact_id, line_id=line_id)
    channel = Channel.with_groups(WHATSAPP_GROUP)
    return known if channel is None else reached_over(conn, line_id, known, channel)


def _is_seen(conn: sqlite3.Connection, sight: Sight, contact_id: str) -> bool:
    try:
        sight.contact(conn, contact_id)
    except NotFound:
        return False
    return True
