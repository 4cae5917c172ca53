"""The columns that Balie keeps derived, for rows that were copied past the code that keeps them."""

import sqlite3

from appliance.store import listed

_NEWEST = """
UPDATE conversation SET
  (last_message_id, last_ms) = (SELECT id, happened_ms FROM message
    WHERE conversation_id = conversation.id ORDER BY happened_ms DESC, id DESC LIMIT 1),
  last_in_ms = (SELECT max(happened_ms) FROM message
    WHERE conversation_id = conversation.id AND direction = 'in' AND origin = 'person')
"""


def fill_derived(conn: sqlite3.Connection, marks: str | None) -> None:
    """`marks` is the statement that writes read marks: what is unread follows from them."""
    conn.execute(_NEWEST)
    if marks is not None:
        conn.execute(marks)
    listed.settle_all(conn)
