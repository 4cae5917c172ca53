"""The conversations of people who become one, or two: whole, or message by message."""

import json
import sqlite3
from collections.abc import Sequence

from appliance.identities import Identity
from appliance.store import conversations, listed
from appliance.store.store import Tx


def divide(
    tx: Tx, from_id: str, to_id: str, identities: Sequence[Identity], *, after_seq: int = 0
) -> None:
    """What these wrote and were written goes with them, from each line's conversation.

    One that holds nothing else goes as it is, with whose it is and what was said about it.
    """
    rows = tx.conn.execute("SELECT id, line_id FROM conversation WHERE contact_id = ?", (from_id,))
    for row in rows.fetchall():
        seqs = _theirs(tx.conn, row["id"], identities, after_seq)
        if not seqs:
            continue
        theirs_there = conversations.of_contact(tx.conn, row["line_id"], to_id)
        if theirs_there is None and len(seqs) == _count(tx.conn, row["id"]):
            hand_over(tx, row["id"], from_id, to_id)
        else:
            carry(tx, row["id"], to_id, seqs)


def hand_over(tx: Tx, conversation_id: str, from_id: str, to_id: str) -> None:
    tx.conn.execute("UPDATE conversation SET contact_id = ? WHERE id = ?", (to_id, conversation_id))
    tx.conn.execute(
        "UPDATE message SET contact_id = ? WHERE conversation_id = ? AND contact_id = ?",
        (to_id, conversation_id, from_id),
    )


def carry(tx: Tx, conversation_id: str, to_id: str, seqs: Sequence[int]) -> None:
    """These messages go into the conversation of that contact on the same line. Where that
    is new, whoever has read them where they stood has read them there.
    """
    row = tx.conn.execute(
        "SELECT line_id FROM conversation WHERE id = ?", (conversation_id,)
    ).fetchone()
    is_new = conversations.of_contact(tx.conn, row["line_id"], to_id) is None
    target = conversations.with_contact(tx, row["line_id"], to_id)
    tx.conn.execute(
        "UPDATE message SET conversation_id = ?, contact_id = ?"
        " WHERE seq IN (SELECT value FROM json_each(?))",
        (target, to_id, json.dumps(list(seqs))),
    )
    if is_new:
        tx.conn.execute(
            "INSERT INTO read_mark (staff_id, conversation_id, message_id, at_ms)"
            " SELECT staff_id, ?, message_id, at_ms FROM read_mark WHERE conversation_id = ?",
            (target, conversation_id),
        )
    settle(tx.conn, [conversation_id, target])


def settle(conn: sqlite3.Connection, conversation_ids: Sequence[str]) -> None:
    """Finds in their messages what their rows say of them."""
    conn.execute(_TIMES, (json.dumps(list(conversation_ids)),))
    listed.settle(conn, conversation_ids)


def seqs_of(conn: sqlite3.Connection, conversation_id: str) -> Sequence[int]:
    rows = conn.execute("SELECT seq FROM message WHERE conversation_id = ?", (conversation_id,))
    return [row["seq"] for row in rows]


def _theirs(
    conn: sqlite3.Connection, conversation_id: str, identities: Sequence[Identity], after_seq: int
) -> Sequence[int]:
    rows = conn.execute(
        "SELECT seq FROM message WHERE conversation_id = ? AND seq > ? AND (value, scheme) IN"
        " (SELECT value ->> 0, value ->> 1 FROM json_each(?))",
        (conversation_id, after_seq, json.dumps([list(each) for each in identities])),
    )
    return [row["seq"] for row in rows]


def _count(conn: sqlite3.Connection, conversation_id: str) -> int:
    row = conn.execute(
        "SELECT count(*) FROM message WHERE conversation_id = ?", (conversation_id,)
    ).fetchone()
    return int(row[0])


_TIMES = """
UPDATE conversation AS c SET
  last_message_id = (SELECT id FROM message WHERE conversation_id = c.id
    ORDER BY happened_ms DESC, id DESC LIMIT 1),
  last_ms = coalesce((SELECT max(happened_ms) FROM message WHERE conversation_id = c.id), 0),
  last_in_ms = (SELECT max(happened_ms) FROM message WHERE conversation_id = c.id
    AND direction = 'in' AND origin = 'person'),
  has_notices = EXISTS (SELECT 1 FROM message WHERE conversation_id = c.id
    AND direction = 'in' AND origin = 'notice')
WHERE c.id IN (SELECT value FROM json_each(?))
"""
