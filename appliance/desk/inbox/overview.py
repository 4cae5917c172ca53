"""What the inbox's list shows: the lines one may use and the conversations on them."""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from appliance.channels import Channel
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.lines import crowd
from appliance.messages import Direction, MessageState
from appliance.phone_numbers import readable
from appliance.store.branch_settings import settings_of

PAGE = 40
"""Conversations a page: more than a screen, few enough for a phone to draw at once."""


class Filter(Enum):
    ALL = "all"
    UNREAD = "unread"
    GROUPS = "groups"


class Order(Enum):
    LATEST = "latest"
    #: #: The longest wait for an answer comes first; conversations that wait for none are left out.
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxLine:
    """A number that this person may read, and what is new on it for them.

    `code`: a code for the number itself came just now; it is read on another page. `crowded`: first
    answers that wait because many new people wrote, for people who lead or manage devices.
    """

    id: str
    number: str
    branch_id: str
    branch: str
    zone: str
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

    `near_stop`: a message in it reads like STOP, and nobody has decided yet.
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


def lines(conn: sqlite3.Connection, rights: Rights, staff_id: str) -> Sequence[InboxLine]:
    """The lines whose messages this person may read, by branch."""
    rows = conn.execute(_LINES, {"staff_id": staff_id})
    return [
        InboxLine(
            id=row["id"],
            number=row["number"],
            branch_id=row["branch_id"],
            branch=row["branch"],
            zone=settings_of(row["settings"]).zone,
            stopped=row["stopped"],
            may_write=rights.may(Permission.INBOX_WRITE, row["branch_id"]),
            unread=row["unread"],
            code=bool(row["code"]),
            crowded=crowd.waiting(conn, row["id"]) if _leads(rights, row["branch_id"]) else 0,
        )
        for row in rows
        if rights.may(Permission.INBOX_READ, row["branch_id"])
    ]


def _leads(rights: Rights, branch_id: str) -> bool:
    return any(
        rights.may(each, branch_id) for each in (Permission.REPORT_READ, Permission.DEVICE_MANAGE)
    )


def conversations(conn: sqlite3.Connection, staff_id: str, query: Query) -> ListPage:
    rows = conn.execute(
        _LIST,
        {
            "staff_id": staff_id,
            "lines": json.dumps(list(query.line_ids)),
            "groups": query.which is Filter.GROUPS,
            "unread": query.which is Filter.UNREAD,
            "waiting": query.order is Order.WAITING,
            "limit": query.limit + 1,
        },
    ).fetchall()
    return ListPage(
        rows=[_row(row) for row in rows[: query.limit]],
        more=len(rows) > query.limit,
    )


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
    )


# Unread is personal: an incoming message after the person's mark, and not from before they joined.
# Messages for machines are never unread.
_LINES = """
SELECT line.id, line.number, line.branch_id, line.stopped, branch.name AS branch,
  branch.settings,
  (SELECT count(*) FROM conversation c
   LEFT JOIN read_mark r ON r.conversation_id = c.id AND r.staff_id = me.id
   WHERE c.line_id = line.id AND (c.last_in_ms IS NOT NULL OR c.has_notices)
   AND c.group_id IS NULL
   AND EXISTS (SELECT 1 FROM message i WHERE i.conversation_id = c.id AND i.direction = 'in'
               AND i.id > coalesce(r.message_id, '') AND i.created_ms >= me.created_ms
               AND i.origin <> 'technical')
  ) AS unread,
  EXISTS (SELECT 1 FROM line_code k WHERE k.line_id = line.id AND k.text IS NOT NULL) AS code
FROM line JOIN branch ON branch.id = line.branch_id JOIN staff me ON me.id = :staff_id
WHERE line.removed_ms IS NULL
ORDER BY branch.name, line.number
"""

# Waiting is the same for all staff: it begins with the first incoming message since a person
# answered, or since a rule answered a STOP or START. A welcome answers nothing. Texts that Balie
# sent by itself are no preview: they would hide what the person asked.
_LIST = """
WITH listed AS (
SELECT c.id, c.line_id, c.contact_id, c.group_id, c.last_ms,
  coalesce(g.name, k.office_name, k.chosen_name) AS name,
  coalesce(m.value, (SELECT value FROM contact_identity n WHERE n.contact_id = c.contact_id
                     ORDER BY created_ms LIMIT 1)) AS number,
  substr(m.text, 1, 160) AS preview, m.direction, m.state, m.channel,
  coalesce(author.name, m.sender_name) AS sender,
  (SELECT count(*) FROM message i WHERE i.conversation_id = c.id AND i.direction = 'in'
   AND i.id > coalesce(r.message_id, '') AND i.created_ms >= me.created_ms
   AND i.origin <> 'technical') AS unread,
  iif(c.group_id IS NULL AND c.last_in_ms IS NOT NULL,
   (SELECT i.happened_ms FROM message i WHERE i.conversation_id = c.id AND i.direction = 'in'
    AND i.origin = 'person' AND (i.happened_ms, i.id) > (
      SELECT o.happened_ms, o.id FROM message o WHERE o.conversation_id = c.id
       AND o.direction = 'out' AND (o.rule IS NULL OR o.rule IN ('stop', 'start'))
       AND o.state NOT IN ('failed', 'refused', 'expired', 'cancelled')
      UNION ALL SELECT 0, '' ORDER BY 1 DESC, 2 DESC LIMIT 1)
    ORDER BY i.happened_ms, i.id LIMIT 1), NULL) AS waiting_ms,
  nullif(d.text, '') AS draft,
  c.id IN (SELECT asked.conversation_id FROM near_stop s JOIN message asked
           ON asked.id = s.message_id WHERE s.decision IS NULL) AS near_stop
FROM conversation c
JOIN staff me ON me.id = :staff_id
LEFT JOIN contact k ON k.id = c.contact_id
LEFT JOIN chat_group g ON g.id = c.group_id
LEFT JOIN message last ON last.id = c.last_message_id
LEFT JOIN message m ON m.id = iif(last.rule IS NULL, last.id, coalesce(
  (SELECT said.id FROM message said WHERE said.conversation_id = c.id AND said.rule IS NULL
   ORDER BY said.happened_ms DESC, said.id DESC LIMIT 1), last.id))
LEFT JOIN staff author ON author.id = m.staff_id
LEFT JOIN read_mark r ON r.conversation_id = c.id AND r.staff_id = me.id
LEFT JOIN draft d ON d.conversation_id = c.id AND d.staff_id = me.id
WHERE c.line_id IN (SELECT value FROM json_each(:lines)) AND (c.group_id IS NOT NULL) = :groups
)
SELECT * FROM listed
WHERE (NOT :unread OR unread > 0) AND (NOT :waiting OR waiting_ms IS NOT NULL)
ORDER BY iif(:waiting, waiting_ms, -last_ms), id DESC
LIMIT :limit
"""
