"""To which of a person's identities a message goes."""

import sqlite3

from appliance.channels import Channel
from appliance.desk.access.sight import Sight
from appliance.identities import Identity
from appliance.store import contacts
from appliance.store.contacts import identity_of


def identity_of_contact(
    conn: sqlite3.Connection, sight: Sight, contact_id: str, *, line_id: str
) -> Identity:
    """The one that they last wrote from to this line, else the first that is known.

    Raises NotFound when the caller may not know this contact.
    """
    contact = sight.contact(conn, contact_id)
    row = conn.execute(
        "SELECT m.scheme, m.value FROM message m WHERE m.conversation_id ="
        "  (SELECT id FROM conversation WHERE contact_id = ?1 AND line_id = ?2)"
        " AND m.direction = 'in' AND (m.value, m.scheme) IN"
        "  (SELECT value, scheme FROM contact_identity WHERE contact_id = ?1)"
        " ORDER BY m.happened_ms DESC LIMIT 1",
        (contact.id, line_id),
    ).fetchone()
    if row is not None:
        return identity_of(row)
    known = contact.identities or [said for said, _ in contacts.claimed_by(conn, contact.id)]
    return known[0]


def reached_over(
    conn: sqlite3.Connection, line_id: str, identity: Identity, channel: Channel
) -> Identity:
    """This one where the channel writes to it, else the same person's that it writes to: the one
    that they last wrote from to this line, else the first that is known; this one where they have
    none.
    """
    if identity.is_group or channel.writes_to(identity):
        return identity
    contact = contacts.by_identity(conn, identity)
    mine = [each for each in contact.identities if channel.writes_to(each)] if contact else []
    if contact is None or not mine:
        return identity
    rows = conn.execute(
        "SELECT m.scheme, m.value FROM conversation c JOIN message m ON m.conversation_id = c.id"
        " WHERE c.contact_id = ? AND c.line_id = ? AND m.direction = 'in' AND m.channel = ?"
        " ORDER BY m.happened_ms DESC LIMIT 1",
        (contact.id, line_id, channel.name),
    )
    heard = [identity_of(row) for row in rows]
    return next((each for each in heard if each in mine), mine[0])
