"""What an office's copy of a box has that the box does not: it was put back to an earlier day."""

import sqlite3
from collections.abc import Collection
from typing import Any

from appliance.store.store import Tx

_MESSAGES = """
SELECT m.id, m.state, m.sent_ms FROM message m
WHERE m.direction = 'out'
  AND m.seq IN (SELECT message_seq FROM event WHERE seq > ? AND message_seq IS NOT NULL)
ORDER BY m.id
"""

_WITHDRAWALS = """
SELECT value, scheme, contact_id AS contact, line_id AS line, kind, channel, at_ms FROM consent
WHERE kind IN ('opted_out', 'objected', 'erased') AND at_ms >= ? ORDER BY seq
"""

_ERASED = """
SELECT contact_id AS contact, at_ms FROM event_log
WHERE seq > ? AND kind = 'contact.erased' AND contact_id IS NOT NULL ORDER BY seq
"""

_COMMANDS = """
SELECT json_extract(e.facts, '$.command') AS id,
  (SELECT state FROM message WHERE id = json_extract(e.facts, '$.message')) AS state
FROM event_log e
WHERE e.seq > ? AND e.kind = 'office.command' AND json_extract(e.facts, '$.outcome') = 'done'
ORDER BY e.seq
"""

_ONLY_BEYOND = """
SELECT seq, conversation_id FROM message WHERE seq > (
    SELECT coalesce(max(message_seq), 0) FROM event WHERE seq <= ?1)
  AND seq IN (SELECT message_seq FROM event WHERE seq > ?1 AND message_seq IS NOT NULL)
"""


_NEW_THREADS = """
SELECT id FROM conversation WHERE created_ms >= ?2
  AND id IN (SELECT conversation_id FROM event WHERE seq > ?1 AND conversation_id IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM event WHERE seq <= ?1 AND conversation_id = conversation.id)
"""


def beyond(conn: sqlite3.Connection, seq: int) -> dict[str, Any]:
    """What happened after the event `seq`: how messages stand that went out, who wanted no more of
    them, what was done that the office had asked for, and who was erased. Withdrawals of that very
    moment are told, too: twice is no harm.
    """
    since_ms = _time_of(conn, seq)
    return {
        "messages": [dict(each) for each in conn.execute(_MESSAGES, (seq,))],
        "withdrawals": [dict(each) for each in conn.execute(_WITHDRAWALS, (since_ms,))],
        "erasures": [dict(each) for each in conn.execute(_ERASED, (seq,))],
        "commands": [dict(each) for each in conn.execute(_COMMANDS, (seq,))],
    }


def _time_of(conn: sqlite3.Connection, seq: int) -> int:
    last = conn.execute("SELECT at_ms FROM event WHERE seq <= ? ORDER BY seq DESC LIMIT 1", (seq,))
    row = last.fetchone()
    return 0 if row is None else int(row["at_ms"])


def forget(tx: Tx, seq: int) -> Collection[str]:
    """The copy goes on from the event `seq`, as the box does. Messages that the box never had are
    not here any more either, because it gives their numbers to others, nor are conversations that
    began since. Gives the conversations that are other now.
    """
    new = tx.conn.execute(_NEW_THREADS, (seq, _time_of(tx.conn, seq))).fetchall()
    tx.conn.executemany("DELETE FROM conversation WHERE id = ?", [(each["id"],) for each in new])
    rows = tx.conn.execute(_ONLY_BEYOND, (seq,)).fetchall()
    for row in rows:
        each = row["seq"]
        tx.conn.execute(
            "DELETE FROM attempt WHERE message_id = (SELECT id FROM message WHERE seq = ?)", (each,)
        )
        tx.conn.execute("DELETE FROM message WHERE seq = ?", (each,))
    tx.conn.execute("DELETE FROM event WHERE seq > ?", (seq,))
    return {row["conversation_id"] for row in rows} | {each["id"] for each in new}
