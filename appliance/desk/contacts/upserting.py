"""Somebody from another system, by the personnel number that both know them by.

Whoever has that number is changed; else who has one of the telephone numbers and no personnel
number yet, because people usually write before an office enters them; else somebody new is entered.
Numbers are added and never taken away: one that they write from may be known to us alone. So are
branches: one that is named knows the person from then on. Nothing here gives consent.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from appliance.characters import clean_name
from appliance.desk.contacts import changing, people
from appliance.desk.contacts.changing import Changer, ContactChange
from appliance.desk.contacts.editing import MAX_PERSONNEL_NUMBER
from appliance.errors import InvalidInput, Refused
from appliance.identities import Identity
from appliance.reasons import Reason
from appliance.store import contacts
from appliance.store.store import Tx

FIELD = "personnel_number"


class Upsert(Enum):
    NEW = "new"
    UPDATE = "update"
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upserted:
    contact_id: str
    verdict: Upsert


def named(personnel_number: str) -> str:
    """As it is kept: zeros in front stay. Raises InvalidInput."""
    name = clean_name(personnel_number)
    if not name or len(name) > MAX_PERSONNEL_NUMBER:
        sentence = f"A personnel number has 1 to {MAX_PERSONNEL_NUMBER} characters."
        raise InvalidInput(FIELD, sentence)
    return name


def upsert(
    tx: Tx, personnel_number: str, wanted: ContactChange, who: Changer, *, branch_id: str | None
) -> Upserted:
    """Raises InvalidInput, or Refused (`number-taken`) where it would be two people's; its facts
    are `contact`, who has the personnel number, and `other`, who has the telephone number.
    """
    name = named(personnel_number)
    found = _whom(tx.conn, name, wanted.numbers, who)
    change = _added(tx.conn, replace(wanted, personnel_number=name), found)
    if found is None:
        entered = changing.enter(tx, change, who, branch_id=branch_id)
        return Upserted(contact_id=entered, verdict=Upsert.NEW)
    is_other = changing.change(tx, found, change, who)
    if branch_id is not None and "branch" in wanted.given:
        is_other |= changing.make_known(tx, found, branch_id, who)
    return Upserted(contact_id=found, verdict=Upsert.UPDATE if is_other else Upsert.SAME)


def concerned(
    conn: sqlite3.Connection, personnel_number: str, wanted: ContactChange, who: Changer
) -> tuple[Identity, ...]:
    """Those to whom nothing may be sent while it is done: where it blocks, or adds a number."""
    if not wanted.given & changing.AT_GATE:
        return ()
    found = _with_number(conn, named(personnel_number), who)
    owners = [contacts.by_identity(conn, each) for each in wanted.numbers]
    ids = {*found, *(each.id for each in owners if each is not None)}
    own = tuple(one for each in sorted(ids) for one in contacts.identities_of(conn, each))
    adds = any(each not in own for each in wanted.numbers)
    return own if adds or "blocked" in wanted.given else ()


def _whom(
    conn: sqlite3.Connection, name: str, numbers: Sequence[Identity], who: Changer
) -> str | None:
    known = _with_number(conn, name, who)
    holders = _holders(conn, numbers, who)
    if len(known) > 1:
        raise _two_people(known[0], known[1], f"Two people have the personnel number {name}.")
    if known:
        other = next((each for each in holders if each != known[0]), None)
        if other is not None:
            raise _two_people(known[0], other, "One of these numbers is that of somebody else.")
        return known[0]
    if len(holders) > 1:
        raise _two_people(holders[0], holders[1], "These numbers are those of two people.")
    if holders and _number_of(conn, holders[0]):
        sentence = "This number is that of somebody with another personnel number."
        raise _two_people(None, holders[0], sentence)
    return holders[0] if holders else None


def _number_of(conn: sqlite3.Connection, contact_id: str) -> str | None:
    found = contacts.find(conn, contact_id)
    return found.personnel_number if found else None


def _two_people(contact: str | None, other: str, sentence: str) -> Refused:
    return Refused(
        Reason.NUMBER_TAKEN,
        sentence,
        remedy="If they are one person, join the two.",
        facts={"contact": contact, "other": other},
    )


def _with_number(conn: sqlite3.Connection, name: str, who: Changer) -> Sequence[str]:
    having = people.with_personnel_number(conn, name)
    return sorted(who.sight.seen_contacts(conn, set(having)))


def _holders(conn: sqlite3.Connection, numbers: Sequence[Identity], who: Changer) -> Sequence[str]:
    """Whose these are or are said to be, of those in sight."""
    found = set[str]()
    for each in numbers:
        owner = contacts.by_identity(conn, each)
        found |= {owner.id} if owner else set()
        found |= {claimant.id for claimant in contacts.claimants(conn, each)}
    return sorted(who.sight.seen_contacts(conn, found))


def _added(
    conn: sqlite3.Connection, wanted: ContactChange, contact_id: str | None
) -> ContactChange:
    """All numbers that the person has then; a personnel number in other letters is the same."""
    given = wanted.given | {FIELD}
    if contact_id is None:
        return replace(wanted, given=given)
    had = _number_of(conn, contact_id) or ""
    if had.casefold() == (wanted.personnel_number or "").casefold():
        given -= {FIELD}
    own = [
        *contacts.identities_of(conn, contact_id),
        *(each for each, _ in contacts.claimed_by(conn, contact_id)),
    ]
    more = [each for each in wanted.numbers if each not in own]
    if not more:
        given -= {"numbers"}
    return replace(wanted, given=given, numbers=[*own, *more])
