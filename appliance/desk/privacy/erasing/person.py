"""By what a person is known here, in all that is kept: what an erasure takes away."""

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from appliance.identities import Identity
from appliance.phone_numbers import digits, is_e164
from appliance.store.contacts import identity_of

_LONG_ENOUGH = 5
"""Letters of a name that are looked for in what others wrote: a shorter one is many people's."""
_BETWEEN = r"[\s\-./()]*"
_NL = "31"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasablePerson:
    """`contact_ids`: the contact, and those that were joined into it. `identities` are theirs now
    or were in their conversations, and are nobody else's. `names` are all under which they were
    seen or entered.
    """

    contact_ids: Sequence[str]
    identities: Sequence[Identity]
    names: Sequence[str]
    personnel_numbers: Sequence[str]
    conversation_ids: Sequence[str]

    @property
    def contacts_json(self) -> str:
        return json.dumps(list(self.contact_ids))

    @property
    def identities_json(self) -> str:
        return json.dumps([list(each) for each in self.identities])

    @property
    def conversations_json(self) -> str:
        return json.dumps(list(self.conversation_ids))

    @property
    def full_names(self) -> Sequence[str]:
        """Those that are theirs alone as far as one can tell: two words, or a personnel number."""
        whole = [name for name in self.names if len(name.split()) > 1 and len(name) >= _LONG_ENOUGH]
        return [*whole, *self.personnel_numbers]


def person_of(conn: sqlite3.Connection, contact_id: str) -> ErasablePerson:
    about = {"contact": contact_id}
    contact_ids = [row["id"] for row in conn.execute(_CONTACTS, about)]
    values = {"contacts": json.dumps(contact_ids)}
    conversation_ids = [row["id"] for row in conn.execute(_CONVERSATIONS, values)]
    values["conversations"] = json.dumps(conversation_ids)
    identities = [identity_of(row) for row in conn.execute(_IDENTITIES, values)]
    values["identities"] = json.dumps([list(each) for each in identities])
    return ErasablePerson(
        contact_ids=contact_ids,
        identities=identities,
        names=_told(conn, _NAMES, values),
        personnel_numbers=_told(conn, _PERSONNEL, values),
        conversation_ids=conversation_ids,
    )


def message_ids(conn: sqlite3.Connection, person: ErasablePerson) -> Sequence[str]:
    """What was written in their conversations, and what they posted in groups."""
    values = {
        "contacts": person.contacts_json,
        "conversations": person.conversations_json,
        "identities": person.identities_json,
    }
    return [row["id"] for row in conn.execute(_MESSAGES, values)]


def branches_that_know(conn: sqlite3.Connection, contact_id: str) -> frozenset[str]:
    contact_ids = [row["id"] for row in conn.execute(_CONTACTS, {"contact": contact_id})]
    values = {"contacts": json.dumps(contact_ids)}
    conversation_ids = [row["id"] for row in conn.execute(_CONVERSATIONS, values)]
    values["conversations"] = json.dumps(conversation_ids)
    return frozenset(row["branch_id"] for row in conn.execute(_BRANCHES, values))


def number_pattern(identities: Iterable[Identity]) -> re.Pattern[str] | None:
    """Their numbers in whichever way people write them; None where they have none."""
    ways = [_ways_of(each.value) for each in identities if is_e164(each.value)]
    return re.compile(rf"(?<!\d)(?:{'|'.join(ways)})(?!\d)") if ways else None


def needles(person: ErasablePerson) -> Sequence[str]:
    """What is looked for in the bytes of files: numbers as they are stored, and full names."""
    found = {_plain(each) for each in person.identities}
    return sorted(found | {each for each in person.names if len(each) >= _LONG_ENOUGH})


def _plain(identity: Identity) -> str:
    return digits(identity.value) if is_e164(identity.value) else identity.value


def _ways_of(e164: str) -> str:
    whole = digits(e164)
    at_home = whole.removeprefix(_NL) if whole.startswith(_NL) else whole
    abroad = r"(?:\+|00)?" + _BETWEEN.join(whole)
    if at_home == whole:
        return abroad
    return abroad + "|" + _BETWEEN.join("0" + at_home)


def _told(conn: sqlite3.Connection, statement: str, values: dict[str, str]) -> Sequence[str]:
    return [row["told"] for row in conn.execute(statement, values) if row["told"]]


_CONTACTS = """
WITH RECURSIVE same (id) AS (
  VALUES (:contact) UNION SELECT k.id FROM same CROSS JOIN contact k ON k.joined_into = same.id)
SELECT id FROM same
"""
_THEIRS = "IN (SELECT value FROM json_each(:contacts))"
_CONVERSATIONS = f"SELECT id FROM conversation WHERE contact_id {_THEIRS}"  # noqa: S608 -- our own words
_IDENTITIES = f"""
SELECT value, scheme FROM (
  SELECT value, scheme FROM contact_identity WHERE contact_id {_THEIRS}
  UNION SELECT value, scheme FROM former_holder WHERE contact_id {_THEIRS}
  UNION SELECT value, scheme FROM consent WHERE contact_id {_THEIRS}
  UNION SELECT m.value, m.scheme FROM json_each(:conversations) asked
    CROSS JOIN message m INDEXED BY message_thread ON m.conversation_id = asked.value
) who WHERE NOT EXISTS (
  SELECT 1 FROM contact_identity n WHERE n.value = who.value AND n.scheme = who.scheme
  AND n.contact_id NOT {_THEIRS})
AND NOT EXISTS (
  SELECT 1 FROM erasure e WHERE e.stands_for = who.value AND e.scheme = who.scheme)
ORDER BY value, scheme
"""  # noqa: S608 -- our own words
_THEIR_IDENTITY = "(SELECT p.value ->> 0, p.value ->> 1 FROM json_each(:identities) p)"
_NAMES = f"""
SELECT office_name AS told FROM contact WHERE id {_THEIRS}
UNION SELECT chosen_name FROM contact WHERE id {_THEIRS}
UNION SELECT m.sender_name FROM json_each(:conversations) asked
  CROSS JOIN message m INDEXED BY message_thread ON m.conversation_id = asked.value
UNION SELECT name FROM group_member WHERE (value, scheme) IN {_THEIR_IDENTITY}
UNION SELECT name FROM adoption_chat WHERE (value, scheme) IN {_THEIR_IDENTITY}
"""  # noqa: S608 -- our own words
_PERSONNEL = f"""
SELECT DISTINCT personnel_number AS told FROM contact WHERE id {_THEIRS}
"""  # noqa: S608 -- our own words
_MESSAGES = f"""
SELECT m.id FROM json_each(:conversations) asked
  CROSS JOIN message m INDEXED BY message_thread ON m.conversation_id = asked.value
UNION SELECT m.id FROM conversation c
  CROSS JOIN message m INDEXED BY message_thread ON m.conversation_id = c.id
  WHERE c.group_id IS NOT NULL
  AND (m.contact_id {_THEIRS} OR (m.value, m.scheme) IN {_THEIR_IDENTITY})
"""  # noqa: S608 -- our own words
_BRANCHES = """
SELECT line.branch_id FROM conversation c JOIN line ON line.id = c.line_id
WHERE c.id IN (SELECT value FROM json_each(:conversations))
UNION SELECT branch_id FROM contact_branch
WHERE contact_id IN (SELECT value FROM json_each(:contacts))
"""
