"""What colleagues wrote of a person in other places: their numbers and full names go there, too.

A single first name is many people's: it stays, and the preview says where to look. What other
people wrote in their own conversations is theirs; it is counted only.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from appliance.desk.privacy.erasing.person import number_pattern
from appliance.desk.search.folding import words_of
from appliance.identities import Identity
from appliance.store.store import Tx

GONE = "…"
_PLACES = (
    ("note", "text"),
    ("handover", "text"),
    ("casework", "closing_note"),
    ("contact_note", "text"),
    ("draft", "text"),
    ("note_draft", "text"),
    ("saved_view", "filter"),
    ("privacy_request", "asked_by"),
    ("privacy_request", "wish"),
    ("privacy_request", "late_why"),
    ("privacy_request", "outcome_why"),
    ("hold", "reason"),
    ("emergency", "reason"),
)
"""Where colleagues write freely."""
_KEYS = {
    "note": ("id",),
    "handover": ("id",),
    "casework": ("conversation_id",),
    "contact_note": ("contact_id", "branch_id"),
    "draft": ("staff_id", "conversation_id"),
    "note_draft": ("staff_id", "conversation_id"),
    "saved_view": ("id",),
    "privacy_request": ("id",),
    "hold": ("id",),
    "emergency": ("id",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A text in which they are named, and what it says without that."""

    table: str
    column: str
    key: Sequence[str]
    text: str


class Finder:
    """Finds a person's numbers, in whichever way they are written, and their full names."""

    def __init__(self, identities: Sequence[Identity], full_names: Sequence[str]) -> None:
        self._patterns = [
            re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE) for name in full_names
        ]
        if (numbers := number_pattern(identities)) is not None:
            self._patterns.append(numbers)
        self._patterns += [
            re.compile(re.escape(each.value)) for each in identities if not each.is_tel
        ]

    def without(self, text: str) -> str:
        for each in self._patterns:
            text = each.sub(GONE, text)
        return text

    def mentions(self, conn: sqlite3.Connection, but: Sequence[str]) -> Iterator[Mention]:
        """Outside of these conversations."""
        apart = frozenset(but)
        for table, column in _PLACES:
            for row in conn.execute(f"SELECT * FROM {table} WHERE {column} > ''"):  # noqa: S608 -- names of ours
                text, here = str(row[column]), dict(row).get("conversation_id")
                if here not in apart and (changed := self.without(text)) != text:
                    key = [str(row[name]) for name in _KEYS[table]]
                    yield Mention(table=table, column=column, key=key, text=changed)


def take_out(tx: Tx, found: Sequence[Mention], finder: Finder) -> None:
    """Only from what says so still: somebody may have changed it meanwhile."""
    for each in found:
        is_it = " AND ".join(f"{name} = ?" for name in _KEYS[each.table])
        row = tx.conn.execute(
            f"SELECT {each.column} AS text FROM {each.table} WHERE {is_it}",  # noqa: S608 -- names of ours
            each.key,
        ).fetchone()
        if row is not None and row["text"] is not None:
            tx.conn.execute(
                f"UPDATE {each.table} SET {each.column} = ? WHERE {is_it}",  # noqa: S608 -- names of ours
                (finder.without(row["text"]), *each.key),
            )


def count_in_messages(
    conn: sqlite3.Connection, identities: Sequence[Identity], full_names: Sequence[str]
) -> int:
    """In how many messages of other conversations the index finds one of these."""
    asked = [f'words : "{words_of(name)}"' for name in full_names if words_of(name)]
    asked += [
        f'words : "{word}"'
        for each in identities
        if each.is_tel
        for word in words_of(each.value).split()[-1:]
    ]
    if not asked:
        return 0
    row = conn.execute(
        "SELECT count(*) FROM search_message WHERE search_message MATCH ?", (" OR ".join(asked),)
    ).fetchone()
    return int(row[0])
