"""A message to somebody with whom a line may have no conversation yet: what would become of it."""

import sqlite3
from dataclasses import dataclass

from appliance.channels import Channel
from appliance.desk.outgoing.fate import Fate, fate
from appliance.errors import InvalidInput, Refused
from appliance.identities import Identity
from appliance.queue.permission import permission_of
from appliance.queue.stored_history import Histories
from appliance.store import consent, conversations


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """Either `refusal` or `fate`. `contact_id` None: the number is nobody's that the house knows;
    `conversation_id` is the one that goes on.
    """

    identity: Identity
    contact_id: str | None
    conversation_id: str | None
    refusal: Refused | None
    fate: Fate | None


def may_write(conn: sqlite3.Connection, line_id: str, identity: Identity) -> bool:
    """Whether this line may write to them now, over whatever channel."""
    person = consent.standing(conn, line_id, identity)
    return permission_of(conn, person, channel=None).refusal is None


def beginning(
    conn: sqlite3.Connection,
    histories: Histories,
    *,
    line_id: str,
    identity: Identity,
    staff_id: str,
    now_ms: int,
) -> Beginning:
    """As it is now; nothing is kept. Raises InvalidInput for whom no channel writes to."""
    if not Channel.any_writes_to(identity):
        raise InvalidInput("to", "They wrote from no phone number and cannot be answered.")
    person = consent.standing(conn, line_id, identity)
    contact_id = person.contact_id
    known = conversations.of_contact(conn, line_id, contact_id) if contact_id else None
    refusal = permission_of(conn, person, channel=None).refusal
    found = None
    if refusal is None:
        found = fate(
            conn,
            histories,
            line_id=line_id,
            conversation_id=known,
            identity=identity,
            staff_id=staff_id,
            now_ms=now_ms,
        )
    return Beginning(
        identity=identity,
        contact_id=contact_id,
        conversation_id=known,
        refusal=refusal,
        fate=found,
    )
