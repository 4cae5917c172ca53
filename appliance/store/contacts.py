"""Contacts and their identities, at the SQL edge."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.events import EventKind
from appliance.identities import ALPHA, Identity
from appliance.store import erased, events
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """`identities` in the order they became known; the first is the one to write to."""

    id: str
    chosen_name: str | None
    office_name: str | None
    personnel_number: str | None
    identities: tuple[Identity, ...]

    @property
    def name(self) -> str:
        """What the office calls them, else what they call themselves, else their number."""
        first = self.identities[0].value if self.identities else "?"
        return self.office_name or self.chosen_name or first


def identity_of(row: sqlite3.Row) -> Identity:
    """As every table has it, in two columns."""
    return Identity(row["value"], row["scheme"])


def find(conn: sqlite3.Connection, contact_id: str) -> Contact | None:
    """The contact, or the one that it was joined into; None for one that was erased."""
    row = conn.execute("SELECT * FROM contact WHERE id = ?", (contact_id,)).fetchone()
    while row is not None and row["joined_into"]:
        if row["joined_into"] == row["id"]:
            return None
        row = conn.execute("SELECT * FROM contact WHERE id = ?", (row["joined_into"],)).fetchone()
    return None if row is None else _from_row(conn, row)


def joined(conn: sqlite3.Connection, contact_ids: Sequence[str]) -> Mapping[str, str]:
    """Who each of these is now: the one that it was joined into, or itself."""
    rows = conn.execute(_JOINED, (json.dumps(list(contact_ids)),))
    return {row["asked"]: row["id"] for row in rows}


def by_identity(conn: sqlite3.Connection, identity: Identity) -> Contact | None:
    row = conn.execute(
        "SELECT contact.* FROM contact_identity JOIN contact ON contact.id = contact_id"
        " WHERE value = ? AND scheme = ?",
        identity,
    ).fetchone()
    return None if row is None else _from_row(conn, row)


def by_value(conn: sqlite3.Connection, value: str) -> Sequence[Contact]:
    """Those who are this in any scheme; who sends under a word like it comes last."""
    rows = conn.execute(
        "SELECT contact.* FROM contact_identity JOIN contact ON contact.id = contact_id"
        " WHERE value = ? ORDER BY scheme = ?, scheme",
        (value, ALPHA),
    ).fetchall()
    return [_from_row(conn, row) for row in rows]


def identities_of(conn: sqlite3.Connection, contact_id: str) -> tuple[Identity, ...]:
    rows = conn.execute(
        "SELECT scheme, value FROM contact_identity WHERE contact_id = ?"
        " ORDER BY created_ms, value, scheme",
        (contact_id,),
    )
    return tuple(identity_of(row) for row in rows)


def with_their_others(
    conn: sqlite3.Connection, identities: Sequence[Identity]
) -> tuple[Identity, ...]:
    """These, and all others of the people who have them."""
    rows = conn.execute(
        "SELECT other.scheme, other.value FROM json_each(?) asked"
        " CROSS JOIN contact_identity mine"
        "  ON mine.value = asked.value ->> 0 AND mine.scheme = asked.value ->> 1"
        " JOIN contact_identity other ON other.contact_id = mine.contact_id",
        (json.dumps(list(identities)),),
    )
    return tuple({*identities, *(identity_of(row) for row in rows)})


def ensure(tx: Tx, identity: Identity, *, chosen_name: str | None = None) -> str:
    """The id of the contact who is this; made when new, its chosen name kept up to date."""
    row = tx.conn.execute(
        "SELECT contact.id, chosen_name FROM contact_identity"
        " JOIN contact ON contact.id = contact_id WHERE value = ? AND scheme = ?",
        identity,
    ).fetchone()
    if row is None:
        return _create(tx, identity, chosen_name)
    if chosen_name and chosen_name != row["chosen_name"]:
        tx.conn.execute("UPDATE contact SET chosen_name = ? WHERE id = ?", (chosen_name, row["id"]))
        tell(tx, EventKind.CONTACT_CHANGED, str(row["id"]), facts={"field": "chosen_name"})
    return str(row["id"])


def tell(
    tx: Tx,
    kind: EventKind,
    contact_id: str,
    *,
    staff_id: str | None = None,
    facts: Mapping[str, Any] | None = None,
    also: str | None = None,
) -> None:
    """Appends an event that the person's history shows, and that of `also`: both changed."""
    tx.emit(kind, contact_id=contact_id, staff_id=staff_id, facts=dict(facts or {}))
    seq = events.last_seq(tx.conn)
    both = [each for each in (contact_id, also) if each]
    tx.conn.executemany(
        "INSERT INTO contact_event (contact_id, event_seq) VALUES (?, ?)",
        [(each, seq) for each in both],
    )
    touch(tx, both)


def touch(tx: Tx, contact_ids: Sequence[str]) -> None:
    """What is shown of them is other now: who asks what changed since is told them."""
    tx.conn.execute(
        "UPDATE contact SET changed_ms = ? WHERE id IN (SELECT value FROM json_each(?))",
        (tx.now_ms, json.dumps(list(contact_ids))),
    )


def detach(tx: Tx, identity: Identity) -> None:
    """It is nobody's from here on, or that one's who is first said to have it. What it agreed to
    counts for who had it alone.
    """
    tx.conn.execute(
        "INSERT INTO former_holder (value, scheme, contact_id, consent_seq)"
        " SELECT value, scheme, contact_id, (SELECT coalesce(max(seq), 0) FROM consent)"
        " FROM contact_identity WHERE value = ? AND scheme = ?",
        identity,
    )
    said = next(iter(claimants(tx.conn, identity)), None)
    if said is None:
        tx.conn.execute("DELETE FROM contact_identity WHERE value = ? AND scheme = ?", identity)
        return
    drop_claim(tx, said.id, identity)
    tx.conn.execute(
        "UPDATE contact_identity SET contact_id = ?, created_ms = ? WHERE value = ? AND scheme = ?",
        (said.id, tx.now_ms, *identity),
    )
    _note_back(tx, said.id, identity)
    touch(tx, [said.id])


def held_since_ms(tx: Tx, identity: Identity) -> int:
    """What was written before may be from somebody who had the number before, or who was erased;
    0 where nobody was.

    The moment is now where nobody is known to have it.
    """
    row = tx.conn.execute(_HELD_SINCE, identity).fetchone()
    held = tx.now_ms if row is not None and row["since_ms"] is None else (row or [0])[0]
    return max(int(held), erased.since_ms(tx.conn, identity))


_HELD_SINCE = """
SELECT (SELECT n.created_ms FROM contact_identity n WHERE n.value = h.value AND n.scheme = h.scheme)
  AS since_ms FROM former_holder h WHERE h.value = ? AND h.scheme = ? LIMIT 1
"""


def attach(tx: Tx, contact_id: str, identity: Identity) -> None:
    """Gives one that nobody has yet to this contact."""
    tx.conn.execute(
        "INSERT INTO contact_identity (value, scheme, contact_id, created_ms) VALUES (?, ?, ?, ?)",
        (*identity, contact_id, tx.now_ms),
    )
    _note_back(tx, contact_id, identity)
    erased.bind(tx, contact_id, identity)


def claim(tx: Tx, contact_id: str, identity: Identity, *, staff_id: str) -> None:
    """Keeps that one which somebody else has is said to be this contact's."""
    tx.conn.execute(
        "INSERT INTO identity_claim (value, scheme, contact_id, staff_id, at_ms)"
        " VALUES (?, ?, ?, ?, ?)",
        (*identity, contact_id, staff_id, tx.now_ms),
    )


def drop_claim(tx: Tx, contact_id: str, identity: Identity) -> bool:
    """False when there was none."""
    done = tx.conn.execute(
        "DELETE FROM identity_claim WHERE value = ? AND scheme = ? AND contact_id = ?",
        (*identity, contact_id),
    )
    return done.rowcount > 0


def claimants(conn: sqlite3.Connection, identity: Identity) -> Sequence[Contact]:
    """Whose it is said to be, besides whose it is; who was first comes first."""
    rows = conn.execute(
        "SELECT contact.* FROM identity_claim JOIN contact ON contact.id = contact_id"
        " WHERE value = ? AND scheme = ? ORDER BY at_ms, contact.id",
        identity,
    ).fetchall()
    return [_from_row(conn, row) for row in rows]


def claimed_by(conn: sqlite3.Connection, contact_id: str) -> Sequence[tuple[Identity, Contact]]:
    """What is said to be this contact's, each with whose it is."""
    rows = conn.execute(
        "SELECT scheme, value FROM identity_claim WHERE contact_id = ? ORDER BY value, scheme",
        (contact_id,),
    ).fetchall()
    owners = [(identity_of(row), by_identity(conn, identity_of(row))) for row in rows]
    return [(identity, owner) for identity, owner in owners if owner is not None]


def remember_whatsapp(tx: Tx, identity: Identity, *, on_whatsapp: bool) -> None:
    """What the look-up of WhatsApp answered for it."""
    is_news = tx.conn.execute(
        "SELECT contact_id FROM contact_identity"
        " WHERE value = ? AND scheme = ? AND on_whatsapp IS NOT ?",
        (*identity, int(on_whatsapp)),
    ).fetchone()
    if is_news is not None:
        touch(tx, [is_news["contact_id"]])
    tx.conn.execute(
        "UPDATE contact_identity SET on_whatsapp = ?, checked_ms = ?"
        " WHERE value = ? AND scheme = ?",
        (int(on_whatsapp), tx.now_ms, *identity),
    )


def _note_back(tx: Tx, contact_id: str, identity: Identity) -> None:
    """Who gets a number back that nobody else had meanwhile agreed to all that they agreed to."""
    tx.conn.execute(
        "DELETE FROM former_holder WHERE contact_id = ?3 AND seq ="
        " (SELECT max(seq) FROM former_holder WHERE value = ?1 AND scheme = ?2)",
        (*identity, contact_id),
    )


def _create(tx: Tx, identity: Identity, chosen_name: str | None) -> str:
    contact_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO contact (id, chosen_name, created_ms) VALUES (?, ?, ?)",
        (contact_id, chosen_name, tx.now_ms),
    )
    attach(tx, contact_id, identity)
    tell(tx, EventKind.CONTACT_CREATED, contact_id)
    return contact_id


def _from_row(conn: sqlite3.Connection, row: sqlite3.Row) -> Contact:
    return Contact(
        id=row["id"],
        chosen_name=row["chosen_name"],
        office_name=row["office_name"],
        personnel_number=row["personnel_number"],
        identities=identities_of(conn, row["id"]),
    )


_JOINED = """
WITH RECURSIVE who (asked, id, joined_into) AS (
  SELECT f.value, k.id, k.joined_into FROM json_each(?) f CROSS JOIN contact k ON k.id = f.value
  UNION
  SELECT who.asked, k.id, k.joined_into FROM who JOIN contact k ON k.id = who.joined_into)
SELECT asked, id FROM who WHERE joined_into IS NULL
"""
