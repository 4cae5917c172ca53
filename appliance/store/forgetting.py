"""Messages, files and evidence that are forgotten: what they held goes, that they were stays.

Ids, states, times and counts remain, because the event log and the ledger name them. The files go
after the transaction (`forget_files`), which is noted in it, so a crash leaves none behind. What
stood in the index of the search goes with `desk/search/forgetting.py: forget`, or soon
(`forget_in_index`).
"""

import json
import shutil
import sqlite3
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.identities import WHATSAPP_GROUP
from appliance.media.files import FOLDER, MediaFiles
from appliance.media.kinds import MediaState
from appliance.store import idempotency
from appliance.store.store import Store, Tx

EVIDENCE = "evidence"
"""Below the folder of files: a folder for each attempt."""
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What has to go from the disk: hashes of files, and ids of attempts with their evidence."""

    media: frozenset[str] = frozenset()
    evidence: frozenset[str] = frozenset()


def forget_messages(tx: Tx, message_ids: Collection[str]) -> Forgotten:
    """Empties these messages: texts, earlier ones too, files, evidence, reactions, kept answers.

    A file that another message, a note or a group has, too, stays there. Who they were from and
    to stays, and the digest of the device's key by which a message is known if it comes again.
    It tells nobody: whoever calls emits what happened. `forget_files` takes the files away.
    """
    ids = json.dumps(list(message_ids))
    evidence = _forget_attempts(tx, ids)
    for statement in _OF_MESSAGES:
        tx.conn.execute(statement, (ids,))
    media = _forget_media_of(tx, ids)
    _forget_answers(tx, ids)
    tx.conn.execute(_EMPTY, (ids,))
    return Forgotten(media=media, evidence=evidence)


def forget_in_copy(tx: Tx, message_ids: Collection[str]) -> None:
    """As `forget_messages`, and whom they were from and to, in a copy that has no files. What
    stands for a number in a message that is told once more takes the place of the one made here.
    """
    forget_messages(tx, message_ids)
    tx.conn.execute(_OF_NOBODY, (json.dumps(list(message_ids)),))
    tx.conn.execute("DELETE FROM file_left")


def forget_in_index(tx: Tx) -> None:
    """What was emptied here must soon be gone from the bytes of the index, too: the thread that
    keeps the index brings its parts together, also after a crash.
    """
    tx.conn.execute("UPDATE search_progress SET merges = merges + 1")


def forget_evidence(tx: Tx, message_ids: Collection[str]) -> frozenset[str]:
    """Empties what proves that these messages left; the ids of their attempts."""
    return _forget_attempts(tx, json.dumps(list(message_ids)))


def forget_media(tx: Tx, media_ids: Collection[str]) -> frozenset[str]:
    """Erases these files, whoever has them; the hashes of what lies on the disk for nobody now."""
    ids = json.dumps(list(media_ids))
    hashes = {
        row["sha256"]
        for row in tx.conn.execute(
            "SELECT sha256 FROM media WHERE sha256 IS NOT NULL"
            " AND id IN (SELECT value FROM json_each(?))",
            (ids,),
        )
    }
    tx.conn.execute(_EMPTY_MEDIA, (MediaState.ERASED.value, ids))
    tx.conn.execute(
        "UPDATE media_fetch SET words = '', path = NULL, due_ms = NULL"
        " WHERE media_id IN (SELECT value FROM json_each(?))",
        (ids,),
    )
    gone = frozenset(each for each in hashes if not _is_there(tx.conn, each))
    _note_left(tx, "media", gone)
    return gone


def note_unused(tx: Tx, sha256: str) -> None:
    """Content that came for nothing is to be taken away, unless a row has it."""
    if not _is_there(tx.conn, sha256):
        _note_left(tx, "media", [sha256])


def forget_files(store: Store, data: Path) -> int:
    """Takes away the files that were noted; how many. Blocks; goes on where a crash ended it."""
    files, done = MediaFiles(data / FOLDER), 0
    while left := store.read(_left):
        store.write(lambda tx, left=left: _take_away(tx, files, left))  # type: ignore[misc]
        done += len(left)
    return done


def _forget_attempts(tx: Tx, ids: str) -> frozenset[str]:
    rows = tx.conn.execute(
        "SELECT id FROM attempt WHERE message_id IN (SELECT value FROM json_each(?))", (ids,)
    ).fetchall()
    attempts = frozenset(row["id"] for row in rows)
    of_attempts = (json.dumps(sorted(attempts)),)
    for statement in _OF_ATTEMPTS:
        tx.conn.execute(statement, of_attempts)
    _note_left(tx, "evidence", attempts)
    return attempts


def _forget_media_of(tx: Tx, ids: str) -> frozenset[str]:
    """What others have too is theirs: these messages have it no more."""
    tx.conn.execute(_UNLINK_SHARED, {"ids": ids})
    rows = tx.conn.execute(
        "SELECT DISTINCT media_id FROM message_media"
        " WHERE message_id IN (SELECT value FROM json_each(?))",
        (ids,),
    ).fetchall()
    return forget_media(tx, [row["media_id"] for row in rows]) if rows else frozenset()


def _forget_answers(tx: Tx, ids: str) -> None:
    """A client that asks again with its key is told the id: it must not send a second time."""
    newest = tx.conn.execute(
        "SELECT max(created_ms) AS at_ms FROM message WHERE token_id IS NOT NULL"
        " AND id IN (SELECT value FROM json_each(?))",
        (ids,),
    ).fetchone()["at_ms"]
    if newest is not None and newest > tx.now_ms - idempotency.KEPT_MS:
        tx.conn.execute(_EMPTY_ANSWERS, (ids,))


def _note_left(tx: Tx, kind: str, names: Collection[str]) -> None:
    now_ns = time.time_ns()  # the clock by which the files have their times
    tx.conn.executemany(
        "INSERT INTO file_left (kind, name, noted_ns) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET noted_ns = excluded.noted_ns",
        [(kind, name, now_ns) for name in sorted(names)],
    )


def _left(conn: sqlite3.Connection) -> Sequence[tuple[str, str, int]]:
    rows = conn.execute("SELECT kind, name, noted_ns FROM file_left LIMIT ?", (_AT_ONCE,))
    return [(row["kind"], row["name"], row["noted_ns"]) for row in rows]


def _take_away(tx: Tx, files: MediaFiles, left: Sequence[tuple[str, str, int]]) -> None:
    """Inside the transaction: the same content may have come again meanwhile, and then stays, also
    where its row is not there yet. If none comes, it goes with the files that no row names.
    """
    for kind, name, noted_ns in left:
        if kind == "evidence":
            shutil.rmtree(files.folder / EVIDENCE / name, ignore_errors=True)
        elif not _is_there(tx.conn, name):
            files.forget(name, came_by_ns=noted_ns)
    tx.conn.executemany("DELETE FROM file_left WHERE kind = ? AND name = ? AND noted_ns = ?", left)


def _is_there(conn: sqlite3.Connection, sha256: str) -> bool:
    found = conn.execute(
        "SELECT 1 FROM media WHERE sha256 = ? AND state = ? LIMIT 1",
        (sha256, MediaState.HERE.value),
    )
    return found.fetchone() is not None


_THESE = "IN (SELECT value FROM json_each(?))"

_EMPTY = f"""
UPDATE message SET text = '', sender_name = NULL, device_key = iif(device_key IS NULL, NULL, '')
WHERE id {_THESE}
"""  # noqa: S608 -- our own words
_OF_NOBODY = f"""
UPDATE message SET value = '~' || lower(hex(randomblob(12))), key_digest = NULL, client_id = NULL
WHERE id {_THESE} AND scheme <> '{WHATSAPP_GROUP}'
"""  # noqa: S608 -- our own words
_EMPTY_MEDIA = f"""
UPDATE media SET state = ?, why = NULL, name = '', sha256 = NULL, bytes = NULL, seconds = NULL,
  width = NULL, height = NULL WHERE id {_THESE}
"""  # noqa: S608 -- our own words
_OF_MESSAGES = (
    f"DELETE FROM earlier_text WHERE message_id {_THESE}",  # noqa: S608 -- our own words
    f"DELETE FROM text_below WHERE message_id {_THESE}",  # noqa: S608 -- our own words
    f"DELETE FROM reaction WHERE message_id {_THESE}",  # noqa: S608 -- our own words
    f"UPDATE cloud_message SET tracker = NULL WHERE message_id {_THESE}",  # noqa: S608 -- our own words
    f"UPDATE webhook_delivery SET body = NULL WHERE body IS NOT NULL AND message_id {_THESE}",  # noqa: S608 -- our own words
)
_OF_ATTEMPTS = (
    f"UPDATE attempt SET baseline = NULL, evidence = '{{}}' WHERE id {_THESE}",  # noqa: S608 -- our own words
    f"UPDATE attempt_part SET evidence = '{{}}' WHERE attempt_id {_THESE}",  # noqa: S608 -- our own words
    f"UPDATE unknown_screen SET text = '', buttons = '[]', files = '[]' WHERE attempt_id {_THESE}",  # noqa: S608 -- our own words
)
_UNLINK_SHARED = """
DELETE FROM message_media WHERE message_id IN (SELECT value FROM json_each(:ids)) AND (
  EXISTS (SELECT 1 FROM message_media other WHERE other.media_id = message_media.media_id
    AND other.message_id NOT IN (SELECT value FROM json_each(:ids)))
  OR EXISTS (SELECT 1 FROM note_media n WHERE n.media_id = message_media.media_id)
  OR EXISTS (SELECT 1 FROM chat_group g
    WHERE message_media.media_id IN (g.picture, g.guarded_picture)))
"""
_EMPTY_ANSWERS = f"""
UPDATE idempotency SET response = json_object('id', json_extract(response, '$.id'))
WHERE json_valid(response) AND json_extract(response, '$.id') {_THESE}
"""  # noqa: S608 -- our own words
