"""Files beside messages at the SQL edge; the bytes lie by their hash, see `media/files.py`."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from appliance.events import EventKind
from appliance.media.files import KeptFile
from appliance.media.kinds import FileType, MediaKind, MediaState, MediaWhy
from appliance.media.probing import Measured
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """One file of a message, or one that was uploaded to be sent.

    `sha256` and `bytes` are None where it never was here. `why` says why it is not, as a code.
    """

    id: str
    kind: MediaKind
    type: str
    name: str
    sha256: str | None
    bytes: int | None
    seconds: int | None
    width: int | None
    height: int | None
    state: MediaState
    why: MediaWhy | None
    staff_id: str | None
    token_id: str | None
    created_ms: int

    @property
    def here(self) -> str | None:
        """The hash under which its bytes lie, if they do."""
        return self.sha256 if self.state is MediaState.HERE else None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUpload:
    """A file that somebody uploaded and that lies among the media."""

    told: FileType
    name: str
    kept: KeptFile
    measured: Measured = field(default_factory=Measured)
    staff_id: str | None = None
    token_id: str | None = None
    branch_id: str | None = None


def add_upload(tx: Tx, new: NewUpload) -> Media:
    """The file, with its event."""
    media_id = tx.new_id()
    row = tx.conn.execute(
        "INSERT INTO media (id, kind, type, name, sha256, bytes, seconds, width, height, state,"
        " staff_id, token_id, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'here', ?, ?, ?)"
        " RETURNING *",
        (
            media_id,
            new.told.kind.value,
            new.told.type,
            new.name,
            new.kept.sha256,
            new.kept.bytes,
            new.measured.seconds,
            new.measured.width,
            new.measured.height,
            new.staff_id,
            new.token_id,
            tx.now_ms,
        ),
    ).fetchone()
    facts = {"media": media_id, "kind": new.told.kind.value, "bytes": new.kept.bytes}
    tx.emit(EventKind.MEDIA_ADDED, branch_id=new.branch_id, staff_id=new.staff_id, facts=facts)
    return _from_row(row)


def by_id(conn: sqlite3.Connection, media_id: str) -> Media | None:
    row = _row(conn, media_id)
    return None if row is None else _from_row(row)


def media_of(conn: sqlite3.Connection, message_ids: Iterable[str]) -> Mapping[str, Sequence[Media]]:
    """By message, each in its order; a message without any is not in it."""
    found: dict[str, list[Media]] = {}
    for row in conn.execute(_OF_MESSAGES, (json.dumps(list(message_ids)),)):
        found.setdefault(row["message_id"], []).append(_from_row(row))
    return found


def attach(conn: sqlite3.Connection, message_id: str, media_ids: Sequence[str]) -> None:
    """The message has these, in this order, after those that it has."""
    (place,) = conn.execute(
        "SELECT coalesce(max(position) + 1, 0) FROM message_media WHERE message_id = ?",
        (message_id,),
    ).fetchone()
    conn.executemany(
        "INSERT INTO message_media (message_id, position, media_id) VALUES (?, ?, ?)",
        [(message_id, place + step, media_id) for step, media_id in enumerate(media_ids)],
    )


def _row(conn: sqlite3.Connection, media_id: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = conn.execute(
        "SELECT * FROM media WHERE id = ?", (media_id,)
    ).fetchone()
    return row


def _from_row(row: sqlite3.Row) -> Media:
    names = (name for name in Media.__slots__ if name not in ("kind", "state", "why"))
    return Media(
        kind=MediaKind(row["kind"]),
        state=MediaState(row["state"]),
        why=MediaWhy(row["why"]) if row["why"] else None,
        **{name: row[name] for name in names},
    )


_OF_MESSAGES = """
SELECT of.message_id, media.* FROM message_media of JOIN media ON media.id = of.media_id
WHERE of.message_id IN (SELECT value FROM json_each(?)) ORDER BY of.message_id, of.position
"""
