"""A person who was erased elsewhere is erased in a copy of that database, in one transaction.

Who keeps the copy is told the rows of the person as they are now. What stood of them in rows of
others (in groups, reactions, notes of colleagues) is told by nobody: it is found here as it was
found there, by what the copy still knows of them.
"""

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from appliance.desk.privacy.erasing import mentions, rows
from appliance.desk.privacy.erasing.mentions import Finder
from appliance.desk.privacy.erasing.person import message_ids, needles, person_of
from appliance.store import forgetting
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedInCopy:
    """Who it was. `said` is as it may stand in JSON, `needles` as it may stand in bytes."""

    contact_ids: Collection[str]
    conversation_ids: Collection[str]
    said: Sequence[str]
    needles: Sequence[str]


def erase(tx: Tx, contact_id: str) -> ErasedInCopy | None:
    """None where the copy knows nobody of that id."""
    if not _is_known(tx.conn, contact_id):
        return None
    person = person_of(tx.conn, contact_id)
    written = message_ids(tx.conn, person)
    finder = Finder(person.identities, person.full_names)
    said = rows.said_of(person)
    rows.forget_in_copy(tx, person)
    forgetting.forget_in_copy(tx, written)
    others = list(finder.mentions(tx.conn, person.conversation_ids))
    mentions.take_out(tx, others, finder)
    return ErasedInCopy(
        contact_ids=person.contact_ids,
        conversation_ids=person.conversation_ids,
        said=said,
        needles=needles(person),
    )


def _is_known(conn: sqlite3.Connection, contact_id: str) -> bool:
    found = conn.execute("SELECT 1 FROM contact WHERE id = ?", (contact_id,))
    return found.fetchone() is not None
