"""What the inbox lists of a conversation, kept in the transaction that changes it.

`shown_message_id` is the preview: the newest message that no rule wrote, because what Balie sent by
itself would hide what the person asked. `waiting_ms` is the same for all staff: it begins with the
first incoming message after the last answer that is proven to have left. A person's is one, and a
rule's to STOP or START; a welcome answers nothing. A plain yes or no to a round waits for nobody
(`store/rounds.py`). What somebody marked as done waits no more, and
the next message begins a wait of its own. `news_id` is the newest incoming message that can be
unread: messages for machines and those that a phone had before Balie came never are, and those wait
for no answer. Who changes one of these otherwise than by a new
message calls `settle`.
"""

import json
import sqlite3
from collections.abc import Collection

from appliance.messages import MessageState
from appliance.store import unread

LEFT = frozenset({MessageState.SENT, MessageState.DELIVERED, MessageState.READ})
"""In these states a message answers somebody: before, they got nothing."""

MISSING = frozenset(
    {
        MessageState.FAILED,
        MessageState.REFUSED,
        MessageState.EXPIRED,
        MessageState.UNCONFIRMED,
    }
)
"""In these a message did not arrive, or may not have."""

_NOT_ARRIVED = f"""
INSERT INTO not_arrived (message_id, line_id, since_ms) SELECT id, line_id, created_ms FROM message
WHERE state IN ({", ".join(f"'{state.value}'" for state in MessageState if state in MISSING)})
"""  # noqa: S608 -- our own states

_LEFT = ", ".join(f"'{state.value}'" for state in MessageState if state in LEFT)


def settle(conn: sqlite3.Connection, conversation_ids: Collection[str]) -> None:
    """Finds all of it anew in the messages of these conversations; reads each of them."""
    with unread.counted(conn, conversation_ids):
        conn.execute(_NEWS, (json.dumps(list(conversation_ids)),))
    settle_answers(conn, conversation_ids)


def settle_answers(conn: sqlite3.Connection, conversation_ids: Collection[str]) -> None:
    """The preview and the wait alone, from the newest messages."""
    conn.execute(_ANSWERS, {"ids": json.dumps(list(conversation_ids)), "came_ms": None})


def settle_wait(
    conn: sqlite3.Connection, conversation_id: str, *, came_ms: int | None = None
) -> None:
    """The wait alone; writes nothing where it is as it was.

    `came_ms`: all that happened is that a message came in at that time, which ends no wait.
    """
    row = conn.execute(_WAIT, {"id": conversation_id, "came_ms": came_ms}).fetchone()
    if row["waiting_ms"] != row["since_ms"]:
        changed = (row["since_ms"], conversation_id)
        conn.execute("UPDATE conversation SET waiting_ms = ? WHERE id = ?", changed)


def settle_all(conn: sqlite3.Connection) -> None:
    """For a database whose messages or marks were not written by this code."""
    ids = [row[0] for row in conn.execute("SELECT id FROM conversation")]
    conn.execute(_NEWS, (json.dumps(ids),))
    settle_answers(conn, ids)
    unread.count(conn)
    conn.execute("DELETE FROM not_arrived")
    conn.execute(_NOT_ARRIVED)


SHOWN_NEXT = """coalesce(
    (SELECT CASE
       WHEN :by_rule AND s.rule IS NULL THEN s.id
       WHEN :by_rule THEN iif(:at_ms >= c.last_ms, :id, c.last_message_id)
       WHEN s.rule IS NULL AND (s.happened_ms, s.id) > (:at_ms, :id) THEN s.id
       ELSE :id END
     FROM message s WHERE s.id = c.shown_message_id), :id)"""
"""The preview of conversation `c` after the message `:id` of `:at_ms`, by the one that was shown:
to find it anew, all messages that rules wrote since may have to be read. It is asked before `c` has
its new times.
"""

_NEWS = """
UPDATE conversation AS c SET (news_id, news_ms) = (
  SELECT i.id, i.created_ms FROM message i INDEXED BY message_thread
  WHERE i.conversation_id = c.id AND i.direction = 'in' AND i.origin <> 'technical'
  AND i.imported IS NULL ORDER BY i.id DESC LIMIT 1)
WHERE c.id IN (SELECT value FROM json_each(?))
"""

_SINCE = f"""CASE
    WHEN c.group_id IS NOT NULL OR c.last_in_ms IS NULL THEN NULL
    WHEN c.waiting_ms <= :came_ms THEN c.waiting_ms
    ELSE (SELECT i.happened_ms FROM message i WHERE i.conversation_id = c.id AND i.direction = 'in'
      AND i.origin = 'person' AND i.imported IS NULL
      AND NOT EXISTS (SELECT 1 FROM round_answer a WHERE a.message_id = i.id
        AND a.reading <> 'unclear')
      AND i.id > coalesce((SELECT done_id FROM casework WHERE conversation_id = c.id), '')
      AND (i.happened_ms, i.id) > (
        SELECT o.happened_ms, o.id FROM message o WHERE o.conversation_id = c.id
         AND o.direction = 'out' AND (o.rule IS NULL OR o.rule IN ('stop', 'start'))
         AND o.state IN ({_LEFT})
        UNION ALL SELECT 0, '' ORDER BY 1 DESC, 2 DESC LIMIT 1)
      ORDER BY i.happened_ms, i.id LIMIT 1) END"""  # noqa: S608 -- our own states

_WAIT = f"SELECT c.waiting_ms, {_SINCE} AS since_ms FROM conversation c WHERE c.id = :id"  # noqa: S608 -- our own words

_ANSWERS = f"""
UPDATE conversation AS c SET
  shown_message_id = (
    SELECT iif(last.rule IS NULL, last.id, coalesce(
      (SELECT said.id FROM message said WHERE said.conversation_id = c.id AND said.rule IS NULL
       ORDER BY said.happened_ms DESC, said.id DESC LIMIT 1), last.id))
    FROM message last WHERE last.id = c.last_message_id),
  waiting_ms = {_SINCE}
WHERE c.id IN (SELECT value FROM json_each(:ids))
"""  # noqa: S608 -- our own words
