"""Drafts: what somebody typed and has not sent, kept on the server for all their screens."""

import sqlite3

from appliance.messages import MAX_TEXT
from appliance.store.care_marks import NOT_SHOWN
from appliance.store.quotes import QuotedMessage
from appliance.store.store import Tx


def save(
    tx: Tx, *, staff_id: str, conversation_id: str, text: str, quotes: str | None = None
) -> None:
    """Keeps the text, cut to four times the longest message, and the message that it answers;
    without either there is no draft.
    """
    if not text.strip() and not quotes:
        forget(tx, staff_id=staff_id, conversation_id=conversation_id)
        return
    tx.conn.execute(
        "INSERT INTO draft (staff_id, conversation_id, text, saved_ms, quotes)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (staff_id, conversation_id) DO UPDATE"
        " SET text = excluded.text, saved_ms = excluded.saved_ms, quotes = excluded.quotes",
        (staff_id, conversation_id, text[: 4 * MAX_TEXT], tx.now_ms, quotes),
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


def quoted_by(
    conn: sqlite3.Connection, *, staff_id: str, conversation_id: str
) -> QuotedMessage | None:
    """The message that the draft answers, while it is in this conversation."""
    row = conn.execute(
        f"SELECT m.id, iif({NOT_SHOWN}, '', m.text) AS text"  # noqa: S608 -- our own words
        " FROM draft d JOIN message m ON m.id = d.quotes"
        " AND m.conversation_id = d.conversation_id WHERE d.staff_id = ? AND d.conversation_id = ?",
        (staff_id, conversation_id),
    ).fetchone()
    return None if row is None else QuotedMessage(id=row["id"], text=row["text"])
