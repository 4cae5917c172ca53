"""Who is this? People who wrote by themselves, and whom the office may know already.

A proposal is only that: by a number that a colleague said is somebody's, by the name that they
chose, or by a personnel number that they wrote. A person decides.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from appliance.desk.access.sight import IN_SIGHT, Sight
from appliance.desk.contacts import people, table
from appliance.desk.contacts.people import ContactEntry
from appliance.desk.inbox import merged
from appliance.desk.inbox.merged import Ask
from appliance.store import contacts

PAGE = 25
_SAID = 5
"""Messages of theirs in which a personnel number is sought: it comes with the first words."""
_WORD = re.compile(r"[0-9A-Za-z][0-9A-Za-z./-]{2,39}")


class Clue(Enum):
    NUMBER = "number"
    PERSONNEL = "personnel"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """`is_double`: whom the office knows wrote from a number of their own already, so this is a
    second registration, or somebody else.
    """

    known: ContactEntry
    clues: Sequence[Clue]
    is_double: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownPerson:
    card: ContactEntry
    conversation_id: str | None
    proposals: Sequence[Proposal]

    @property
    def id(self) -> str:
        return self.card.id


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownList:
    people: Sequence[UnknownPerson]
    next: str | None


def page(conn: sqlite3.Connection, sight: Sight, after: str, limit: int = PAGE) -> UnknownList:
    """The newest first; `after` is the id of the last one of the page before."""
    found = _newest(conn, sight, after or "~", limit + 1)
    shown = [
        UnknownPerson(
            card=row.card,
            conversation_id=row.conversation_id,
            proposals=_proposals(conn, sight, row.card),
        )
        for row in table.rows(conn, sight, found[:limit])
    ]
    return UnknownList(people=shown, next=found[limit - 1] if len(found) > limit else None)


def _newest(conn: sqlite3.Connection, sight: Sight, before: str, most: int) -> Sequence[str]:
    """Walked line by line for who sees some: a branch has few of a company's people."""
    about = {"before": before, "most": most, "branches": sight.json}
    if sight.branches is None:
        return [row["id"] for row in conn.execute(_NEWEST, about)]
    lines = conn.execute(f"SELECT id FROM line WHERE {IN_SIGHT}", about).fetchall()  # noqa: S608 -- our own condition
    asks: list[Ask] = [(_WRITERS, {**about, "place": each["id"]}) for each in lines]
    asks += [(_ENTERED, {**about, "place": each}) for each in sorted(sight.branches)]
    return merged.first(conn, asks, limit=most, descending=True)


def _proposals(conn: sqlite3.Connection, sight: Sight, card: ContactEntry) -> Sequence[Proposal]:
    clues: dict[str, list[Clue]] = {}
    for contact_id, clue in _clues(conn, card):
        if clue not in clues.setdefault(contact_id, []):
            clues[contact_id].append(clue)
    clues.pop(card.id, None)
    fit = sorted(set(sight.seen_contacts(conn, clues)) - _apart(conn, card.id))
    known = people.entries(conn, sight, fit)
    found = [
        Proposal(known=each, clues=clues[each.id], is_double=_wrote(conn, each.id))
        for each in known
    ]
    return sorted(found, key=lambda each: (-len(each.clues), each.known.id))


def _clues(conn: sqlite3.Connection, card: ContactEntry) -> Iterator[tuple[str, Clue]]:
    for number in card.numbers:
        for claimant in contacts.claimants(conn, number.identity):
            yield claimant.id, Clue.NUMBER
    for row in conn.execute(_SAYS, {"contact": card.id, "most": _SAID}).fetchall():
        for word in set(_WORD.findall(row["text"])):
            if any(sign.isdigit() for sign in word):
                for contact_id in people.with_personnel_number(conn, word.rstrip(".-/")):
                    yield contact_id, Clue.PERSONNEL
    if card.chosen_name:
        for row in conn.execute(_CALLED_SO, {"contact": card.id, "name": card.chosen_name}):
            yield row["id"], Clue.NAME


def _apart(conn: sqlite3.Connection, contact_id: str) -> set[str]:
    """Those of whom somebody said that they are another person."""
    rows = conn.execute(
        "SELECT contact_id, other_id FROM contact_apart WHERE contact_id = ?1"
        " UNION SELECT contact_id, other_id FROM contact_apart WHERE other_id = ?1",
        (contact_id,),
    )
    return {each for row in rows for each in (row["contact_id"], row["other_id"])} - {contact_id}


def _wrote(conn: sqlite3.Connection, contact_id: str) -> bool:
    found = conn.execute(
        "SELECT 1 FROM conversation WHERE contact_id = ? AND last_in_ms IS NOT NULL LIMIT 1",
        (contact_id,),
    )
    return found.fetchone() is not None


_NEWEST = """
SELECT id FROM contact INDEXED BY contact_unknown
WHERE joined_into IS NULL AND state = 'self' AND office_name IS NULL AND id < :before
ORDER BY id DESC LIMIT :most
"""
_STILL_UNKNOWN = """
CROSS JOIN contact k ON k.id = of.contact_id
  AND k.joined_into IS NULL AND k.state = 'self' AND k.office_name IS NULL
WHERE of.contact_id < :before
"""
_WRITERS = f"""
SELECT of.contact_id FROM conversation of {_STILL_UNKNOWN} AND of.line_id = :place
ORDER BY of.contact_id DESC LIMIT :most
"""  # noqa: S608 -- our own condition
_ENTERED = f"""
SELECT of.contact_id FROM contact_branch of {_STILL_UNKNOWN} AND of.branch_id = :place
ORDER BY of.contact_id DESC LIMIT :most
"""  # noqa: S608 -- our own condition
_SAYS = """
SELECT m.text FROM conversation c CROSS JOIN message m ON m.conversation_id = c.id
WHERE c.contact_id = :contact AND m.direction = 'in' ORDER BY m.happened_ms LIMIT :most
"""
_CALLED_SO = """
SELECT k.id FROM contact me CROSS JOIN contact k INDEXED BY contact_sorted
  ON k.joined_into IS NULL AND k.sorts_as = me.sorts_as
WHERE me.id = :contact AND k.id <> me.id AND k.office_name = :name COLLATE NOCASE LIMIT 20
"""
