"""What an archive holds: conversations of one line, person or thread, and what was said in them.

It is read in pieces, each a moment's work, so that nothing waits for it.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access.group_limits import HIDDEN
from appliance.desk.access.sight import IN_SIGHT, Sight
from appliance.desk.inbox import missed_calls
from appliance.desk.inbox.bubbles import MESSAGES, Bubble, CallMark, drawn
from appliance.desk.inbox.thread import Conversation
from appliance.identities import WHATSAPP_GROUP, Identity
from appliance.store.archives import ArchiveScope
from appliance.store.branch_settings import settings_of
from appliance.store.contacts import identity_of

AT_ONCE = 100
"""Messages of one read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedThread:
    """`about` says nothing of what may be written there now. `personnel_number` is the office's."""

    about: Conversation
    personnel_number: str | None


@dataclass(frozen=True, slots=True)
class ThreadPlace:
    """A message's place in its thread."""

    at_ms: int
    id: str


def thread_ids(conn: sqlite3.Connection, sight: Sight, scope: ArchiveScope) -> Sequence[str]:
    """Those with a message or a missed call in the period, by line and then by when they began."""
    rows = conn.execute(_THREADS.format(whose=_whose(scope)), _values(sight, scope))
    return [row["id"] for row in rows]


def count(conn: sqlite3.Connection, scope: ArchiveScope, thread_id: str) -> int:
    """Its messages in the period."""
    values = (thread_id, scope.from_ms, scope.until_ms)
    return int(conn.execute(_COUNT, values).fetchone()[0])


def thread(conn: sqlite3.Connection, thread_id: str) -> ArchivedThread | None:
    """Also of a line that is removed; None for one that has gone meanwhile."""
    row = conn.execute(_THREAD, (thread_id,)).fetchone()
    if row is None:
        return None
    about = Conversation(
        id=thread_id,
        line_id=row["line_id"],
        line_number=row["number"],
        line_stopped=None,
        goes_on=False,
        branch_id=row["branch_id"],
        branch=row["branch"],
        zone=settings_of(row["settings"]).zone,
        contact_id=row["contact_id"],
        group_id=row["group_id"],
        name=row["name"],
        is_group=row["contact_id"] is None,
        to=_identities(conn, row),
        may_write=False,
        verdict=None,
    )
    return ArchivedThread(about=about, personnel_number=row["personnel_number"])


def stretch(
    conn: sqlite3.Connection, about: Conversation, after: ThreadPlace, until_ms: int
) -> tuple[Sequence[Bubble], ThreadPlace | None]:
    """The next messages, and the place of the last of them; None at the end."""
    values = (about.id, after.at_ms, after.id, until_ms, AT_ONCE)
    rows = conn.execute(_STRETCH, values).fetchall()
    above = [None, *rows[:-1]]
    found = drawn(conn, about, list(zip(above, rows, strict=True)) if rows else ())
    last = ThreadPlace(rows[-1]["happened_ms"], rows[-1]["id"]) if len(rows) == AT_ONCE else None
    return found, last


def calls(conn: sqlite3.Connection, about: Conversation, scope: ArchiveScope) -> Sequence[CallMark]:
    if about.contact_id is None:
        return ()
    return missed_calls.calls_of(conn, about, from_ms=scope.from_ms, to_ms=scope.until_ms)


def _identities(conn: sqlite3.Connection, row: sqlite3.Row) -> Sequence[Identity]:
    if row["contact_id"] is None:
        return [Identity(row["jid"], WHATSAPP_GROUP)] if row["jid"] else []
    found = conn.execute(
        "SELECT scheme, value FROM shown_identity WHERE contact_id = ?"
        " ORDER BY created_ms, value, scheme",
        (row["contact_id"],),
    )
    return [identity_of(each) for each in found]


def _whose(scope: ArchiveScope) -> str:
    if scope.line_id is not None:
        return "c.line_id = :line"
    if scope.contact_id is not None:
        return (
            "c.contact_id = coalesce("
            "(SELECT joined_into FROM contact WHERE id = :contact), :contact)"
        )
    return "c.id = :conversation"


def _values(sight: Sight, scope: ArchiveScope) -> dict[str, object]:
    return {
        "line": scope.line_id,
        "contact": scope.contact_id,
        "conversation": scope.conversation_id,
        "from": scope.from_ms,
        "until": scope.until_ms,
        "branches": sight.json,
        "hidden": sight.hidden_json,
    }


_THREADS = f"""
SELECT c.id FROM conversation c JOIN line ON line.id = c.line_id
WHERE {{whose}} AND {IN_SIGHT} AND c.id NOT IN {HIDDEN}
AND (EXISTS (SELECT 1 FROM message m INDEXED BY message_thread WHERE m.conversation_id = c.id
    AND m.happened_ms >= :from AND m.happened_ms < :until)
  OR EXISTS (SELECT 1 FROM contact_identity i JOIN missed_call k
    ON k.value = i.value AND k.scheme = i.scheme AND k.line_id = c.line_id
    WHERE i.contact_id = c.contact_id AND k.at_ms >= :from AND k.at_ms < :until))
ORDER BY line.number, c.id
"""  # noqa: S608 -- our own conditions
_COUNT = """
SELECT count(*) FROM message INDEXED BY message_thread
WHERE conversation_id = ? AND happened_ms >= ? AND happened_ms < ?
"""
_THREAD = """
SELECT c.line_id, c.contact_id, c.group_id, line.number, line.branch_id, branch.name AS branch,
  branch.settings, g.jid, coalesce(g.name, k.office_name, k.chosen_name) AS name,
  k.personnel_number
FROM conversation c JOIN line ON line.id = c.line_id JOIN branch ON branch.id = line.branch_id
LEFT JOIN contact k ON k.id = c.contact_id LEFT JOIN chat_group g ON g.id = c.group_id
WHERE c.id = ?
"""
_STRETCH = f"""
{MESSAGES}
WHERE m.conversation_id = ?1 AND m.happened_ms >= ?2
AND (m.happened_ms, m.id) > (?2, ?3) AND m.happened_ms < ?4
ORDER BY m.happened_ms, m.id LIMIT ?5
"""
