"""What is asked of a person's file, and what each part of it is given to read with."""

import hashlib
import json
import re
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from appliance.desk.access.sight import Sight
from appliance.moments import iso

LEFT_OUT = "left out"
"""Stands where something of another person stood."""
MARK = re.compile(r"(colleagues|members|cards|notes)(:[0-9a-f]{12})?")
"""What can be left out: a kind of other people's data, or one thing of a kind by its mark."""


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
    in `sight` keep, and what belongs to the whole company. `without`: kinds of other people's data,
    and marks of single things of theirs.
    """

    contact_id: str
    sight: Sight
    without: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class OthersThing:
    """A colleague, a note, a card, somebody in a group: one thing of other people, which stands in
    a file so many times. `said` is its name or its text.
    """

    kind: Others
    said: str
    times: int = 0


@dataclass(slots=True)
class DossierReading:
    """One reading of a file: the connection, who it is about, and the names that it meets.

    `hides`: without what is hidden in the thread until somebody opens it; a file has it, marked.
    `own` are pairs of value and scheme that are the person's. What is only said to be theirs is
    of somebody else, and selects nothing. `things` are those of other people, by their marks.
    """

    conn: sqlite3.Connection
    asked: DossierAsked
    hides: bool = False
    own: Collection[tuple[str, str]] = ()
    things: dict[str, OthersThing] = field(default_factory=dict)
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

    @property
    def others(self) -> Mapping[Others, int]:
        """How much was met that is of other people, by kind."""
        counted = dict.fromkeys(Others, 0)
        for each in self.things.values():
            counted[each.kind] += each.times
        return counted

    def meets(self, kind: Others, of: str, said: str) -> tuple[str, bool]:
        """Its mark, and False where it is to be left out. `of` is the id of whose, or what, it is:
        what has one id has one mark.
        """
        mark = f"{kind.value}:{hashlib.blake2b(of.encode(), digest_size=6).hexdigest()}"
        self.things.setdefault(mark, OthersThing(kind=kind, said=said)).times += 1
        return mark, self.asked.without.isdisjoint((kind.value, mark))

    def by(self, staff_id: str | None, token_id: str | None) -> Mapping[str, str] | None:
        """Who did it: `{"colleague": name, "third_party": mark}` or `{"program": name}`; None where
        it was neither.
        """
        if staff_id is not None and (name := self._name("staff", staff_id)) is not None:
            mark, stays = self.meets(Others.COLLEAGUES, staff_id, name)
            return {"colleague": name if stays else LEFT_OUT, "third_party": mark}
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


def marks_in(item: object) -> Iterator[str]:
    """The marks of all that is of other people in an item."""
    if isinstance(item, list):
        for each in item:
            yield from marks_in(each)
    elif isinstance(item, Mapping):
        for name, value in item.items():
            if name != "third_party":
                yield from marks_in(value)
            elif isinstance(value, str):
                yield value
            else:
                yield from value.values()


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
