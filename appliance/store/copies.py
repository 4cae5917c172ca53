"""Copies of the database: they are kept for long, so they hold nothing that must be erased soon.

A copy shows one moment, however long it takes and whatever is written meanwhile. It has its name
when it is whole, checked and on the disk, and not before.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from enum import Enum
from pathlib import Path

from appliance.errors import StoreCorrupt
from appliance.store import packing
from appliance.store.connection import connect_reader, damage_in, is_damage, translated
from appliance.store.part_files import cannot_write, clear_left, held_part, keep, need_room

_KNOWS_PUSH = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'push_subscription'"
_KNOWS_CODES = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'line_code'"

_STEP_PAGES = 1024
"""1 MB is copied at once and then synced: with 4 MB, a write beside it waits twice as long."""

_PACKED_SHARE = 0.5
"""Of the database's size at most, where it was measured to be a fifth."""

_SPARE_SHARE, _SPARE_BYTES = 0.05, 200_000_000
"""Left free on the disk of the database itself, so that Balie goes on writing beside the copy."""


class CopyStep(Enum):
    """In this order; tests end the process at one of them, as a power cut may."""

    BEGUN = "begun"
    COPYING = "copying"
    COPIED = "copied"
    CHECKED = "checked"
    PACKED = "packed"
    KEPT = "kept"


CopySteps = Callable[[CopyStep], None]


def no_copy_steps(step: CopyStep) -> None:
    del step


def copy_database(source: Path, target: Path, steps: CopySteps = no_copy_steps) -> None:
    """A consistent copy of a database of this or an older Balie; it is on the disk on return.

    A target `….zst` is packed. It holds no codes for lines, because these must be erased after
    minutes. Raises StoreUnavailable where there is no room for it, and StoreCorrupt.
    """
    try:
        clear_left(target.parent)
        need_room(target.parent, _room_for(source, target))
        if packing.is_packed(target):
            _copy_packed(source, target, steps)
        else:
            _copy_plain(source, target, steps)
    except OSError as exc:
        raise cannot_write(target, exc) from exc
    steps(CopyStep.KEPT)


def _copy_plain(source: Path, target: Path, steps: CopySteps) -> None:
    with held_part(target) as (part, handle):
        _fill(source, part, handle, target, steps)
        keep(part, handle, target)


def _copy_packed(source: Path, target: Path, steps: CopySteps) -> None:
    with held_part(target) as (packed, onto):
        with held_part(target.with_suffix("")) as (plain, handle):
            _fill(source, plain, handle, target, steps)
            packing.pack(plain, onto)
        os.posix_fadvise(onto, 0, 0, os.POSIX_FADV_DONTNEED)  # so that the disk is read, not memory
        packing.check(packed)
        steps(CopyStep.PACKED)
        keep(packed, onto, target)


def _fill(source: Path, part: Path, handle: int, target: Path, steps: CopySteps) -> None:
    """Copies to the part and checks it."""
    steps(CopyStep.BEGUN)
    with _blamed(source, target), closing(sqlite3.connect(part, isolation_level=None)) as copy:
        # A part that breaks off is thrown away, so it needs no journal.
        copy.execute("PRAGMA journal_mode = OFF")
        with closing(connect_reader(source)) as conn:
            _copy_pages(conn, copy, handle, steps)
        copy.execute("PRAGMA journal_mode = MEMORY")
        copy.execute("PRAGMA secure_delete = FAST")
        if copy.execute(_KNOWS_CODES).fetchone():
            copy.execute("UPDATE line_code SET text = NULL, sender = ''")
        if copy.execute(_KNOWS_PUSH).fetchone():
            copy.execute("DELETE FROM push_notice")
            copy.execute("DELETE FROM push_subscription")
        steps(CopyStep.COPIED)
        found = damage_in(copy)
    if found is not None:
        raise StoreCorrupt(f"{source} is damaged ({found}); stop Balie and put back a copy of it.")
    steps(CopyStep.CHECKED)


def _copy_pages(
    conn: sqlite3.Connection, copy: sqlite3.Connection, handle: int, steps: CopySteps
) -> None:
    """Inside one transaction: without it, each write beside it would begin the copy anew."""

    def copied(status: int, remaining: int, total: int) -> None:
        del status, remaining, total
        os.fdatasync(handle)
        steps(CopyStep.COPYING)

    conn.execute("BEGIN")
    conn.execute("SELECT 1 FROM sqlite_master").fetchone()
    conn.backup(copy, pages=_STEP_PAGES, progress=copied)
    conn.execute("COMMIT")


def _room_for(source: Path, target: Path) -> int:
    with translated(source), closing(connect_reader(source)) as conn:
        (pages,) = conn.execute("PRAGMA page_count").fetchone()
        (page_bytes,) = conn.execute("PRAGMA page_size").fetchone()
    size: int = pages * page_bytes
    if packing.is_packed(target):
        size += int(size * _PACKED_SHARE)
    if source.stat().st_dev == target.parent.stat().st_dev:
        total = shutil.disk_usage(target.parent).total
        size += min(_SPARE_BYTES, int(total * _SPARE_SHARE))
    return size


@contextmanager
def _blamed(source: Path, target: Path) -> Iterator[None]:
    """Damage is the source's; a disk that is full or fails is the target's."""
    with translated(target):
        try:
            yield
        except sqlite3.DatabaseError as exc:
            if is_damage(exc):
                with translated(source):
                    raise
            raise
