"""What lists show of a conversation, read for who keeps such lists of many databases."""

import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRow:
    """Ids, times and states; `labels` are ids, `not_arrived` counts messages, `named` are
    colleagues whom a note names and who have not seen that.
    """

    conversation_id: str
    branch_id: str
    line_id: str
    contact_id: str | None
    group_id: str | None
    last_ms: int
    last_in_ms: int | None
    waiting_ms: int | None
    news_id: str | None
    news_ms: int | None
    assignee_id: str | None
    done_ms: int | None
    returns: str | None
    returns_ms: int | None
    not_arrived: int
    labels: Sequence[str]
    named: Sequence[str]


def of(conn: sqlite3.Connection, conversation_ids: Collection[str]) -> Sequence[WorkRow]:
    """Of those that are there."""
    rows = conn.execute(_ROWS, (json.dumps(list(conversation_ids)),))
    return [
        WorkRow(**{**dict(row), **{name: json.loads(row[name]) for name in ("labels", "named")}})
        for row in rows.fetchall()
    ]


_ROWS = """
SELECT c.id AS conversation_id, line.branch_id, c.line_id, c.contact_id, c.group_id, c.last_ms,
  c.last_in_ms, c.waiting_ms, c.news_id, c.news_ms, w.assignee_id, w.done_ms, w.returns,
  w.returns_ms,
  (SELECT count(*) FROM not_arrived n CROSS JOIN message m ON m.id = n.message_id
   WHERE n.line_id = c.line_id AND m.conversation_id = c.id) AS not_arrived,
  (SELECT json_group_array(l.label_id) FROM conversation_label l
   WHERE l.conversation_id = c.id) AS labels,
  (SELECT json_group_array(DISTINCT m.staff_id) FROM note n
   CROSS JOIN note_mention m ON m.note_id = n.id
   WHERE n.conversation_id = c.id AND m.seen_ms IS NULL) AS named
FROM conversation c JOIN line ON line.id = c.line_id
LEFT JOIN casework w ON w.conversation_id = c.id
WHERE c.id IN (SELECT value FROM json_each(?))
"""
