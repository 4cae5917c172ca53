"""Whether a note names somebody else: another person who is known here, or another number.

A first name is enough, so a note may be marked that names nobody; a name that is written without
a capital, or of somebody who is not known here, is not seen. Who gives the file out reads the
notes.
"""

import re
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from appliance.desk.privacy.dossier.asked import LEFT_OUT, DossierReading, Others
from appliance.phone_numbers import number_or_text

_NUMBER = re.compile(r"\+?\d[\d ().-]{7,18}\d")
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.\w+")
_CAPITAL = re.compile(r"[^\W\d_][\w'’-]{2,}")
_NEXT = chr(ord(" ") + 1)
"""Sorts after a space: the upper end of all names that begin with a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """`own_words` are those of the person's own names, `own_values` their numbers."""

    conn: sqlite3.Connection
    contact_id: str
    own_words: Collection[str]
    own_values: Collection[str]

    @classmethod
    def of(cls, reading: DossierReading) -> "Naming":
        contact_id = reading.asked.contact_id
        row = reading.conn.execute(
            "SELECT office_name, chosen_name FROM contact WHERE id = ?", (contact_id,)
        ).fetchone()
        names = " ".join(name for name in row if name)
        return cls(
            conn=reading.conn,
            contact_id=contact_id,
            own_words=frozenset(_words(names)),
            own_values=frozenset(value for value, _ in reading.own),
        )

    def names_others(self, text: str) -> bool:
        return (
            self._has_number(text)
            or _ADDRESS.search(text) is not None
            or any(self._is_name(word) for word in _words(text) - set(self.own_words))
        )

    def _has_number(self, text: str) -> bool:
        found = (number_or_text(each.group()) for each in _NUMBER.finditer(text))
        return any(each.startswith("+") and each not in self.own_values for each in found)

    def _is_name(self, word: str) -> bool:
        about = {"word": word, "from": f"{word} ", "to": f"{word}{_NEXT}", "own": self.contact_id}
        return self.conn.execute(_KNOWN, about).fetchone() is not None


def noted(
    reading: DossierReading, naming: Naming, field: str, text: str | None, of: str
) -> dict[str, Any]:
    """What somebody noted, as the field of an item, marked where it names somebody else. `of` is
    the id of the note.
    """
    if text is None or not naming.names_others(text):
        return {field: text}
    mark, stays = reading.meets(Others.NOTES, of, text)
    return {field: text if stays else LEFT_OUT, "third_party": {field: mark}}


def _words(text: str) -> set[str]:
    return {each for each in _CAPITAL.findall(text) if each[0].isupper()}


_KNOWN = """
SELECT 1 FROM contact WHERE joined_into IS NULL AND sorts_as = :word AND id <> :own
UNION ALL SELECT 1 FROM contact
  WHERE joined_into IS NULL AND sorts_as >= :from AND sorts_as < :to AND id <> :own
UNION ALL SELECT 1 FROM staff WHERE name = :word OR (name >= :from AND name < :to) LIMIT 1
"""
