"""Whom a planner means: the people of a list, with a label, found by a search, or all of these."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access.sight import Sight
from appliance.desk.contacts import table
from appliance.desk.contacts.table import TableAsked
from appliance.desk.lists import saved_lists
from appliance.desk.rounds.starting import MOST_PEOPLE
from appliance.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """`list_id` and `label_id` are ids; empty: it does not matter. At least one is said."""

    list_id: str = ""
    label_id: str = ""
    q: str = ""

    @property
    def is_nobody(self) -> bool:
        return not (self.list_id or self.label_id or self.q)


def people(
    conn: sqlite3.Connection, sight: Sight, invited: Invited, *, now_ms: int
) -> Sequence[str]:
    """The ids of who fits all that is said, in the order of the list, else by name.

    Raises NotFound for a list that is not in sight, InvalidInput for nobody or for too many.
    """
    found = _found(conn, sight, invited, now_ms) if not invited.is_nobody else ()
    if not found:
        raise InvalidInput("contacts", "Nobody is asked.")
    if len(found) > MOST_PEOPLE:
        raise InvalidInput("contacts", f"A round has at most {MOST_PEOPLE} people.")
    return found


def _found(conn: sqlite3.Connection, sight: Sight, invited: Invited, now_ms: int) -> Sequence[str]:
    asked = TableAsked(q=invited.q, label=invited.label_id)
    if not invited.list_id:
        return table.every(conn, sight, asked, MOST_PEOPLE + 1)
    saved = saved_lists.one(conn, sight, invited.list_id)
    listed = saved_lists.people_of(conn, sight, saved, now_ms=now_ms)
    if not (asked.q or asked.label):
        return listed
    fitting = set(table.every(conn, sight, asked, _ALL))
    return [each for each in listed if each in fitting]


_ALL = 1_000_000
