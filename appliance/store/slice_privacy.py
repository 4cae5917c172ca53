"""What of a row head office may have, by what the company chose and by what a column holds.

It is done here, where a slice is made, so nothing wider ever leaves the box. What an erased person
wrote is blank in each choice, also while some of it waits to be erased.
"""

import hashlib
import hmac
import sqlite3
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from appliance.events import Event
from appliance.ids import is_id
from appliance.slices import Privacy, Value
from appliance.store.data_class import DataClass
from appliance.store.data_classes import COLUMNS

Row = Mapping[str, Value]

NEVER: Mapping[str, frozenset[str]] = {
    "staff": frozenset({"password_hash", "email"}),
    "api_token": frozenset({"token_hash", "signing_key", "previous_key"}),
    "person_erasure": frozenset({"sought"}),
    "message": frozenset({"device_key", "key_digest"}),
    "device": frozenset({"imsi", "iccid"}),
}
"""What lets somebody in, opens something, or means something to a device alone."""
_ALSO = {
    "attempt": frozenset({"baseline", "evidence"}),
    "attempt_part": frozenset({"evidence"}),
    "consent": frozenset({"words", "source"}),
    "emergency": frozenset({"reason"}),
}
"""Proof that may hold what people wrote: a screen, what somebody said."""
_KEPT = frozenset({"scheme", "on_whatsapp"})
"""They say how somebody is known, not who it is; the code asks for them."""
_TAGGED = frozenset({"value", "jid", "device_key"})
"""Rows are told apart and brought together by these: a keyed hash stands for them."""
ONLY_WITH_ALL = frozenset(
    {"media", "message_media", "note_media", "reaction", "after_done", "earlier_text", "text_below"}
)
"""Of these nothing is left that means anything when what they hold is left out."""
_BLANKS: Mapping[tuple[str, str], str] = {
    ("contact", "fields"): "{}",
    ("list_send", "variants"): "[]",
    ("list_send", "media"): "[]",
    ("round", "variants"): "[]",
    ("attempt", "evidence"): "{}",
    ("consent", "words"): "",
    ("consent", "source"): "",
    ("group_member", "name"): "",
    ("attempt_part", "evidence"): "{}",
}
_MARK = "~"
_FREE_BITS = ((1 << 128) - 1) & ~(0xF << 76 | 0b11 << 62)
_MADE_ID = 8 << 76 | 0b10 << 62
"""A UUID of version 8 (RFC 9562 §5.8): made here, of no time."""
_HIDDEN = frozenset({DataClass.IDENTITY, DataClass.CONTENT})
_CONTACT_IDS = frozenset({"contact_id", "other_id"})


def _hidden_columns() -> Mapping[str, frozenset[str]]:
    found = {}
    for table, classes in COLUMNS.items():
        names = {name for each in _HIDDEN & classes.keys() for name in classes[each].split()}
        found[table] = frozenset(names - _KEPT) | _ALSO.get(table, frozenset())
    return found


_COLUMNS_HIDDEN = _hidden_columns()


@dataclass(slots=True, kw_only=True)
class Mask:
    """For one reading. `key` makes what stands for a person; it is this box's own."""

    conn: sqlite3.Connection
    privacy: Privacy
    key: bytes
    _nullable: dict[str, Mapping[str, bool]] = field(default_factory=dict)
    _erased: dict[str, bool] = field(default_factory=dict)

    def shows(self, table: str) -> bool:
        return self.privacy is Privacy.ALL or table not in ONLY_WITH_ALL

    def columns(self, table: str) -> Mapping[str, bool]:
        """Those that a row is told with, and whether each may be empty; without those that SQLite
        makes of others.
        """
        if table not in self._nullable:
            rows = self.conn.execute(f"PRAGMA table_info({table})").fetchall()
            self._nullable[table] = {
                row["name"]: not row["notnull"] and not row["pk"] for row in rows
            }
        return self._nullable[table]

    def row(self, table: str, row: sqlite3.Row) -> Row:
        hides = self.privacy is not Privacy.ALL or self._is_of_erased(table, row)
        return {
            name: self._told(table, name, row[name], may_be_null=null, hides=hides)
            for name, null in self.columns(table).items()
        }

    def changed(self, table: str) -> list[str]:
        """Columns of which a row is told with another value than it has."""
        hidden = _COLUMNS_HIDDEN.get(table, frozenset()) - NEVER.get(table, frozenset())
        if self.privacy is Privacy.ALL:
            return []
        figures = self.privacy is Privacy.FIGURES
        return [
            name
            for name in self.columns(table)
            if name in hidden or (figures and self._names_contact(table, name))
        ]

    def told(self, table: str, name: str, value: Value) -> Value:
        """One value of a row that was told to somebody, as this choice allows it; what was told so
        already stays. Asks no database once `changed` was called for this table.
        """
        may_be_null = self.columns(table)[name]
        if name in _TAGGED and isinstance(value, str) and value.startswith(_MARK):
            return value
        if self._names_contact(table, name) and _is_made(value):
            return value
        return self._told(table, name, value, may_be_null=may_be_null, hides=True)

    def blanked(self, table: str, row: Row) -> Row:
        """What is left of a row of somebody who was erased; what nobody knows here is left out."""
        known = self.columns(table)
        return {
            name: self._told(table, name, value, may_be_null=known[name], hides=True)
            for name, value in row.items()
            if name in known
        }

    def of(self, table: str, column: str, value: Value) -> Value:
        """What the rows of a slice have there, as they are told."""
        if self._names_contact(table, column):
            return self.contact_id(value)
        return value

    def contact_id(self, value: Value) -> Value:
        if self.privacy is not Privacy.FIGURES or not isinstance(value, str):
            return value
        made = int.from_bytes(_hash(self.key, f"contact {value}")[:16], "big")
        return str(uuid.UUID(int=made & _FREE_BITS | _MADE_ID))

    def event(self, event: Event) -> Event:
        if self.privacy is not Privacy.FIGURES:
            return event
        hidden = self.contact_id(event.contact_id)
        contact_id = None if hidden is None else str(hidden)
        facts = {name: self._fact(each) for name, each in event.facts.items()}
        return replace(event, contact_id=contact_id, facts=facts)

    def _told(
        self, table: str, name: str, value: Value, *, may_be_null: bool, hides: bool
    ) -> Value:
        if value is None:
            return None
        if name in NEVER.get(table, ()):
            return None if may_be_null else stands_for(self.key, f"{table} {name} {value!r}")
        if self._names_contact(table, name):
            return self.contact_id(value)
        if not hides or name not in _COLUMNS_HIDDEN.get(table, ()):
            return value
        if name in _TAGGED:
            return value and stands_for(self.key, str(value))
        blank = _BLANKS.get((table, name))
        return blank if blank is not None else None if may_be_null else _empty(value)

    def _names_contact(self, table: str, column: str) -> bool:
        if table == "contact":
            return column in ("id", "joined_into")
        return column in _CONTACT_IDS

    def _fact(self, told: Any) -> Any:
        """Ids of people among the facts: whatever is one here."""
        if isinstance(told, dict):
            return {name: self._fact(each) for name, each in told.items()}
        if isinstance(told, list):
            return [self._fact(each) for each in told]
        if not isinstance(told, str) or not is_id(told):
            return told
        found = self.conn.execute("SELECT 1 FROM contact WHERE id = ?", (told,)).fetchone()
        return self.contact_id(told) if found else told

    def _is_of_erased(self, table: str, row: sqlite3.Row) -> bool:
        if table == "contact":
            return self._has_erased(row["id"], _OF_CONTACT)
        if table == "note":
            return self._has_erased(row["conversation_id"], _OF_CONVERSATION)
        if "contact_id" not in self.columns(table) or row["contact_id"] is None:
            return False
        return self._has_erased(row["contact_id"], _OF_CONTACT)

    def _has_erased(self, some_id: str, statement: str) -> bool:
        if some_id not in self._erased:
            found = self.conn.execute(statement, (some_id,)).fetchone()
            self._erased[some_id] = found is not None
        return self._erased[some_id]


def stands_for(key: bytes, value: str) -> str:
    """What head office has in the place of who somebody is: the same for the same one."""
    return f"{_MARK}{_hash(key, value).hex()[:24]}"


def _is_made(value: Value) -> bool:
    """It is an id of our own making already."""
    made = 8  # the version, as above
    return isinstance(value, str) and is_id(value) and uuid.UUID(value).version == made


def _hash(key: bytes, said: str) -> bytes:
    return hmac.digest(key, said.encode("utf-8", "surrogatepass"), hashlib.sha256)


def _empty(value: Value) -> Value:
    """Of the same type, because the tables are strict."""
    return b"" if isinstance(value, bytes) else 0 if isinstance(value, int | float) else ""


_OF_CONTACT = (
    "SELECT 1 FROM contact c JOIN contact p ON p.id = coalesce(c.joined_into, c.id)"
    " WHERE c.id = ? AND p.joined_into = p.id"
)
_OF_CONVERSATION = (
    "SELECT 1 FROM conversation v JOIN contact c ON c.id = v.contact_id"
    " JOIN contact p ON p.id = coalesce(c.joined_into, c.id)"
    " WHERE v.id = ? AND p.joined_into = p.id"
)
