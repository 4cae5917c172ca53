"""To which of a person's identities a message goes."""

import sqlite3

from appliance.desk.access.sight import Sight
from appliance.identities import Identity
from appliance.store.contacts import identity_of


def identity_of_contact(
    conn: sqlite3.Connection, sight: Sight, contact_id: str, *, line_id: str
) -> Identity:
    """The one that they last wrote from to this line, else the first that is known.

    Raises NotFound when the caller may not know this contact.
    """
    contact = sight.contact(conn, contact_id)
    row = conn.execute(
        "SELECT scheme, value FROM message"
        " WHERE contact_id = ? AND line_id = ? AND direction = 'in' AND (value, scheme) IN"
        "  (SELECT value, scheme FROM contact_identity WHERE contact_id = ?)"
        " ORDER BY id DESC LIMIT 1",
        (contact.id, line_id, contact.id),
    ).fetchone()
    return identity_of(row) if row else contact.identities[0]
