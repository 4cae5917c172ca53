"""What the office may change about a person on their card: names and numbers."""

import sqlite3

from appliance.characters import clean_name
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import Sight
from appliance.desk.contacts.joining import join
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.events import EventKind
from appliance.identities import Identity
from appliance.reasons import Reason
from appliance.store import contacts
from appliance.store.contacts import Contact
from appliance.store.store import Tx

MAX_PERSONNEL_NUMBER = 40


def rename(
    tx: Tx,
    contact_id: str,
    *,
    office_name: str | None,
    personnel_number: str | None,
    staff_id: str,
) -> None:
    """Sets what the office calls them; an empty name removes it. The name they chose stays.

    Raises NotFound, or InvalidInput for the personnel number.
    """
    if personnel_number and len(personnel_number) > MAX_PERSONNEL_NUMBER:
        sentence = f"A personnel number has at most {MAX_PERSONNEL_NUMBER} characters."
        raise InvalidInput("personnel_number", sentence)
    contact_id = _present(tx, contact_id)
    tx.conn.execute(
        "UPDATE contact SET office_name = ?, personnel_number = ? WHERE id = ?",
        (clean_name(office_name), clean_name(personnel_number), contact_id),
    )
    facts = {"field": "office"}
    contacts.tell(tx, EventKind.CONTACT_CHANGED, contact_id, staff_id=staff_id, facts=facts)


def add_identity(tx: Tx, contact_id: str, identity: Identity, staff_id: str) -> None:
    """Gives a second one to a person; a contact that has it already is joined.

    It brings no consent: that is per identity. Raises NotFound.
    """
    contact_id = _present(tx, contact_id)
    other = contacts.by_identity(tx.conn, identity)
    if other is None:
        contacts.attach(tx, contact_id, identity)
        _tell_numbers(tx, contact_id, staff_id)
    elif other.id != contact_id:
        join(tx, contact_id, other.id, staff_id)


def say_number(
    tx: Tx, contact_id: str, identity: Identity, *, rights: Rights, join_id: str, staff_id: str
) -> Contact | None:
    """Gives a number to a person, as `rights` allow; who has it already when they may be the same
    person, which is to be asked first: they are joined when `join_id` names them.

    A contact out of sight keeps its number, and nothing reveals that it exists. Raises NotFound, or
    Refused when the number is this contact's already.
    """
    sight = _sight(rights)
    contact_id = _present(tx, contact_id)
    owner = contacts.by_identity(tx.conn, identity)
    having = [*([owner] if owner else []), *contacts.claimants(tx.conn, identity)]
    others = [each for each in having if each.id != contact_id]
    seen = next((each for each in others if sight.sees_contact(tx.conn, each.id)), None)
    if (owner and owner.id == contact_id) or (len(others) < len(having) and seen is None):
        raise Refused(Reason.SAME_CONTACT, "This number belongs to this contact already.")
    if seen is not None and seen.id != join_id:
        return seen
    if seen is not None:
        join(tx, contact_id, seen.id, staff_id)
    elif owner is None:
        add_identity(tx, contact_id, identity, staff_id)
    else:
        contacts.claim(tx, contact_id, identity, staff_id=staff_id)
        _tell_numbers(tx, contact_id, staff_id)
    return None


def deny_number(
    tx: Tx, contact_id: str, identity: Identity, *, rights: Rights, staff_id: str
) -> None:
    """They are two people: what was said of the number is taken back, by who sees both."""
    contact_id = _present(tx, contact_id)
    owner = contacts.by_identity(tx.conn, identity)
    if owner is None or not _sight(rights).sees_contact(tx.conn, owner.id):
        return
    if contacts.drop_claim(tx, contact_id, identity):
        _tell_numbers(tx, contact_id, staff_id)


def same_person(
    conn: sqlite3.Connection, contact_id: str, rights: Rights
) -> tuple[Identity, Contact] | None:
    """A number that is said to be this contact's and is another's, for who may join both."""
    sight = _sight(rights)
    found = contacts.claimed_by(conn, contact_id)
    return next((each for each in found if sight.sees_contact(conn, each[1].id)), None)


def _tell_numbers(tx: Tx, contact_id: str, staff_id: str) -> None:
    facts = {"field": "numbers"}
    contacts.tell(tx, EventKind.CONTACT_CHANGED, contact_id, staff_id=staff_id, facts=facts)


def _sight(rights: Rights) -> Sight:
    """Whose card one may change; others are not named and not joined."""
    return Sight(rights.branches(Permission.CONTACT_EDIT))


def _present(tx: Tx, contact_id: str) -> str:
    """The contact's own id, or the id of the contact that it was joined into."""
    contact = contacts.find(tx.conn, contact_id)
    if contact is None:
        raise NotFound("contact")
    return contact.id
