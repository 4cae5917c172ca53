"""Contacts and their numbers, at the SQL edge."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.events import EventKind
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """`numbers` in the order they became known; the first is the one to write to."""

    id: str
    chosen_name: str | None
    office_name: str | None
    personnel_number: str | None
    numbers: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the office calls them, else what they call themselves, else their number."""
        return self.office_name or self.chosen_name or (self.numbers[0] if self.numbers else "?")


def find(conn: sqlite3.Connection, contact_id: str) -> Contact | None:
    """The contact, or the one that it was joined into."""
    row = conn.execute("SELECT * FROM contact WHERE id = ?", (contact_id,)).fetchone()
    while row is not None and row["joined_into"]:
        row = conn.execute("SELECT * FROM contact WHERE id = ?", (row["joined_into"],)).fetchone()
    return None if row is None else _from_row(conn, row)


def by_number(conn: sqlite3.Connection, number: str) -> Contact | None:
    row = conn.execute(
        "SELECT contact.* FROM contact_number JOIN contact ON contact.id = contact_id"
        " WHERE number = ?",
        (number,),
    ).fetchone()
    return None if row is None else _from_row(conn, row)


def numbers_of(conn: sqlite3.Connection, contact_id: str) -> tuple[str, ...]:
    rows = conn.execute(
        "SELECT number FROM contact_number WHERE contact_id = ? ORDER BY created_ms, number",
        (contact_id,),
    )
    return tuple(row[0] for row in rows)


def with_their_others(conn: sqlite3.Connection, numbers: Sequence[str]) -> tuple[str, ...]:
    """These numbers, and all others of the people that they belong to."""
    rows = conn.execute(
        "SELECT other.number FROM contact_number mine JOIN contact_number other"
        " ON other.contact_id = mine.contact_id"
        " WHERE mine.number IN (SELECT value FROM json_each(?))",
        (json.dumps(list(numbers)),),
    )
    return tuple({*numbers, *(row[0] for row in rows)})


def ensure(tx: Tx, number: str, *, chosen_name: str | None = None) -> str:
    """The id of the contact with this number; made when new, its chosen name kept up to date."""
    row = tx.conn.execute(
        "SELECT contact.id, chosen_name FROM contact_number JOIN contact ON contact.id = contact_id"
        " WHERE number = ?",
        (number,),
    ).fetchone()
    if row is None:
        return _create(tx, number, chosen_name)
    if chosen_name and chosen_name != row["chosen_name"]:
        tx.conn.execute("UPDATE contact SET chosen_name = ? WHERE id = ?", (chosen_name, row["id"]))
        tx.emit(EventKind.CONTACT_CHANGED, contact_id=row["id"], facts={"field": "chosen_name"})
    return str(row["id"])


def attach_number(tx: Tx, contact_id: str, number: str) -> None:
    """Gives a number that nobody has yet to this contact."""
    tx.conn.execute(
        "INSERT INTO contact_number (number, contact_id, created_ms) VALUES (?, ?, ?)",
        (number, contact_id, tx.now_ms),
    )


def claim_number(tx: Tx, contact_id: str, number: str, *, staff_id: str) -> None:
    """Keeps that a number which somebody else has is said to be this contact's."""
    tx.conn.execute(
        "INSERT INTO number_claim (contact_id, number, staff_id, at_ms) VALUES (?, ?, ?, ?)",
        (contact_id, number, staff_id, tx.now_ms),
    )


def drop_claim(tx: Tx, contact_id: str, number: str) -> bool:
    """False when there was none."""
    done = tx.conn.execute(
        "DELETE FROM number_claim WHERE contact_id = ? AND number = ?", (contact_id, number)
    )
    return done.rowcount > 0


def claimants(conn: sqlite3.Connection, number: str) -> Sequence[Contact]:
    """Whose it is said to be, besides whose it is; who was first comes first."""
    rows = conn.execute(
        "SELECT contact.* FROM number_claim JOIN contact ON contact.id = contact_id"
        " WHERE number = ? ORDER BY at_ms, contact.id",
        (number,),
    ).fetchall()
    return [_from_row(conn, row) for row in rows]


def claimed_by(conn: sqlite3.Connection, contact_id: str) -> Sequence[tuple[str, Contact]]:
    """The numbers that are said to be this contact's, each with whose it is."""
    rows = conn.execute(
        "SELECT number FROM number_claim WHERE contact_id = ? ORDER BY number", (contact_id,)
    ).fetchall()
    owners = [(str(row["number"]), by_number(conn, row["number"])) for row in rows]
    return [(number, owner) for number, owner in owners if owner is not None]


def remember_whatsapp(tx: Tx, number: str, *, on_whatsapp: bool) -> None:
    """What the look-up of WhatsApp answered for this number."""
    tx.conn.execute(
        "UPDATE contact_number SET on_whatsapp = ?, checked_ms = ? WHERE number = ?",
        (int(on_whatsapp), tx.now_ms, number),
    )


def _create(tx: Tx, number: str, chosen_name: str | None) -> str:
    contact_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO contact (id, chosen_name, created_ms) VALUES (?, ?, ?)",
        (contact_id, chosen_name, tx.now_ms),
    )
    attach_number(tx, contact_id, number)
    tx.emit(EventKind.CONTACT_CREATED, contact_id=contact_id)
    return contact_id


def _from_row(conn: sqlite3.Connection, row: sqlite3.Row) -> Contact:
    return Contact(
        id=row["id"],
        chosen_name=row["chosen_name"],
        office_name=row["office_name"],
        personnel_number=row["personnel_number"],
        numbers=numbers_of(conn, row["id"]),
    )
