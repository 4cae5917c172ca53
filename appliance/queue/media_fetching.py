"""Bringing files from phones: one at a time, when nothing else is to do, less and less often.

A file that WhatsApp has downloaded is taken without opening anything. Where it has not, the chat is
opened once, in office hours, because that marks it as read.
"""

import logging
import sqlite3
from collections.abc import Callable

from appliance.devices.media_protocol import Fetched, FetchFinding, MediaFetch, WantedFile
from appliance.errors import DeviceError, DeviceGone
from appliance.media.files import MediaFiles
from appliance.media.kinds import MediaWhy
from appliance.queue.office_hours import hours_of
from appliance.store import branches, media_fetches
from appliance.store.media_fetches import StoredFetch
from appliance.store.store import Tx

log = logging.getLogger(__name__)

FileKept = Callable[[Tx, str], None]
"""A higher floor looks at the file with this id of a medium."""

AGAIN_MS = (3_000, 10_000, 30_000, 60_000, 5 * 60_000, 15 * 60_000, 60 * 60_000)
"""Waits after each look in vain; after the last one it is given up."""
OPEN_AFTER = 2
"""Looks in vain before the chat is opened: WhatsApp had time to download by itself."""
GROWS_MS = 3_000
GROWS_AT_MOST = 40
"""Looks at a file that still grows."""
AWAY_MS = 60_000

_KNOWS_PATH = frozenset({FetchFinding.HERE, FetchFinding.GROWING, FetchFinding.UNCLEAR})
"""After the last of these it is known that what was taken for it is not its file."""

_WHY = {
    FetchFinding.NONE: MediaWhy.NOT_FOUND,
    FetchFinding.GROWING: MediaWhy.NOT_FOUND,
    FetchFinding.UNCLEAR: MediaWhy.UNCLEAR,
}


def next_fetch(
    conn: sqlite3.Connection, device_id: str, files: MediaFiles, *, now_ms: int
) -> MediaFetch | None:
    due = media_fetches.next_due(conn, device_id, now_ms=now_ms)
    if due is None:
        return None
    near = media_fetches.near(conn, device_id, due)
    return MediaFetch(
        wanted=_wanted(due),
        others=[_wanted(each) for each in near if each.path is None],
        taken=frozenset(each.path for each in near if each.path is not None),
        path=due.path,
        number=due.number if _may_open(conn, due, now_ms) else None,
        files=files,
    )


def note_found(
    tx: Tx, fetch: MediaFetch, found: Fetched | DeviceError, file_kept: FileKept | None = None
) -> None:
    """What became of it, in one transaction."""
    media_id = fetch.wanted.media_id
    if isinstance(found, DeviceError):
        gone = isinstance(found, DeviceGone)
        found = Fetched(finding=FetchFinding.AWAY if gone else FetchFinding.NONE)
    if found.opened:
        media_fetches.note(tx, media_id, opened=1)
    if found.finding in _KNOWS_PATH:
        media_fetches.note(tx, media_id, path=found.path)
    match found.finding:
        case FetchFinding.HERE if found.file is not None:
            media_fetches.keep_file(
                tx,
                media_id,
                name=found.file.name,
                media_type=found.file.told.type,
                kept=found.file.kept,
                measured=found.file.measured,
            )
            if file_kept is not None:
                file_kept(tx, media_id)
        case FetchFinding.TOO_LARGE:
            media_fetches.give_up(tx, media_id, MediaWhy.TOO_LARGE)
        case FetchFinding.TEXT:
            media_fetches.take_back(tx, media_id)
        case FetchFinding.AWAY:
            media_fetches.note(tx, media_id, due_ms=tx.now_ms + AWAY_MS)
        case _:
            _look_again(tx, media_id, found.finding)


def _look_again(tx: Tx, media_id: str, finding: FetchFinding) -> None:
    tries = media_fetches.count_try(tx, media_id)
    grows = finding is FetchFinding.GROWING
    if tries > (GROWS_AT_MOST if grows else len(AGAIN_MS)):
        log.info("the file of medium %s stays on its phone: %s", media_id, finding.value)
        media_fetches.give_up(tx, media_id, _WHY[finding])
        return
    due_ms = tx.now_ms + (GROWS_MS if grows else AGAIN_MS[tries - 1])
    fetch = media_fetches.by_id(tx.conn, media_id)
    if not grows and fetch is not None and _is_to_open(fetch):
        due_ms = _open_from(tx.conn, fetch, due_ms) or due_ms
    media_fetches.note(tx, media_id, due_ms=due_ms)


def _may_open(conn: sqlite3.Connection, fetch: StoredFetch, now_ms: int) -> bool:
    if not _is_to_open(fetch) or fetch.line_stopped:
        return False
    return _open_from(conn, fetch, now_ms) == now_ms


def _is_to_open(fetch: StoredFetch) -> bool:
    return not fetch.opened and fetch.number is not None and fetch.tries >= OPEN_AFTER


def _open_from(conn: sqlite3.Connection, fetch: StoredFetch, at_ms: int) -> int | None:
    return hours_of(branches.branch(conn, fetch.branch_id)).open_from(at_ms)


def _wanted(fetch: StoredFetch) -> WantedFile:
    return WantedFile(
        media_id=fetch.media_id,
        kind=fetch.kind,
        sign=fetch.sign,
        words=fetch.words,
        chat=fetch.conversation_id,
        written_ms=fetch.written_ms,
        came_ms=fetch.asked_ms,
    )
