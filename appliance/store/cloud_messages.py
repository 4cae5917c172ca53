"""Which messages came in by the WhatsApp Cloud API, and files that a program has done with."""

import sqlite3
from dataclasses import dataclass

from appliance.store.forgetting import forget_media
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True)
class Tracked:
    """`tracker` is what its program wants to be told beside what becomes of it."""

    tracker: str | None


def put(tx: Tx, message_id: str, tracker: str | None) -> None:
    tx.conn.execute(
        "INSERT INTO cloud_message (message_id, tracker) VALUES (?, ?)", (message_id, tracker)
    )


def find(conn: sqlite3.Connection, message_id: str) -> Tracked | None:
    """None for a message that came in another way."""
    row = conn.execute(
        "SELECT tracker FROM cloud_message WHERE message_id = ?", (message_id,)
    ).fetchone()
    return None if row is None else Tracked(row["tracker"])


def let_go(tx: Tx, media_id: str, *, token_id: str) -> bool:
    """A file that this program uploaded is its own no more, and is erased where nothing else has
    it. False where it is not its own.
    """
    own = tx.conn.execute(
        "UPDATE media SET token_id = NULL WHERE id = ? AND token_id = ? RETURNING id",
        (media_id, token_id),
    ).fetchone()
    if own is not None and not tx.conn.execute(_HAD, (media_id,)).fetchone():
        forget_media(tx, [media_id])
    return own is not None


_HAD = """
SELECT 1 WHERE EXISTS (SELECT 1 FROM message_media WHERE media_id = ?1)
OR EXISTS (SELECT 1 FROM note_media WHERE media_id = ?1)
OR EXISTS (SELECT 1 FROM chat_group WHERE ?1 IN (picture, guarded_picture))
"""
