"""The slices that events name: the present rows of what changed, for who keeps a copy.

A row is told as it is now, not as it was: whoever tells an old event again tells today's rows, and
that is right, because the copy then has them, too.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from appliance.events import Event, EventKind
from appliance.slices import Slice, Value
from appliance.store import slice_tables as tables
from appliance.store.slice_privacy import Mask

_K = EventKind
_PAGE = 200


def slices_of(mask: Mask, events: Iterable[Event]) -> list[Slice]:
    """Each once, however many of the events name it."""
    told = _Telling(mask)
    for event in events:
        _tell(told, event)
    return list(told.found.values())


def everything(mask: Mask) -> Iterator[Slice]:
    """All that there is, table by table; rows that change meanwhile are told by their events."""
    for table, column in tables.ways():
        for keys in _pages(mask.conn, table, column) if mask.shows(table) else ():
            told = _Telling(mask)
            for key in keys:
                told.rows(table, column, key)
            yield from told.found.values()
    for table in tables.WHOLE:
        yield whole(mask, table)


def whole(mask: Mask, table: str) -> Slice:
    rows = mask.conn.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 -- a name of ours
    return Slice(table=table, of={}, rows=[mask.row(table, each) for each in rows])


def _pages(conn: sqlite3.Connection, table: str, column: str) -> Iterator[Sequence[Value]]:
    after: Value = None
    while True:
        rows = conn.execute(
            f"SELECT DISTINCT {column} AS key FROM {table}"  # noqa: S608 -- names of ours
            f" WHERE {column} > coalesce(?1, '') ORDER BY {column} LIMIT {_PAGE}",
            (after,),
        ).fetchall()
        if not rows:
            return
        yield [row["key"] for row in rows]
        after = rows[-1]["key"]


@dataclass(slots=True)
class _Telling:
    mask: Mask
    found: dict[tuple[str, str], Slice] = field(default_factory=dict)

    def all_of(self, tables_of: Mapping[str, str], key: Value) -> None:
        if key is not None:
            for table, column in tables_of.items():
                self.rows(table, column, key)

    def rows(self, table: str, column: str, key: Value) -> Sequence[sqlite3.Row]:
        return self.where(table, {column: key})

    def where(self, table: str, of: Mapping[str, Value]) -> Sequence[sqlite3.Row]:
        """As they are here; nothing where that slice was told already."""
        name = (table, repr(sorted(of.items())))
        if name in self.found or not self.mask.shows(table):
            return ()
        asked = " AND ".join(f"{column} = ?" for column in of)
        rows = self.mask.conn.execute(
            f"SELECT * FROM {table} WHERE {asked}",  # noqa: S608 -- names of ours
            tuple(of.values()),
        ).fetchall()
        self.found[name] = Slice(
            table=table,
            of={column: self.mask.of(table, column, value) for column, value in of.items()},
            rows=[self.mask.row(table, each) for each in rows],
        )
        return rows

    def whole(self, table: str) -> None:
        self.found[(table, "")] = whole(self.mask, table)


def _tell(told: _Telling, event: Event) -> None:
    told.all_of(tables.OF_CONTACT, event.contact_id)
    _tell_conversation(told, event.conversation_id)
    if event.message_id is not None:
        _tell_message(told, event.message_id)
    if event.kind in _CARDS:
        told.all_of(tables.OF_CARD, event.contact_id)
        _tell_step(told, "contact_event", "contact_id", event.contact_id, event.seq)
    if event.kind.value.startswith("conversation."):
        step = event.conversation_id
        _tell_step(told, "conversation_event", "conversation_id", step, event.seq)
    if event.line_id is not None:
        told.rows("unread", "line_id", event.line_id)
    _tell_things(told, event)
    if event.kind in _MANY:
        _tell_many(told, event)


def _tell_conversation(told: _Telling, conversation_id: str | None) -> None:
    """A group begins with its conversation: no event of its own says so."""
    if conversation_id is None:
        return
    for table, column in tables.OF_CONVERSATION.items():
        rows = told.rows(table, column, conversation_id)
        if table == "conversation":
            for row in rows:
                if row["group_id"] is not None:
                    told.rows("chat_group", "id", row["group_id"])


def _tell_message(told: _Telling, message_id: str) -> None:
    for table, column in tables.OF_MESSAGE.items():
        for row in told.rows(table, column, message_id):
            if table == "attempt":
                told.rows("attempt_part", "attempt_id", row["id"])
            if table == "message_media":
                told.rows("media", "id", row["media_id"])


def _tell_step(told: _Telling, table: str, column: str, key: str | None, seq: int) -> None:
    if key is not None:
        told.where(table, {column: key, "event_seq": seq})


def _tell_things(told: _Telling, event: Event) -> None:
    """What no column of an event names, but its kind or its facts."""
    room = event.kind.value.partition(".")[0]
    if room in ("branch", "line", "device", "staff", "emergency"):
        _tell_house(told, room, event)
    if event.kind in _WHOLE:
        told.whole(_WHOLE[event.kind])
    for name, tables_of in _BY_FACT.get(room, {}).items():
        key = event.facts.get(name)
        if isinstance(key, str):
            told.all_of(tables_of, key)
    if event.kind is _K.CONVERSATION_NOTED:
        for row in told.rows("note_media", "note_id", event.facts.get("note")):
            told.rows("media", "id", row["media_id"])
    if event.kind in _SEEN:
        thread_id = event.conversation_id or event.facts.get("conversation")
        for row in told.mask.conn.execute(_NAMED_IN, (thread_id, event.staff_id)).fetchall():
            told.rows("note_mention", "note_id", row["id"])


def _tell_house(told: _Telling, room: str, event: Event) -> None:
    if room in ("staff", "emergency"):
        told.all_of(tables.OF_STAFF, event.staff_id)
    if room == "branch":
        told.all_of(tables.OF_BRANCH, event.branch_id)
    if room in ("line", "device") and event.line_id is not None:
        told.all_of(tables.OF_LINE, event.line_id)
        for row in told.rows("route", "line_id", event.line_id) or _routes(told, event.line_id):
            told.rows("device", "id", row["device_id"])
    if room == "line" and event.branch_id is not None:
        told.where("wording", {"branch_id": event.branch_id})
    if event.device_id is not None:
        told.rows("device", "id", event.device_id)


def _routes(told: _Telling, line_id: str) -> Sequence[sqlite3.Row]:
    found = told.mask.conn.execute("SELECT device_id FROM route WHERE line_id = ?", (line_id,))
    return found.fetchall()


def _tell_many(told: _Telling, event: Event) -> None:
    """What changes with messages of which no event speaks: people who are joined, parted or
    erased, and what is let go or taken over from a phone.
    """
    named = (event.contact_id, event.facts.get("other"))
    people: set[str] = {each for each in named if each is not None}
    if event.kind in _CARDS:
        people |= _same_persons(told.mask.conn, people, event.at_ms)
    threads = {event.conversation_id, *event.facts.get("conversations", ())} - {None}
    for contact_id in people if event.kind in _CARDS else ():
        told.all_of(tables.OF_CONTACT, contact_id)
        told.all_of(tables.OF_CARD, contact_id)
        for row in told.rows("conversation", "contact_id", contact_id):
            threads.add(row["id"])
            told.rows("unread", "line_id", row["line_id"])
        for row in told.mask.conn.execute(_IN_GROUPS, (contact_id,)).fetchall():
            _tell_message(told, row["id"])
        told.rows("contact_event", "contact_id", contact_id)
        told.rows("list_send_item", "contact_id", contact_id)
        told.rows("round_person", "contact_id", contact_id)
    for thread_id in threads:
        told.all_of(tables.OF_CONVERSATION, thread_id)
        told.rows("note", "conversation_id", thread_id)
        told.rows("conversation_event", "conversation_id", thread_id)
        _tell_messages(told, thread_id)
    if event.line_id is not None:
        told.rows("missed_call", "line_id", event.line_id)


def _same_persons(conn: sqlite3.Connection, people: Iterable[str], at_ms: int) -> set[str]:
    """Contacts that are the same persons, or were until they were erased at that moment: what they
    agreed to stands under their own ids.
    """
    found = {row["id"] for row in conn.execute(_ERASED_AT, (at_ms,))}
    for contact_id in people:
        found |= {row["id"] for row in conn.execute(_JOINED_INTO, (contact_id,))}
    return found


_SEEN = frozenset({_K.CONVERSATION_READ, _K.OFFICE_COMMAND})
"""Somebody opened a conversation, here or at head office: what its notes named them in is seen."""
_NAMED_IN = """
SELECT n.id FROM note n INDEXED BY note_thread WHERE n.conversation_id = ?1 AND EXISTS (
  SELECT 1 FROM note_mention m WHERE m.note_id = n.id AND (?2 IS NULL OR m.staff_id = ?2))
"""


_JOINED_INTO = "SELECT id FROM contact WHERE joined_into = ?"
_ERASED_AT = "SELECT id FROM contact WHERE updated_ms = ? AND joined_into = id"


_IN_GROUPS = """
SELECT m.id FROM conversation c INDEXED BY conversation_groups
CROSS JOIN message m INDEXED BY message_thread ON m.conversation_id = c.id
WHERE c.group_id IS NOT NULL AND m.contact_id = ?
"""
"""What they wrote elsewhere than in their own conversations; groups are few."""


def _tell_messages(told: _Telling, conversation_id: str) -> None:
    rows = told.mask.conn.execute(_OF_CONVERSATION, (conversation_id,))
    for row in rows.fetchall():
        _tell_message(told, row["id"])


_OF_CONVERSATION = "SELECT id FROM message WHERE conversation_id = ?"


_MANY = frozenset(
    {
        *(_K.CONTACT_JOINED, _K.CONTACT_SPLIT, _K.CONTACT_ERASED, _K.ERASURE_COMPLETE),
        *(_K.CONVERSATION_LET_GO, _K.CONVERSATION_ADOPTED),
    }
)
_CARDS = frozenset(
    each
    for each in EventKind
    if each.value.partition(".")[0] in ("contact", "erasure", "consent", "privacy", "call")
)
_WHOLE = {
    _K.TOKEN_ADDED: "api_token",
    _K.TOKEN_REVOKED: "api_token",
    _K.TOKEN_LIMITED: "api_token",
    _K.RETENTION_CHANGED: "retention_house",
    _K.REPORTS_CHANGED: "report_house",
    _K.READINGS_CHANGED: "reading_house",
}
_BY_FACT: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "call": {"call": {"missed_call": "id"}},
    "conversation": {"note": tables.OF_NOTE, "adoption": {"adoption": "id"}},
    "device": {"adoption": {"adoption": "id"}},
    "group": {"group": tables.OF_GROUP},
    "incident": {"incident": {"incident": "id"}},
    "label": {"label": tables.OF_LABEL, "into": tables.OF_LABEL},
    "list": {"list": tables.OF_LIST, "send": tables.OF_SEND},
    "media": {"media": {"media": "id"}},
    "privacy": {"request": tables.OF_REQUEST},
    "retention": {"run": {"retention_run": "id"}},
    "round": {"round": tables.OF_ROUND},
    "text": {"text": {"canned_text": "id"}},
    "view": {"view": {"saved_view": "id"}},
}
"""By the first word of a kind: the fact that holds an id, and what that is the id of."""
