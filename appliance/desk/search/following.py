"""The index follows the log, a bounded piece at a time, each in a transaction of its own.

What is new comes first. Then what was there before the index was: people from the first on,
messages from the newest back, because who searches wants what was said lately. How far it is stands
in the same transaction as the index, so a crash goes on from there.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace

from appliance.desk.search import index
from appliance.desk.search.folding import words_of
from appliance.desk.search.index import MESSAGES, Progress
from appliance.events import EventKind
from appliance.store.store import Store, Tx

PIECE = 100
"""Messages of one transaction: some milliseconds of the writer, so nobody waits for it."""
_EVENTS = 5_000
"""Events that one piece looks through; most are about messages and tell the index nothing."""
PAGES = 64
"""Of the index, brought together in one transaction."""
_RARELY = 1_000
"""The place in the log is written down after so many events, also when none of them told it
anything.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _NextPiece:
    """What is to be done next, and how far the index is then."""

    after: Progress
    messages: Sequence[sqlite3.Row]
    contact_ids: Sequence[str]
    group_ids: Sequence[str]
    has_changes: bool

    def is_nothing(self, before: Progress) -> bool:
        passed = self.after.event_seq - before.event_seq
        found = self.messages or self.contact_ids or self.group_ids or self.has_changes
        same = self.after.low_seq == before.low_seq and passed < _RARELY
        return before.is_current and same and not found


def catch_up(store: Store) -> bool:
    """Does the next piece; False when nothing is left to do. Blocks, as any write does."""
    if store.read(_prepare):
        store.write(_take, durable=False)
        return True
    if store.read(index.merges_asked) == 0:
        return False
    store.write(_merge, durable=False)
    return True


def begin_anew(store: Store) -> None:
    """Empties the index; `catch_up` builds it."""
    store.write(lambda tx: index.begin_anew(tx.conn))


def messages_left(conn: sqlite3.Connection) -> int:
    """How many of before the index are not in it yet; about, because numbers may be missing."""
    return index.progress(conn).low_seq


def _prepare(conn: sqlite3.Connection) -> bool:
    """Folds the words of the next piece, which takes longer than to put them in."""
    before = index.progress(conn)
    piece = _next(conn, before)
    for row in piece.messages:
        words_of(row["text"])
    return not piece.is_nothing(before)


def _take(tx: Tx) -> None:
    conn = tx.conn
    if not index.progress(conn).is_current:
        index.begin_anew(conn)
    index.settle_changes(conn, PIECE)
    piece = _next(conn, index.progress(conn))
    index.add_messages(conn, sorted(piece.messages, key=lambda row: int(row["seq"])))
    index.renew_contacts(conn, piece.contact_ids)
    index.renew_groups(conn, piece.group_ids)
    index.keep(conn, piece.after)


def _merge(tx: Tx) -> None:
    """That it is one is noted where nothing more was to be done: a power cut takes back both."""
    conn = tx.conn
    asked = index.merges_asked(conn)
    if not index.settle_changes(conn, PIECE) and not index.merge_some(conn, PAGES):
        index.note_merged(conn, asked)


def _next(conn: sqlite3.Connection, before: Progress) -> _NextPiece:
    now, changed, groups = _told(conn, before)
    new = conn.execute(_NEW, {"high": now.high_seq, "most": PIECE}).fetchall()
    people = conn.execute(_PEOPLE, {"after": now.contact_id, "most": PIECE}).fetchall()
    old = [] if new else conn.execute(_OLD, {"low": now.low_seq, "most": PIECE}).fetchall()
    if new:
        now = replace(now, high_seq=new[-1]["seq"])
    if people:
        now = replace(now, contact_id=people[-1]["id"])
    if not new:
        now = replace(now, low_seq=old[-1]["seq"] - 1 if old else 0)
    messages = [*new, *old]
    about = json.dumps([row["conversation_id"] for row in messages])
    found = conn.execute(_GROUPS, (about,)).fetchall()
    return _NextPiece(
        after=now,
        messages=messages,
        contact_ids=[*changed, *(row["id"] for row in people)],
        group_ids=[*groups, *(row["group_id"] for row in found)],
        has_changes=conn.execute("SELECT 1 FROM search_change LIMIT 1").fetchone() is not None,
    )


def _told(
    conn: sqlite3.Connection, before: Progress
) -> tuple[Progress, Sequence[str], Sequence[str]]:
    """The contacts and groups of which the log tells that they changed."""
    values = {
        "after": before.event_seq,
        "until": before.event_seq + _EVENTS,
        "kinds": json.dumps([each.value for each in _CHANGES]),
    }
    until = conn.execute(_UNTIL, values).fetchone()["seq"]
    contacts, groups = set(), set()
    for row in conn.execute(_TOLD, values):
        facts = json.loads(row["facts"])
        contacts |= {each for each in (row["contact_id"], facts.get("other")) if each}
        groups |= {facts["group"]} if "group" in facts else set()
    return replace(before, event_seq=until), sorted(contacts), sorted(groups)


_CHANGES = (
    EventKind.CONTACT_CREATED,
    EventKind.CONTACT_CHANGED,
    EventKind.CONTACT_JOINED,
    EventKind.CONTACT_SPLIT,
    EventKind.GROUP_CHANGED,
)

_UNTIL = """
SELECT coalesce(max(seq), :after) AS seq FROM event WHERE seq > :after AND seq <= :until
"""
_TOLD = """
SELECT e.contact_id, e.facts FROM event e JOIN event_kind ON event_kind.code = e.kind
WHERE e.seq > :after AND e.seq <= :until
AND event_kind.name IN (SELECT value FROM json_each(:kinds))
"""
_NEW = f"{MESSAGES} WHERE seq > :high ORDER BY seq LIMIT :most"
_OLD = f"{MESSAGES} WHERE seq <= :low ORDER BY seq DESC LIMIT :most"
_PEOPLE = "SELECT id FROM contact WHERE id > :after ORDER BY id LIMIT :most"
_GROUPS = """
SELECT DISTINCT group_id FROM conversation
WHERE id IN (SELECT value FROM json_each(?)) AND group_id IS NOT NULL
"""
