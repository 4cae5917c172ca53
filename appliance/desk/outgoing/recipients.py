"""To which of a person's numbers a message goes."""

import sqlite3

from appliance.desk.access.sight import Sight


def number_of_contact(
    conn: sqlite3.Connection, sight: Sight, contact_id: str, *, line_id: str
) -> str:
    """The number that they last wrote from to this line, else the first that is known.

    Raises NotFound when who asks may not know them.
    """
    contact = sight.contact(conn, contact_id)
    row = conn.execute(
        "SELECT number FROM message WHERE contact_id = ? AND line_id = ? AND direction = 'in'"
        " AND number IN (SELECT number FROM contact_number WHERE contact_id = ?)"
        " ORDER BY id DESC LIMIT 1",
        (contact.id, line_id, contact.id),
    ).fetchone()
    return str(row["number"]) if row else contact.numbers[0]
