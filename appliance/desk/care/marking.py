"""Marks what people send that should not be kept, in the transaction in which it comes."""

import re
import sqlite3
from collections.abc import Sequence

from appliance.desk.care.care_words import says
from appliance.desk.care.finding import FileFacts, found_in
from appliance.media.kinds import MediaKind
from appliance.store import care_marks, contacts
from appliance.store.branch_settings import settings_of
from appliance.store.care_marks import CareKind
from appliance.store.store import Tx

BESIDE_MS = 10 * 60_000
"""What is said so shortly before a picture, or behind it, may say what it shows."""
_BESIDE = 6
_NATIONAL = 9
"""Digits of a number as people write it without the country; a BSN has as many."""


def look(tx: Tx, message_id: str) -> None:
    """Called whenever a message came, or its words, its files or their size."""
    row = tx.conn.execute(_MESSAGE, (message_id,)).fetchone()
    if row is None:
        return
    files = _files(tx.conn, message_id)
    found = found_in(
        row["text"],
        files,
        beside=_beside(tx.conn, row) if files else (),
        known=_known(tx.conn, row["contact_id"]),
    )
    _mark(tx, row, message_id, found)
    if not files and says("identity", row["text"]):
        for shown in tx.conn.execute(_PICTURES, _about(row)).fetchall():
            _mark(tx, row, shown["id"], frozenset({CareKind.IDENTITY}))


def look_at_file(tx: Tx, media_id: str) -> None:
    """A file came from a phone: now its size in pixels is known."""
    for row in tx.conn.execute(
        "SELECT message_id FROM message_media WHERE media_id = ?", (media_id,)
    ).fetchall():
        look(tx, row["message_id"])


def _mark(tx: Tx, row: sqlite3.Row, message_id: str, found: frozenset[CareKind]) -> None:
    if found:
        hides = settings_of(row["settings"]).care_hides
        care_marks.mark(tx, message_id, found, hides=hides)


def _files(conn: sqlite3.Connection, message_id: str) -> Sequence[FileFacts]:
    return [
        FileFacts(
            kind=MediaKind(row["kind"]),
            name=row["name"],
            width=row["width"],
            height=row["height"],
        )
        for row in conn.execute(_FILES, (message_id,))
    ]


def _beside(conn: sqlite3.Connection, row: sqlite3.Row) -> Sequence[str]:
    return [each["text"] for each in conn.execute(_BEFORE, {**_about(row), "most": _BESIDE})]


def _about(row: sqlite3.Row) -> dict[str, object]:
    return {
        "conversation": row["conversation_id"],
        "value": row["value"],
        "since": row["happened_ms"] - BESIDE_MS,
        "at": row["happened_ms"],
    }


def _known(conn: sqlite3.Connection, contact_id: str | None) -> frozenset[str]:
    """The digits of their numbers, with and without the country, and of that in the office."""
    if contact_id is None:
        return frozenset()
    contact = contacts.find(conn, contact_id)
    numbers = [each.value for each in contacts.identities_of(conn, contact_id) if each.is_tel]
    digits = [re.sub(r"\D", "", each) for each in numbers]
    office = re.sub(r"\D", "", (contact.personnel_number if contact else None) or "")
    return frozenset([*digits, *(each[-_NATIONAL:] for each in digits), office])


_MESSAGE = """
SELECT m.text, m.contact_id, m.conversation_id, m.value, m.happened_ms, branch.settings
FROM message m JOIN line ON line.id = m.line_id JOIN branch ON branch.id = line.branch_id
WHERE m.id = ? AND m.direction = 'in' AND m.origin = 'person' AND m.awaited = 0
"""
_FILES = """
SELECT media.kind, coalesce(media.name, '') AS name, media.width, media.height
FROM message_media f JOIN media ON media.id = f.media_id WHERE f.message_id = ?
"""
_BEFORE = """
SELECT m.text FROM message m INDEXED BY message_thread
WHERE m.conversation_id = :conversation AND m.happened_ms BETWEEN :since AND :at
ORDER BY m.happened_ms DESC LIMIT :most
"""
# By the same hand: in a group others post, too.
_PICTURES = """
SELECT DISTINCT m.id FROM message m INDEXED BY message_thread
JOIN message_media f ON f.message_id = m.id
JOIN media ON media.id = f.media_id AND media.kind IN ('image', 'document')
WHERE m.conversation_id = :conversation AND m.happened_ms BETWEEN :since AND :at
AND m.direction = 'in' AND m.value = :value
"""
