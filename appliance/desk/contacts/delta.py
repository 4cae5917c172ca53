"""Whose card changed since when, for software that keeps people, too.

Everybody stands once, at the time of their last change. Who changes while somebody reads page after
page moves to the end, so each page may tell somebody again, and none misses anybody.
"""

import json
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access.sight import IN_SIGHT, Sight
from appliance.desk.contacts import people, table
from appliance.desk.contacts.people import ContactEntry
from appliance.errors import InvalidInput
from appliance.ids import is_id

_CURSOR = re.compile(r"(?:([0-9]{1,15})-)?(.{36})")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeltaPlace:
    """Behind it a page begins: after this person among those who changed in this millisecond."""

    updated_ms: int
    contact_id: str = ""

    @property
    def cursor(self) -> str:
        return f"{self.updated_ms}-{self.contact_id}"

    @classmethod
    def of(cls, cursor: str) -> "DeltaPlace":
        """Of an id alone the time is 0. Raises InvalidInput."""
        found = _CURSOR.fullmatch(cursor)
        if found is None or not is_id(found[2]):
            raise InvalidInput("after", "“after” is not a cursor: give the “next” of a page.")
        return cls(updated_ms=int(found[1] or 0), contact_id=found[2].lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneContact:
    """Somebody who was erased, or whose card is now part of another one."""

    id: str
    updated_ms: int
    joined_into: str | None

    @property
    def erased_ms(self) -> int | None:
        return None if self.joined_into else self.updated_ms


Changed = ContactEntry | GoneContact


def changed(
    conn: sqlite3.Connection,
    sight: Sight,
    place: DeltaPlace,
    limit: int,
    *,
    among: Sequence[str] | None = None,
) -> Sequence[Changed]:
    """The oldest change first. `among` are ids of people in sight, where only these are asked for:
    nobody who is gone is one of them.
    """
    about = {"since": place.updated_ms, "after": place.contact_id, "limit": limit}
    everybody = sight.branches is None or among is not None
    few = None if everybody else table.few_in_sight(conn, sight)
    if among is not None:
        rows = conn.execute(_AMONG, {**about, "ids": json.dumps(list(among))}).fetchall()
    elif sight.branches is None:
        rows = conn.execute(_ALL, about).fetchall()
    elif few is not None:
        of_few = {"ids": json.dumps(few), "branches": sight.json}
        rows = conn.execute(_OF_FEW, {**about, **of_few}).fetchall()
    else:
        rows = conn.execute(_SEEN, {**about, "branches": sight.json}).fetchall()
    here = [row["id"] for row in rows if row["joined_into"] is None]
    cards = {each.id: each for each in people.entries(conn, sight, here)}
    return [cards.get(row["id"]) or _gone(row) for row in rows]


def place_of(entry: Changed) -> DeltaPlace:
    return DeltaPlace(updated_ms=entry.updated_ms, contact_id=entry.id)


def _gone(row: sqlite3.Row) -> GoneContact:
    joined = row["joined_into"]
    return GoneContact(
        id=row["id"],
        updated_ms=row["updated_ms"],
        joined_into=None if joined == row["id"] else joined,
    )


_ALL = """
SELECT id, updated_ms, joined_into FROM contact INDEXED BY contact_updated
WHERE (updated_ms, id) > (:since, :after) ORDER BY updated_ms, id LIMIT :limit
"""
_AMONG = """
SELECT k.id, k.updated_ms, k.joined_into FROM json_each(:ids) f
CROSS JOIN contact k ON k.id = f.value
WHERE (k.updated_ms, k.id) > (:since, :after) ORDER BY k.updated_ms, k.id LIMIT :limit
"""
# Somebody who sees few would walk the index from one end to the other, so theirs are sorted.
_OF_FEW = """
WITH who (id) AS (
  SELECT value FROM json_each(:ids)
  UNION SELECT k.id FROM json_each(:ids) f CROSS JOIN contact k ON k.joined_into = f.value
  UNION SELECT e.contact_id FROM erased_contact_branch e
  WHERE e.branch_id IN (SELECT value FROM json_each(:branches)))
SELECT k.id, k.updated_ms, k.joined_into FROM who CROSS JOIN contact k ON k.id = who.id
WHERE (k.updated_ms, k.id) > (:since, :after) ORDER BY k.updated_ms, k.id LIMIT :limit
"""
# Whose card is part of another one is seen by whoever sees that one.
_SEEN = f"""
SELECT k.id, k.updated_ms, k.joined_into FROM contact k INDEXED BY contact_updated
WHERE (k.updated_ms, k.id) > (:since, :after) AND (
  EXISTS (SELECT 1 FROM conversation c CROSS JOIN line ON line.id = c.line_id
    WHERE c.contact_id IN (k.id, k.joined_into) AND {IN_SIGHT})
  OR EXISTS (SELECT 1 FROM contact_branch b WHERE b.contact_id IN (k.id, k.joined_into)
    AND b.branch_id IN (SELECT value FROM json_each(:branches)))
  OR EXISTS (SELECT 1 FROM erased_contact_branch e WHERE e.contact_id = k.id
    AND e.branch_id IN (SELECT value FROM json_each(:branches))))
ORDER BY k.updated_ms, k.id LIMIT :limit
"""  # noqa: S608 -- our own condition
