"""Files of notes for colleagues, at the SQL edge. Such a file is no message's, and never becomes
one.
"""

import sqlite3
from collections.abc import Sequence

from appliance.store.media import Media, by_id
from appliance.store.store import Tx


def put(tx: Tx, note_id: str, media_ids: Sequence[str]) -> None:
    tx.conn.executemany(
        "INSERT INTO note_media (note_id, position, media_id) VALUES (?, ?, ?)",
        [(note_id, place, each) for place, each in enumerate(media_ids)],
    )


def of_note(conn: sqlite3.Connection, note_id: str) -> Sequence[Media]:
    """In their order."""
    rows = conn.execute(
        "SELECT media_id FROM note_media WHERE note_id = ? ORDER BY position", (note_id,)
    )
    found = [by_id(conn, row["media_id"]) for row in rows.fetchall()]
    return [each for each in found if each]


def is_of_note(conn: sqlite3.Connection, media_id: str) -> bool:
    found = conn.execute("SELECT 1 FROM note_media WHERE media_id = ?", (media_id,))
    return found.fetchone() is not None


def is_used(conn: sqlite3.Connection, media_id: str) -> bool:
    """Whether it is a note's, a message's or a group's already."""
    found = conn.execute(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM note_media WHERE media_id = :id)"
        " OR EXISTS (SELECT 1 FROM message_media WHERE media_id = :id)"
        " OR EXISTS (SELECT 1 FROM chat_group WHERE :id IN (picture, guarded_picture))",
        {"id": media_id},
    )
    return found.fetchone() is not None
