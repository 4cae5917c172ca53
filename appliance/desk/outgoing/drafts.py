"""Drafts: what somebody typed and has not sent, kept on the server for all their screens."""

import sqlite3

from appliance.messages import MAX_TEXT
from appliance.store.store import Tx


def save(tx: Tx, *, staff_id: str, conversation_id: str, text: str) -> None:
    """Keeps the text, cut to four times the longest message; an empty text deletes the draft."""
    if not text.strip():
        forget(tx, staff_id=staff_id, conversation_id=conversation_id)
        return
    tx.conn.execute(
        "INSERT INTO draft (staff_id, conversation_id, text, saved_ms) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (staff_id, conversation_id) DO UPDATE"
        " SET text = excluded.text, saved_ms = excluded.saved_ms",
        (staff_id, conversation_id, text[: 4 * MAX_TEXT], tx.now_ms),
    )


def forget(tx: Tx, *, staff_id: str, conversation_id: str) -> None:
    tx.conn.execute(
        "DELETE FROM draft WHERE staff_id = ? AND conversation_id = ?",
        (staff_id, conversation_id),
    )


def text_of(conn: sqlite3.Connection, *, staff_id: str, conversation_id: str) -> str:
    row = conn.execute(
        "SELECT text FROM draft WHERE staff_id = ? AND conversation_id = ?",
        (staff_id, conversation_id),
    ).fetchone()
    return "" if row is None else str(row["text"])
