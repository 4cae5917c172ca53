"""A number that nobody has named, under the name of somebody whom the office knows.

“My account number has changed” from such a number is how payroll fraud begins.
"""

import sqlite3
from dataclasses import dataclass

from appliance.desk.access.sight import Sight
from appliance.events import EventKind
from appliance.store import contacts
from appliance.store.store import Tx

_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Namesake:
    """Whom the office knows under this name. `number` is theirs, as far as one is known."""

    contact_id: str
    name: str
    number: str | None


def of(conn: sqlite3.Connection, sight: Sight, contact_id: str) -> Namesake | None:
    """None where the office has named this person itself, or said that they are two people."""
    row = conn.execute(
        "SELECT chosen_name, office_name FROM contact WHERE id = ?", (contact_id,)
    ).fetchone()
    if row is None or row["office_name"] or not row["chosen_name"]:
        return None
    about = {"contact": contact_id, "name": row["chosen_name"], "most": _MOST}
    for other in conn.execute(_KNOWN, about).fetchall():
        if sight.sees_contact(conn, other["id"]):
            known = contacts.identities_of(conn, other["id"])
            shown = known[0].shown if known else None
            return Namesake(contact_id=other["id"], name=other["office_name"], number=shown)
    return None


_KNOWN = """
SELECT k.id, k.office_name FROM contact me
CROSS JOIN contact k INDEXED BY contact_sorted
WHERE me.id = :contact
AND k.joined_into IS NULL AND k.sorts_as = me.sorts_as AND k.id <> :contact
AND k.office_name = :name COLLATE NOCASE
AND NOT EXISTS (SELECT 1 FROM contact_apart
  WHERE contact_id = min(k.id, :contact) AND other_id = max(k.id, :contact))
LIMIT :most
"""


def keep_apart(tx: Tx, one_id: str, other_id: str, staff_id: str) -> None:
    """Somebody said that they are two people; the history of both shows it."""
    noted = tx.conn.execute(
        "INSERT OR IGNORE INTO contact_apart (contact_id, other_id) VALUES (?, ?)",
        sorted((one_id, other_id)),
    )
    if noted.rowcount:
        facts = {"field": "apart", "other": other_id}
        kind = EventKind.CONTACT_CHANGED
        contacts.tell(tx, kind, one_id, staff_id=staff_id, facts=facts, also=other_id)
