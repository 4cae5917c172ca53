"""Which message another one answers, at the SQL edge."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedMessage:
    id: str
    text: str


def put(tx: Tx, message_id: str, quoted_id: str) -> bool:
    """False where it is known already."""
    put = tx.conn.execute(
        "INSERT INTO message_quote (message_id, quoted_id) VALUES (?, ?)"
        " ON CONFLICT DO NOTHING RETURNING 1",
        (message_id, quoted_id),
    )
    return put.fetchone() is not None


def is_in(conn: sqlite3.Connection, message_id: str, conversation_id: str) -> bool:
    """Whether a message of this conversation has that id."""
    found = conn.execute(
        "SELECT 1 FROM message WHERE id = ? AND conversation_id = ?", (message_id, conversation_id)
    )
    return found.fetchone() is not None


def quoted_by(conn: sqlite3.Connection, message_ids: Iterable[str]) -> Mapping[str, QuotedMessage]:
    """By message; one that quotes none is not in it."""
    rows = conn.execute(_OF_MESSAGES, (json.dumps(list(message_ids)),))
    return {row["message_id"]: QuotedMessage(id=row["id"], text=row["text"]) for row in rows}


_OF_MESSAGES = """
SELECT q.message_id, m.id, m.text FROM message_quote q JOIN message m ON m.id = q.quoted_id
WHERE q.message_id IN (SELECT value FROM json_each(?))
"""
