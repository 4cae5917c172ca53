"""How much room the files of messages take, and which go when there is no more for them.

What Balie lets go of may still be on its phone; the message says so. Files of messages that have
not left, pictures of groups, files of notes (which no phone has), those of people who are held,
and what came or was uploaded within the last day, stay.
"""

import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection

from appliance.media.files import MediaFiles
from appliance.media.kinds import MediaState, MediaWhy
from appliance.store import holds
from appliance.store.media_fetches import tell
from appliance.store.store import Store, Tx

NEARLY = 0.9
"""Of the quota: from here on the pages say that it will bite."""
STAYS_MS = 24 * 3_600_000
ORPHAN_S = 3600
"""A file without a row may be one that is being uploaded; it has its row within this."""
_AT_ONCE = 50


@dataclass(slots=True)
class MediaRoom:
    """`used_bytes` is as it was at the last look."""

    most_bytes: int
    used_bytes: int = 0

    @property
    def is_nearly_full(self) -> bool:
        return self.used_bytes > NEARLY * self.most_bytes


def used_bytes(conn: Connection) -> int:
    """What is there twice lies there once."""
    (used,) = conn.execute(
        "SELECT coalesce(sum(bytes), 0) FROM"
        " (SELECT sha256, max(bytes) AS bytes FROM media WHERE state = 'here' GROUP BY sha256)"
    ).fetchone()
    return int(used)


def keep_within(store: Store, files: MediaFiles, room: MediaRoom) -> None:
    """Lets go of the oldest until the rest fits, and takes away files that no row names."""
    while True:
        room.used_bytes = store.read(used_bytes)
        over = room.used_bytes - room.most_bytes
        if over <= 0 or not store.write(lambda tx, over=over: _let_go(tx, over)):  # type: ignore[misc]
            break
    _clear_orphans(store, files)


def _let_go(tx: Tx, over: int) -> bool:
    """Some of the oldest; False when none may go."""
    held = json.dumps(sorted(holds.held_contacts(tx.conn)))
    about = {"before": tx.now_ms - STAYS_MS, "held": held, "most": _AT_ONCE}
    found = tx.conn.execute(_OLDEST, about).fetchall()
    for sha256, size in found:
        for (media_id,) in tx.conn.execute(
            "UPDATE media SET state = ?, why = ? WHERE sha256 = ? AND state = 'here' RETURNING id",
            (MediaState.ON_PHONE_ONLY.value, MediaWhy.QUOTA.value, sha256),
        ).fetchall():
            tell(tx, media_id)
        over -= size
        if over <= 0:
            break
    return bool(found)


def _clear_orphans(store: Store, files: MediaFiles) -> None:
    """Asked again inside a transaction: the same content may come again meanwhile."""
    old = [path.name for path in _contents(files.folder) if _age_s(path) > ORPHAN_S]
    for start in range(0, len(old), _AT_ONCE):
        some = old[start : start + _AT_ONCE]
        unnamed = store.read(lambda conn, some=some: _unnamed(conn, some))  # type: ignore[misc]
        if unnamed:
            store.write(lambda tx, names=unnamed: _forget(tx, files, names))  # type: ignore[misc]


def _forget(tx: Tx, files: MediaFiles, names: Sequence[str]) -> None:
    came_by_ns = time.time_ns() - ORPHAN_S * 1_000_000_000
    for sha256 in _unnamed(tx.conn, names):
        files.forget(sha256, came_by_ns=came_by_ns)


def _unnamed(conn: Connection, names: Sequence[str]) -> Sequence[str]:
    return [
        name
        for name in names
        if not conn.execute(
            "SELECT 1 FROM media WHERE sha256 = ? AND state = 'here' LIMIT 1", (name,)
        ).fetchone()
    ]


def _contents(folder: Path) -> Iterator[Path]:
    for below in folder.glob("[0-9a-f][0-9a-f]"):
        yield from (path for path in below.iterdir() if not path.suffix)


def _age_s(path: Path) -> float:
    """By the clock of the machine, which wrote it, too."""
    try:
        return time.time() - os.stat(path).st_mtime  # noqa: PTH116
    except FileNotFoundError:
        return 0


_OLDEST = """
SELECT sha256, max(bytes) AS bytes FROM media WHERE state = 'here'
GROUP BY sha256 HAVING max(created_ms) < :before AND NOT EXISTS (
  SELECT 1 FROM media waits JOIN message_media of ON of.media_id = waits.id
  JOIN message m ON m.id = of.message_id
  WHERE waits.sha256 = media.sha256 AND m.state IN ('queued', 'sending', 'unconfirmed'))
AND NOT EXISTS (
  SELECT 1 FROM chat_group g JOIN media of_group ON of_group.id IN (g.guarded_picture, g.picture)
  WHERE of_group.sha256 = media.sha256)
AND NOT EXISTS (
  SELECT 1 FROM note_media n JOIN media of_note ON of_note.id = n.media_id
  WHERE of_note.sha256 = media.sha256)
AND NOT EXISTS (
  SELECT 1 FROM media held JOIN message_media of ON of.media_id = held.id
  JOIN message m ON m.id = of.message_id JOIN conversation c ON c.id = m.conversation_id
  JOIN json_each(:held) who ON who.value IN (c.contact_id, m.contact_id)
  WHERE held.sha256 = media.sha256)
ORDER BY max(created_ms) LIMIT :most
"""
