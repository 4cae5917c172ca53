"""Files of messages that are still on a phone: which to bring next, and what became of each."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from appliance.events import EventKind
from appliance.media.files import KeptFile
from appliance.media.kinds import MediaKind, MediaState, MediaWhy
from appliance.media.probing import Measured
from appliance.store.media import attach
from appliance.store.store import Tx

FIRST_LOOK_MS = 3_000
"""WhatsApp downloads by itself within seconds."""
GONE_MS = 14 * 24 * 3_600_000
NEAR_MS = 24 * 3_600_000
"""Files and messages further apart than this are not each other's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFetch:
    """One row with what its message says. `branch_id` is of the message's line, which may be
    stopped on this device; `number` is that of the other side, None in a group and for who hides
    it.
    """

    media_id: str
    kind: MediaKind
    sign: str
    words: str
    conversation_id: str
    number: str | None
    branch_id: str
    written_ms: int
    asked_ms: int
    due_ms: int | None
    tries: int
    opened: bool
    path: str | None
    line_stopped: bool


def expect(
    tx: Tx,
    message_id: str,
    device_id: str,
    *,
    kind: MediaKind,
    sign: str,
    words: str,
    why_not: MediaWhy | None,
    name: str = "",
) -> None:
    """The message has a medium; its file is brought, unless there is none to bring."""
    media_id = tx.new_id()
    state = MediaState.FETCHING if why_not is None else MediaState.ON_PHONE_ONLY
    tx.conn.execute(
        "INSERT INTO media (id, kind, type, name, state, why, created_ms)"
        " VALUES (?, ?, '', ?, ?, ?, ?)",
        (media_id, kind.value, name, state.value, why_not, tx.now_ms),
    )
    attach(tx.conn, message_id, [media_id])
    if why_not is None:
        tx.conn.execute(
            "INSERT INTO media_fetch (media_id, device_id, sign, words, asked_ms, due_ms)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (media_id, device_id, sign, words, tx.now_ms, tx.now_ms + FIRST_LOOK_MS),
        )


def next_due(conn: sqlite3.Connection, device_id: str, *, now_ms: int) -> StoredFetch | None:
    row = conn.execute(
        f"{_FETCH} WHERE f.device_id = ? AND f.due_ms <= ? ORDER BY f.due_ms LIMIT 1",
        (device_id, now_ms),
    ).fetchone()
    return None if row is None else _from_row(row)


def near(conn: sqlite3.Connection, device_id: str, fetch: StoredFetch) -> Sequence[StoredFetch]:
    """All others over this device of about that time."""
    rows = conn.execute(
        f"{_FETCH} WHERE f.device_id = ? AND f.asked_ms BETWEEN ? AND ? AND f.media_id <> ?",
        (device_id, fetch.asked_ms - NEAR_MS, fetch.asked_ms + NEAR_MS, fetch.media_id),
    )
    return [_from_row(row) for row in rows]


def by_id(conn: sqlite3.Connection, media_id: str) -> StoredFetch | None:
    row = conn.execute(f"{_FETCH} WHERE f.media_id = ?", (media_id,)).fetchone()
    return None if row is None else _from_row(row)


def count_try(tx: Tx, media_id: str) -> int:
    """How many looks there were, with this one."""
    (tries,) = tx.conn.execute(
        "UPDATE media_fetch SET tries = tries + 1 WHERE media_id = ? RETURNING tries", (media_id,)
    ).fetchone()
    return int(tries)


def note(tx: Tx, media_id: str, **columns: Any) -> None:
    """Sets columns of the row, such as when it is due again."""
    names = ", ".join(f"{name} = ?" for name in columns)
    tx.conn.execute(
        f"UPDATE media_fetch SET {names} WHERE media_id = ?",  # noqa: S608 -- our own names
        (*columns.values(), media_id),
    )


def keep_file(
    tx: Tx, media_id: str, *, name: str, media_type: str, kept: KeptFile, measured: Measured
) -> None:
    """The file is here."""
    tx.conn.execute(
        "UPDATE media SET state = 'here', why = NULL, name = ?, type = ?, sha256 = ?, bytes = ?,"
        " seconds = ?, width = ?, height = ? WHERE id = ? AND state <> 'erased'",
        (
            name,
            media_type,
            kept.sha256,
            kept.bytes,
            measured.seconds,
            measured.width,
            measured.height,
            media_id,
        ),
    )
    note(tx, media_id, due_ms=None)
    tell(tx, media_id)


def give_up(tx: Tx, media_id: str, why: MediaWhy) -> None:
    """It stays on the phone."""
    tx.conn.execute(
        "UPDATE media SET state = 'on-phone-only', why = ? WHERE id = ? AND state = 'fetching'",
        (why.value, media_id),
    )
    note(tx, media_id, due_ms=None)
    tell(tx, media_id)


def give_up_the_gone(tx: Tx) -> None:
    """What was due long ago was on a phone that is there no more."""
    for (media_id,) in tx.conn.execute(
        "SELECT media_id FROM media_fetch WHERE due_ms < ?", (tx.now_ms - GONE_MS,)
    ).fetchall():
        give_up(tx, media_id, MediaWhy.NOT_FOUND)


def take_back(tx: Tx, media_id: str) -> None:
    """There never was a medium: somebody wrote its sign."""
    tell(tx, media_id)
    for table, column in (
        ("media_fetch", "media_id"),
        ("message_media", "media_id"),
        ("media", "id"),
    ):
        tx.conn.execute(f"DELETE FROM {table} WHERE {column} = ?", (media_id,))  # noqa: S608 -- ours


def tell(tx: Tx, media_id: str) -> None:
    """Each message with it is other now."""
    for row in tx.conn.execute(
        "SELECT m.id, m.line_id, m.conversation_id, m.contact_id FROM message_media of"
        " JOIN message m ON m.id = of.message_id WHERE of.media_id = ?",
        (media_id,),
    ).fetchall():
        tx.emit(
            EventKind.MESSAGE_CHANGED,
            line_id=row["line_id"],
            conversation_id=row["conversation_id"],
            contact_id=row["contact_id"],
            message_id=row["id"],
            facts={"change": "media"},
        )


def _from_row(row: sqlite3.Row) -> StoredFetch:
    return StoredFetch(
        **{
            **dict(row),
            "kind": MediaKind(row["kind"]),
            "opened": bool(row["opened"]),
            "line_stopped": bool(row["line_stopped"]),
        }
    )


_FETCH = """
SELECT f.media_id, media.kind, f.sign, f.words, m.conversation_id,
  iif(c.group_id IS NULL AND m.scheme = 'tel', m.value, NULL) AS number, line.branch_id,
  coalesce(m.written_ms, m.happened_ms) AS written_ms, f.asked_ms, f.due_ms, f.tries, f.opened,
  f.path, line.stopped IS NOT NULL
    AND coalesce(line.stopped_on, f.device_id) = f.device_id AS line_stopped
FROM media_fetch f JOIN media ON media.id = f.media_id
JOIN message_media of ON of.media_id = f.media_id
JOIN message m ON m.id = of.message_id
JOIN conversation c ON c.id = m.conversation_id JOIN line ON line.id = m.line_id
"""
