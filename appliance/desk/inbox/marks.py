"""Read marks: up to which message a member of staff has seen a conversation."""

import sqlite3

from appliance.events import EventKind
from appliance.store import unread
from appliance.store.store import Tx


def mark_read(tx: Tx, *, staff_id: str, conversation_id: str, message_id: str) -> bool:
    """Moves the mark forward, never back; False and no event when it did not move.

    Ids sort by arrival, so a message that arrives late, with an earlier time, is still unread.
    """
    with unread.counted(tx.conn, [conversation_id]):
        moved = tx.conn.execute(
            "INSERT INTO read_mark (staff_id, conversation_id, message_id, at_ms)"
            " SELECT ?1, conversation_id, id, ?4 FROM message"
            " WHERE id = ?3 AND conversation_id = ?2"
            " ON CONFLICT (staff_id, conversation_id) DO UPDATE"
            " SET message_id = excluded.message_id, at_ms = excluded.at_ms"
            " WHERE excluded.message_id > read_mark.message_id RETURNING 1",
            (staff_id, conversation_id, message_id, tx.now_ms),
        ).fetchone()
    if moved is None:
        return False
    line = tx.conn.execute(
        "SELECT line_id FROM conversation WHERE id = ?", (conversation_id,)
    ).fetchone()
    tx.emit(
        EventKind.CONVERSATION_READ,
        staff_id=staff_id,
        conversation_id=conversation_id,
        line_id=line["line_id"],
        message_id=message_id,
    )
    return True


def take_back(tx: Tx, *, conversation_id: str, message_id: str) -> None:
    """Nobody has seen the new text of this message: marks at it or after it move to before it.

    All later messages become unread again, too, because a mark holds one place only.
    """
    with unread.counted(tx.conn, [conversation_id]):
        tx.conn.execute(
            "UPDATE read_mark SET at_ms = ?3, message_id = coalesce((SELECT max(id) FROM message"
            " WHERE conversation_id = ?1 AND id < ?2), '') WHERE conversation_id = ?1"
            " AND message_id >= ?2",
            (conversation_id, message_id, tx.now_ms),
        )


def first_unread(conn: sqlite3.Connection, *, staff_id: str, conversation_id: str) -> str | None:
    """The first message in the thread's order that this person has not seen.

    A message comes after those that were there before, so none of them is read to find it.
    """
    row = conn.execute(_FIRST_UNREAD, (staff_id, conversation_id)).fetchone()
    return None if row is None else str(row["id"])


# Its place in the thread is when it came, or later if its words came later.
_FIRST_UNREAD = """
SELECT m.id FROM conversation c CROSS JOIN staff me
LEFT JOIN read_mark r ON r.staff_id = me.id AND r.conversation_id = c.id
LEFT JOIN message seen ON seen.id = r.message_id
CROSS JOIN message m ON m.conversation_id = c.id
  AND m.happened_ms >= coalesce(min(seen.created_ms, seen.happened_ms), 0)
WHERE c.id = ?2 AND me.id = ?1 AND c.news_id > coalesce(r.message_id, '')
AND m.direction = 'in' AND m.id > coalesce(r.message_id, '') AND m.created_ms >= me.created_ms
AND m.origin <> 'technical' AND m.imported IS NULL
ORDER BY m.happened_ms, m.id LIMIT 1
"""
