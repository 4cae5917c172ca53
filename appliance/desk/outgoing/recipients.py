"""To which of a person's identities a message goes."""

import sqlite3

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
