"""What is asked of a person's file, and what each part of it is given to read with."""

import json
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from appliance.desk.access.sight import Sight
from appliance.moments import iso

LEFT_OUT = "left out"
"""Stands where something of another person stood."""


class Others(Enum):
    """Data of other people in a file, by kind; each can be left out."""

    #: Colleagues who wrote, read or changed something, by name.
    COLLEAGUES = "colleagues"
    #: Who changed something about the person in a group, and who changed it back.
    MEMBERS = "members"
    #: Cards of other people that were sent.
    CARDS = "cards"
    #: Notes that name somebody else, by name or by number.
    NOTES = "notes"


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierAsked:
    """`contact_id` is a contact that is joined into no other one. The file holds what the branches
    in `sight` keep, and what belongs to the whole company.
    """

    contact_id: str
    sight: Sight
    without: frozenset[Others] = frozenset()


@dataclass(slots=True)
class DossierReading:
    """One reading of a file: the connection, who it is about, and the names that it meets.

    `hides`: without what is hidden in the thread until somebody opens it; a file has it, marked.
    `own` are pairs of value and scheme that are the person's. What is only said to be theirs is
    of somebody else, and selects nothing. `others` counts what is of other people, by kind.
    """

    conn: sqlite3.Connection
    asked: DossierAsked
    hides: bool = False
    own: Collection[tuple[str, str]] = ()
    others: dict[Others, int] = field(default_factory=lambda: dict.fromkeys(Others, 0))
    _names: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows = self.conn.execute(_OWN, self.about)
        self.own = frozenset((row["value"], row["scheme"]) for row in rows)

    @property
    def about(self) -> Mapping[str, Any]:
        """What every statement of a part may name."""
        return {
            "contact": self.asked.contact_id,
            "branches": self.asked.sight.json,
            "hidden": self.asked.sight.hidden_json,
            "hides": int(self.hides),
            "own": json.dumps(sorted(self.own)),
        }

    def rows(self, statement: str, **more: Any) -> sqlite3.Cursor:
        return self.conn.execute(statement, {**self.about, **more})

    def without(self, kind: Others) -> bool:
        return kind in self.asked.without

    def meets(self, kind: Others) -> bool:
        """Counts it; False where it is to be left out."""
        self.others[kind] += 1
        return not self.without(kind)

    def by(self, staff_id: str | None, token_id: str | None) -> Mapping[str, str] | None:
        """Who did it: `{"colleague": name}` or `{"program": name}`; None where it was neither."""
        if staff_id is not None and (name := self._name("staff", staff_id)) is not None:
            return {"colleague": name if self.meets(Others.COLLEAGUES) else LEFT_OUT}
        if token_id is not None and (name := self._name("api_token", token_id)) is not None:
            return {"program": name}
        return None

    def _name(self, table: str, row_id: str) -> str | None:
        if (table, row_id) not in self._names:
            found = self.conn.execute(f"SELECT name FROM {table} WHERE id = ?", (row_id,))  # noqa: S608 -- two names of ours
            row = found.fetchone()
            self._names[table, row_id] = None if row is None else row["name"]
        return self._names[table, row_id]


def at(ms: int | None) -> str | None:
    """A time as it stands in a file; None where there is none."""
    return None if ms is None else iso(ms)


def told(**item: Any) -> dict[str, Any]:
    """Without what is not known; `False`, 0 and an empty text are known."""
    return {name: value for name, value in item.items() if value is not None}


SAME = """
WITH RECURSIVE same (id) AS (
  VALUES (:contact) UNION
  SELECT contact.id FROM same CROSS JOIN contact ON contact.joined_into = same.id
    AND contact.joined_into IS NOT NULL)
"""
"""The contact, and all who were joined into it."""
MINE = "(SELECT own.value ->> 0, own.value ->> 1 FROM json_each(:own) own)"
"""Pairs of value and scheme that are the person's."""
_OWN = "SELECT value, scheme FROM contact_identity WHERE contact_id = :contact"
