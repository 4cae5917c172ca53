"""What was deleted is overwritten: in pages that nothing uses, in the write-ahead log, and in gaps.

SQLite overwrites a deleted row where it stood. It does not where a page came to be used by nothing,
nor where a row was moved to another page while both were put in order. The first is cured by using
all such pages once; the second is looked for in the bytes of the file, and where something is
found, the whole file is written anew.
"""

import mmap
import shutil
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from appliance.errors import BalieError
from appliance.store.connection import connect_writer, translated
from appliance.store.store import Store, Tx

PIECE_PAGES = 256
"""Pages that are overwritten in one transaction: a quarter of a megabyte."""
WRITTEN_ANEW_BYTES = 64_000_000
"""A larger file is not written anew by day: it takes seconds, in which nobody's answer is kept."""
NIGHT_HOURS = frozenset({1, 2, 3, 4})
"""Of UTC."""
PIECE_BYTES = 1_000_000
"""Of the file that are looked through at once."""
TRIES, AGAIN_S = 20, 0.1
"""SQLite waits for readers, but not for who copies the log back meanwhile (`checkpoints.py`)."""
READ_WAIT_MS = 250
"""How long each try waits for readers; together it is as long as a write waits."""
_HEADERS = {2: 12, 5: 12, 10: 8, 13: 8}
"""By the kind of a page of a tree, how long its header is."""
_FILE_HEADER = 100
_MS_PER_HOUR, _HOURS = 3_600_000, 24
_POINTER_BYTES = 4


class Unclean(BalieError):
    """Something is still there; it is to be tried again later."""


def clean(store: Store, needles: Sequence[str]) -> None:
    """Raises Unclean where a trace of one of these is left that cannot be mended now, or where the
    log cannot be emptied because somebody reads. Blocks; many short transactions.
    """
    overwrite_free_pages(store)
    empty_log(store.path)
    if not is_left(store.path, needles):
        return
    if not _may_write_anew(store):
        raise Unclean("a trace is left in the file, which is written anew at night")
    store.alone(lambda conn: conn.execute("VACUUM"))
    empty_log(store.path)


def write_anew(store: Store, *, by_day: bool = False) -> None:
    """The whole file, however much was deleted in it. `by_day`: a large one, too. Raises Unclean
    where that cannot be now. Blocks, and so does every write meanwhile.
    """
    if not _may_write_anew(store, by_day=by_day):
        raise Unclean("the file is written anew at night, and where there is room for it")
    store.alone(lambda conn: conn.execute("VACUUM"))
    empty_log(store.path)


def overwrite_free_pages(store: Store) -> None:
    """Uses every page that nothing uses, and lets go of them again."""
    try:
        while store.write(_fill_some, durable=False):
            pass
    finally:
        while store.write(_let_some_go, durable=False):
            pass


def empty_log(path: Path) -> None:
    """Brings all of the log into the database and empties it. Raises Unclean while somebody reads
    what only the log has.
    """
    with translated(path), closing(connect_writer(path)) as conn:
        conn.execute(f"PRAGMA busy_timeout = {READ_WAIT_MS}")
        for _ in range(TRIES):
            busy, _, _ = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return
            time.sleep(AGAIN_S)
    raise Unclean("the write-ahead log is being read")


def is_left(path: Path, needles: Sequence[str]) -> bool:
    """Whether one of these stands in a gap of a page, where no row is. In a row it may well stand:
    other people write of somebody, or are called the same.
    """
    sought = [each.encode() for each in needles if each]
    if not sought:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as pages:
        page_bytes = int.from_bytes(pages[16:18], "big")  # as its format has it, section 1.3
        page_bytes = 65_536 if page_bytes == 1 else page_bytes
        return any(_is_in_gap(pages, page_bytes, at) for at in places(pages, sought))


def places(pages: mmap.mmap | bytes, sought: Sequence[bytes]) -> Iterator[int]:
    """Where one of these begins, a piece at a time: no other Python runs while one is searched."""
    longest = max(map(len, sought))
    for start in range(0, len(pages), PIECE_BYTES):
        piece = pages[start : start + PIECE_BYTES + longest - 1]
        for each in sought:
            until = PIECE_BYTES + len(each) - 1
            at = piece.find(each, 0, until)
            while at >= 0:
                yield start + at
                at = piece.find(each, at + 1, until)


def _is_in_gap(pages: mmap.mmap, page_bytes: int, at: int) -> bool:
    """Between pointers and cells of a page of a tree (file format of SQLite, section 1.6)."""
    start = at - at % page_bytes
    header = start + (_FILE_HEADER if start == 0 else 0)
    length = _HEADERS.get(pages[header])
    if length is None:
        return False
    cells, content = struct.unpack(">HH", pages[header + 3 : header + 7])
    return bool(header + length + 2 * cells <= at < start + (content or 65_536))


def _fill_some(tx: Tx) -> bool:
    """False when no page is free."""
    (free,) = tx.conn.execute("PRAGMA freelist_count").fetchone()
    if not free:
        return False
    (page_bytes,) = tx.conn.execute("PRAGMA page_size").fetchone()
    size = min(free, PIECE_PAGES) * (page_bytes - _POINTER_BYTES)
    tx.conn.execute("INSERT INTO page_filler (zeros) VALUES (zeroblob(?))", (size,))
    return True


def _let_some_go(tx: Tx) -> bool:
    """False when none was left. The pages hold zeros, so they need not be overwritten again."""
    gone = tx.conn.execute(
        "DELETE FROM page_filler WHERE rowid = (SELECT max(rowid) FROM page_filler)"
    )
    return gone.rowcount > 0


def _may_write_anew(store: Store, *, by_day: bool = False) -> bool:
    size = store.path.stat().st_size
    hour = store.clock.now_ms() // _MS_PER_HOUR % _HOURS
    is_small = size <= WRITTEN_ANEW_BYTES
    return (by_day or is_small or hour in NIGHT_HOURS) and shutil.disk_usage(
        store.path.parent
    ).free > 2 * size
