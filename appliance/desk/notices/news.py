"""What there is to tell a colleague of a conversation: that somebody waits in it for them, that a
colleague named them in a note, or that it was handed to them.
"""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from appliance.desk.access.rights import Permission, rights_of
from appliance.desk.notices.choices import choice_of
from appliance.events import Event, EventKind
from appliance.store import branches, push
from appliance.store.care_marks import NOT_SHOWN

RECENT_MS = 3_600_000
"""What a colleague did longer ago is told no more: it stands in the list."""


class NewsKind(StrEnum):
    WAITS = "waits"
    NAMED = "named"
    HANDED = "handed"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """`name` and `text`, who waits and what they wrote, are None unless the house wants them to be
    shown; so is `by`, the colleague who wrote the note or handed it over. `number` is None where
    the branch has one alone.
    """

    why: NewsKind
    conversation_id: str
    branch: str
    number: str | None
    name: str | None
    text: str | None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Happened:
    why: NewsKind
    at_ms: int
    text: str | None = None
    by: str | None = None


def begins_a_wait(conn: sqlite3.Connection, event: Event) -> bool:
    """Whether with this event somebody began to wait for an answer, and still does."""
    if event.kind is not EventKind.MESSAGE_RECEIVED or event.message_id is None:
        return False
    return conn.execute(_FIRST, (event.message_id,)).fetchone() is not None


def for_colleagues(event: Event) -> tuple[NewsKind, Collection[str]] | None:
    """The colleagues whom somebody else named, or whom it was handed to, with this event."""
    if event.kind is EventKind.CONVERSATION_NOTED:
        why, told = NewsKind.NAMED, event.facts.get("mentions") or ()
    elif event.kind is EventKind.CONVERSATION_ASSIGNED:
        why, told = NewsKind.HANDED, [event.facts.get("to")]
    else:
        return None
    others = [each for each in told if each and each != event.staff_id]
    return (why, others) if others else None


def news_for(
    conn: sqlite3.Connection, staff_id: str, conversation_id: str, now_ms: int
) -> News | None:
    """What came last of it. None where that is nothing, where it is not for their eyes, or not what
    they want to be told now; that somebody waits is a colleague's alone where one has them.
    """
    row = conn.execute(_ABOUT, (conversation_id,)).fetchone()
    if row is None:
        return None
    found = _newest(conn, row, staff_id, now_ms)
    rights = rights_of(conn, staff_id)
    if found is None or not rights.may(Permission.INBOX_READ, row["branch_id"]):
        return None
    if rights.groups.hides(conversation_id):
        return None
    branch = branches.branch(conn, row["branch_id"])
    choice = choice_of(conn, staff_id)
    if not choice.wants(row["line_id"], now_ms=now_ms, zone=branch.settings.zone):
        return None
    shows = push.house(conn).shows_text
    return News(
        why=found.why,
        conversation_id=conversation_id,
        branch=branch.name,
        number=row["number"] if row["twins"] > 1 else None,
        name=row["name"] if shows else None,
        text=found.text if shows else None,
        by=found.by if shows else None,
    )


def _newest(
    conn: sqlite3.Connection, row: sqlite3.Row, staff_id: str, now_ms: int
) -> _Happened | None:
    about = {"conversation": row["id"], "me": staff_id, "since": now_ms - RECENT_MS}
    told = [
        _Happened(why=why, **dict(found))
        for why, statement in ((NewsKind.NAMED, _NAMED), (NewsKind.HANDED, _HANDED))
        if (found := conn.execute(statement, about).fetchone()) is not None
    ]
    if row["waiting_ms"] is not None and row["assignee_id"] in (None, staff_id):
        told.append(_Happened(why=NewsKind.WAITS, at_ms=row["came_ms"] or 0, text=row["text"]))
    return max(told, key=lambda each: each.at_ms, default=None)


_FIRST = """
SELECT 1 FROM message m JOIN conversation c ON c.id = m.conversation_id
WHERE m.id = ? AND c.waiting_ms = m.happened_ms AND NOT EXISTS (
  SELECT 1 FROM message before WHERE before.conversation_id = c.id AND before.direction = 'in'
  AND before.happened_ms = m.happened_ms AND before.id < m.id)
"""
"""A phone tells several messages at once, and then they have one time."""
_ABOUT = f"""
SELECT c.id, c.line_id, c.waiting_ms, line.branch_id, line.number, casework.assignee_id,
  coalesce(contact.office_name, contact.chosen_name) AS name,
  iif({NOT_SHOWN}, NULL, m.text) AS text, m.created_ms AS came_ms,
  (SELECT count(*) FROM line twin WHERE twin.branch_id = line.branch_id
    AND twin.removed_ms IS NULL) AS twins
FROM conversation c JOIN line ON line.id = c.line_id
LEFT JOIN casework ON casework.conversation_id = c.id
LEFT JOIN contact ON contact.id = c.contact_id
LEFT JOIN message m ON m.id = c.news_id
WHERE c.id = ?
"""  # noqa: S608 -- our own words
_NAMED = """
SELECT n.at_ms, n.text, coalesce(staff.name, api_token.name) AS by
FROM note_mention named INDEXED BY note_mention_unseen CROSS JOIN note n ON n.id = named.note_id
LEFT JOIN staff ON staff.id = n.staff_id LEFT JOIN api_token ON api_token.id = n.token_id
WHERE named.staff_id = :me AND named.seen_ms IS NULL AND n.conversation_id = :conversation
AND n.at_ms > :since AND n.staff_id IS NOT :me ORDER BY n.id DESC LIMIT 1
"""
_HANDED = """
SELECT at_ms, NULL AS text, staff.name AS by FROM (
  SELECT e.at_ms, e.staff_id, e.facts FROM conversation_event of
  CROSS JOIN event e ON e.seq = of.event_seq CROSS JOIN event_kind k ON k.code = e.kind
  WHERE of.conversation_id = :conversation AND k.name = 'conversation.assigned'
  ORDER BY of.event_seq DESC LIMIT 1)
LEFT JOIN staff ON staff.id = staff_id
WHERE facts ->> 'to' = :me AND staff_id IS NOT :me AND at_ms > :since
"""
