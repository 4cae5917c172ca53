"""What the inbox's list shows: the lines one may use and the conversations on them."""

import functools
import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from enum import Enum
from heapq import merge
from itertools import islice
from typing import Any

from appliance.channels import Channel
from appliance.desk.access.group_limits import HIDDEN
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.lines import crowd
from appliance.media.kinds import MediaKind
from appliance.messages import Direction, MessageState
from appliance.phone_numbers import readable
from appliance.store import unread
from appliance.store.branch_settings import settings_of
from appliance.store.care_marks import NOT_SHOWN

PAGE = 40
"""Conversations a page: more than a screen, few enough for a phone to draw at once."""

LOOKED_AT = 50
"""A conversation's newest messages, among which its unread ones are counted."""


class Filter(Enum):
    ALL = "all"
    UNREAD = "unread"
    GROUPS = "groups"
    #: Whoever looks has them, and they are neither done nor put away; and those in which a note
    #: names them that they have not seen, whoever has them.
    MINE = "mine"
    #: Somebody waits there, and nobody has it.
    NOBODYS = "nobodys"
    #: Put away; what returns first comes first.
    LATER = "later"
    #: No conversation: what is listed is messages.
    NONE = "none"


class Order(Enum):
    LATEST = "latest"
    #: The longest wait for an answer comes first; conversations that wait for none are left out.
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxLine:
    """A number that this person may read, and what is new on it for them. `within_min`: the branch
    wants to answer in this time.

    `code`: a code for the number itself came just now; it is read on another page. `crowded`: first
    answers that wait because many new people wrote, for people who lead or manage devices.
    """

    id: str
    number: str
    branch_id: str
    branch: str
    zone: str
    within_min: int
    stopped: str | None
    may_write: bool
    unread: int
    code: bool
    crowded: int

    @property
    def readable(self) -> str:
        return readable(self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRow:
    """One conversation in the list. `waiting_ms`: since when it waits for an answer.

    `near_stop`: a message in it reads like STOP, and nobody has decided yet. `medium`: what its
    message is that has no words.
    """

    id: str
    line_id: str
    contact_id: str | None
    title: str
    is_group: bool
    preview: str
    direction: Direction | None
    state: MessageState | None
    channel: Channel | None
    sender: str | None
    last_ms: int
    unread: int
    waiting_ms: int | None
    draft: str | None
    near_stop: bool = False
    medium: MediaKind | None = None
    #: The colleague who has it.
    assignee_id: str | None = None
    assignee: str | None = None
    is_done: bool = False
    #: Put away until then; None: it is not.
    returns_ms: int | None = None
    #: A note names whoever looks, and they have not seen it.
    mentioned: bool = False
    #: What was said last is hidden until somebody opens it.
    is_hidden: bool = False
    #: The title is a name that they chose themselves.
    is_theirs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """`more` says that there are older ones than were asked for."""

    rows: Sequence[ConversationRow]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    line_ids: Collection[str]
    which: Filter = Filter.ALL
    order: Order = Order.LATEST
    limit: int = PAGE
    #: Conversations that are left out.
    hidden: Collection[str] = ()


def lines(
    conn: sqlite3.Connection,
    rights: Rights,
    staff_id: str,
    *,
    only: Collection[str] | None = None,
) -> Sequence[InboxLine]:
    """The lines whose messages this person may read, by branch; `only` among those."""
    return lines_for(conn, {staff_id: rights}, only=only)[staff_id]


def lines_for(
    conn: sqlite3.Connection,
    readers: Mapping[str, Rights],
    *,
    only: Collection[str] | None = None,
) -> Mapping[str, Sequence[InboxLine]]:
    """As `lines`, by the person whose rights these are; what all of them see is read once."""
    chosen = None if only is None else json.dumps(list(only))
    rows = conn.execute(_LINES, {"only": chosen}).fetchall()
    badges = unread.on_lines(conn, [row["id"] for row in rows], list(readers))
    waiting = functools.cache(functools.partial(crowd.waiting, conn))
    return {
        staff_id: [
            _line(row, rights, badges.get((row["id"], staff_id), 0), waiting)
            for row in rows
            if rights.may(Permission.INBOX_READ, row["branch_id"])
        ]
        for staff_id, rights in readers.items()
    }


def _line(
    row: sqlite3.Row, rights: Rights, unread_count: int, waiting: Callable[[str], int]
) -> InboxLine:
    settings = settings_of(row["settings"])
    return InboxLine(
        id=row["id"],
        number=row["number"],
        branch_id=row["branch_id"],
        branch=row["branch"],
        zone=settings.zone,
        within_min=settings.answer_within_min,
        stopped=row["stopped"],
        may_write=rights.may(Permission.INBOX_WRITE, row["branch_id"]),
        unread=unread_count,
        code=bool(row["code"]),
        crowded=waiting(row["id"]) if _leads(rights, row["branch_id"]) else 0,
    )


def _leads(rights: Rights, branch_id: str) -> bool:
    return any(
        rights.may(each, branch_id) for each in (Permission.REPORT_READ, Permission.DEVICE_MANAGE)
    )


def conversations(conn: sqlite3.Connection, staff_id: str, query: Query) -> ListPage:
    ids = _first(conn, staff_id, query)
    by_id = rows_of(conn, staff_id, ids[: query.limit])
    # One may have been joined with another since it was found.
    shown = [by_id[each] for each in ids[: query.limit] if each in by_id]
    return ListPage(rows=shown, more=len(ids) > query.limit)


def rows_of(
    conn: sqlite3.Connection, staff_id: str, conversation_ids: Sequence[str]
) -> Mapping[str, ConversationRow]:
    """By id; without those that are gone. The caller looks whether the person may see them."""
    return rows_for(conn, [staff_id], conversation_ids)[staff_id]


def rows_for(
    conn: sqlite3.Connection, staff_ids: Sequence[str], conversation_ids: Sequence[str]
) -> Mapping[str, Mapping[str, ConversationRow]]:
    """As `rows_of`, by the person who looks; all of them in one read."""
    values = {
        "readers": json.dumps(staff_ids),
        "ids": json.dumps(conversation_ids),
        "looked_at": LOOKED_AT,
    }
    found: dict[str, dict[str, ConversationRow]] = {each: {} for each in staff_ids}
    for row in conn.execute(_ROWS, values):
        found[row["reader"]][row["id"]] = _row(row)
    return found


def conversations_with(conn: sqlite3.Connection, contact_ids: Collection[str]) -> set[str]:
    """The ids of all conversations with these people, on whichever line."""
    rows = conn.execute(
        "SELECT id FROM conversation WHERE contact_id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(contact_ids)),),
    )
    return {row["id"] for row in rows}


def _first(conn: sqlite3.Connection, staff_id: str, query: Query) -> Sequence[str]:
    """The ids on a page, in their order, and one more if there is one."""
    statement = _PLACES.get((query.which, query.order))
    if statement is None:
        return []
    with ExitStack() as stack:
        lines_of = [
            stack.enter_context(closing(conn.execute(statement, values)))
            for values in _values(conn, staff_id, query)
        ]
        found = merge(*lines_of, key=lambda row: (row["place"], row["id"]), reverse=True)
        return [row["id"] for row in islice(found, query.limit + 1)]


def _values(conn: sqlite3.Connection, staff_id: str, query: Query) -> Iterator[Mapping[str, Any]]:
    """What each line is asked with; a line on which everything is read is not asked."""
    for line_id in query.line_ids:
        most = query.limit + 1
        if query.which is Filter.UNREAD:
            most = min(most, unread.on_line(conn, line_id, staff_id))
        if most:
            hidden = json.dumps(sorted(query.hidden))
            yield {"staff_id": staff_id, "line": line_id, "most": most, "hidden": hidden}


def _row(row: Mapping[str, Any]) -> ConversationRow:
    return ConversationRow(
        id=row["id"],
        line_id=row["line_id"],
        contact_id=row["contact_id"],
        title=row["name"] or readable(row["number"] or "?"),
        is_group=row["group_id"] is not None,
        preview=row["preview"] or "",
        direction=Direction(row["direction"]) if row["direction"] else None,
        state=MessageState(row["state"]) if row["state"] else None,
        channel=Channel.named(row["channel"]) if row["channel"] else None,
        sender=row["sender"],
        last_ms=row["last_ms"],
        unread=row["unread"],
        waiting_ms=row["waiting_ms"],
        draft=row["draft"],
        near_stop=bool(row["near_stop"]),
        medium=MediaKind(row["medium"]) if row["medium"] else None,
        assignee_id=row["assignee_id"],
        assignee=row["assignee"],
        is_done=row["done_ms"] is not None,
        returns_ms=row["away_ms"],
        mentioned=bool(row["mentioned"]),
        is_hidden=bool(row["is_hidden"]),
        is_theirs=bool(row["is_theirs"]),
    )


_LINES = """
SELECT line.id, line.number, line.branch_id, line.stopped, branch.name AS branch,
  branch.settings,
  EXISTS (SELECT 1 FROM line_code k WHERE k.line_id = line.id AND k.text IS NOT NULL) AS code
FROM line JOIN branch ON branch.id = line.branch_id
WHERE line.removed_ms IS NULL
AND (:only IS NULL OR line.id IN (SELECT value FROM json_each(:only)))
ORDER BY branch.name, line.number
"""

# Each reads one line in the order of an index, so it ends with the last row that is asked for. The
# greater its place, the earlier it stands.
_LATEST = "SELECT c.id, c.last_ms AS place FROM conversation c INDEXED BY conversation_latest"
_GROUPS = "SELECT c.id, c.last_ms AS place FROM conversation c INDEXED BY conversation_groups"
_WAITING = "SELECT c.id, -c.waiting_ms AS place FROM conversation c INDEXED BY conversation_waiting"
_MARKED = """
CROSS JOIN staff me ON me.id = :staff_id
LEFT JOIN read_mark r ON r.staff_id = me.id AND r.conversation_id = c.id
"""
_BY_TIME = "ORDER BY c.last_ms DESC, c.id DESC LIMIT :most"
_BY_WAIT = "ORDER BY c.waiting_ms, c.id DESC LIMIT :most"
_ON_LINE = "WHERE c.line_id = :line AND"
_THERE = (
    "NOT EXISTS (SELECT 1 FROM casework w WHERE w.conversation_id = c.id AND w.returns IS NOT NULL)"
)
_FREE = (
    "NOT EXISTS (SELECT 1 FROM casework w WHERE w.conversation_id = c.id"
    " AND (w.assignee_id IS NOT NULL OR w.returns IS NOT NULL))"
)
_MINE = f"""SELECT c.id, c.last_ms AS place FROM casework w INDEXED BY casework_open
CROSS JOIN conversation c ON c.id = w.conversation_id
WHERE w.line_id = :line AND w.assignee_id = :staff_id
AND w.done_ms IS NULL AND w.returns IS NULL AND c.id NOT IN {HIDDEN}
UNION SELECT c.id, c.last_ms FROM note_mention named INDEXED BY note_mention_unseen
CROSS JOIN note n ON n.id = named.note_id CROSS JOIN conversation c ON c.id = n.conversation_id
WHERE named.staff_id = :staff_id AND named.seen_ms IS NULL AND c.line_id = :line
AND c.id NOT IN {HIDDEN} ORDER BY place DESC, id DESC LIMIT :most"""  # noqa: S608 -- our own words
AWAY_MS = "iif(w.returns IS NULL, NULL, coalesce(w.returns_ms, 1 << 52))"
"""When it returns; what waits for a reply stands after all that has a time."""
_LATER = f"""SELECT c.id, -{AWAY_MS} AS place FROM casework w INDEXED BY casework_later
CROSS JOIN conversation c ON c.id = w.conversation_id
WHERE w.line_id = :line AND w.returns IS NOT NULL AND c.id NOT IN {HIDDEN}
ORDER BY place DESC, c.id DESC LIMIT :most"""  # noqa: S608 -- our own words
_PLACES = {
    (Filter.MINE, Order.LATEST): _MINE,
    (Filter.NOBODYS, Order.WAITING): f"{_WAITING} {_ON_LINE} c.waiting_ms IS NOT NULL AND {_FREE}"
    f" {_BY_WAIT}",
    (Filter.LATER, Order.LATEST): _LATER,
    (Filter.ALL, Order.LATEST): f"{_LATEST} {_ON_LINE} c.group_id IS NULL {_BY_TIME}",
    (Filter.ALL, Order.WAITING): f"{_WAITING} {_ON_LINE} c.waiting_ms IS NOT NULL AND {_THERE}"
    f" {_BY_WAIT}",
    (Filter.UNREAD, Order.LATEST): f"{_LATEST} {_MARKED} {_ON_LINE} {unread.IS_UNREAD} {_BY_TIME}",
    (Filter.UNREAD, Order.WAITING): f"{_WAITING} {_MARKED} {_ON_LINE} c.waiting_ms IS NOT NULL"
    f" AND {unread.IS_UNREAD} {_BY_WAIT}",
    (Filter.GROUPS, Order.LATEST): f"{_GROUPS} {_ON_LINE} c.group_id IS NOT NULL"
    f" AND c.id NOT IN {HIDDEN} {_BY_TIME}",
}
"""No group waits for an answer."""

# Of the newest messages the index has the numbers, and only rows behind the mark are read.
_ROWS = f"""
SELECT reader.value AS reader,
  c.id, c.line_id, c.contact_id, c.group_id, c.last_ms, c.waiting_ms,
  coalesce(g.name, k.office_name, k.chosen_name) AS name,
  k.office_name IS NULL AND k.chosen_name IS NOT NULL AS is_theirs,
  coalesce(m.value, (SELECT value FROM contact_identity n WHERE n.contact_id = c.contact_id
                     ORDER BY created_ms LIMIT 1)) AS number,
  iif(m.text = '', (SELECT media.kind FROM message_media of JOIN media ON media.id = of.media_id
    WHERE of.message_id = m.id LIMIT 1), NULL) AS medium,
  iif({NOT_SHOWN}, '', substr(m.text, 1, 160)) AS preview, {NOT_SHOWN} AS is_hidden,
  m.direction, m.state, m.channel,
  coalesce(author.name, m.sender_name) AS sender,
  iif(c.news_id > coalesce(r.message_id, '') AND c.news_ms >= me.created_ms,
   max(1, (SELECT count(*) FROM (
     SELECT seq FROM message INDEXED BY message_thread WHERE conversation_id = c.id
     ORDER BY happened_ms DESC LIMIT :looked_at) newest
    CROSS JOIN message i ON i.seq = newest.seq
    WHERE newest.seq > coalesce(seen.seq, 0) AND i.direction = 'in'
    AND i.id > coalesce(r.message_id, '')
    AND i.created_ms >= me.created_ms AND i.origin <> 'technical')), 0) AS unread,
  nullif(d.text, '') AS draft,
  c.id IN (SELECT asked.conversation_id FROM near_stop s JOIN message asked
           ON asked.id = s.message_id WHERE s.decision IS NULL) AS near_stop,
  w.assignee_id, owner.name AS assignee, w.done_ms, {AWAY_MS} AS away_ms,
  c.id IN (SELECT n.conversation_id FROM note_mention named INDEXED BY note_mention_unseen
           CROSS JOIN note n ON n.id = named.note_id
           WHERE named.staff_id = reader.value AND named.seen_ms IS NULL) AS mentioned
FROM conversation c CROSS JOIN json_each(:readers) reader
LEFT JOIN casework w ON w.conversation_id = c.id
LEFT JOIN staff owner ON owner.id = w.assignee_id
LEFT JOIN staff me ON me.id = reader.value
LEFT JOIN contact k ON k.id = c.contact_id
LEFT JOIN chat_group g ON g.id = c.group_id
LEFT JOIN message m ON m.id = c.shown_message_id
LEFT JOIN staff author ON author.id = m.staff_id
LEFT JOIN read_mark r ON r.conversation_id = c.id AND r.staff_id = me.id
LEFT JOIN message seen ON seen.id = r.message_id
LEFT JOIN draft d ON d.conversation_id = c.id AND d.staff_id = me.id
WHERE c.id IN (SELECT value FROM json_each(:ids)) AND k.joined_into IS NULL
"""  # noqa: S608 -- our own words
