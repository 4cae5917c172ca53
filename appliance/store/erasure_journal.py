"""What a copy of the database cannot know: who withdrew and who was erased since it was made.

The journal lies in the data directory beside the database and in no copy of it. A line each, with
what stands for an identity (`house_key.py`), never the identity; it is on the disk before the
transaction that it is about is committed. Copies made into a folder have a copy of it beside them.
A line whose transaction was lost does no harm: it closes what somebody wanted closed.

Who owns its folder, or a stick, may have put anything in its place, and root reads it, too: it is a
file or it is not opened, and a line is what a line is or it is left out.
"""

import io
import json
import logging
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

from appliance.box.handed_files import open_handed
from appliance.errors import SetupError
from appliance.identities import Identity
from appliance.store.house_key import HouseKey
from appliance.store.part_files import cannot_read, cannot_write, held_part, keep, sync_folder

log = logging.getLogger(__name__)

FILE = "erasures.jsonl"
BESIDE = "balie-erasures.jsonl"
"""Its copy beside copies of the database; where several machines bring copies, with the name of the
machine and a `-` before it, as their copies have it.
"""
_LATEST_MS = 2**63 - 1
"""What SQLite takes."""
_LONGEST_BYTES = 4096
"""More than a line has: what is longer is none, and is never whole in memory."""
_MOST_BYTES = 64 * 1024 * 1024
"""Of half a million people."""
_STAMPED = re.compile(r"(.+)-\d{8}T\d{6}Z\..+")


class JournalWhat(StrEnum):
    #: They were erased.
    ERASED = "erased"
    #: They withdrew on this line; on all where there is none.
    CLOSED = "closed"
    #: They opened it again.
    OPENED = "opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureEntry:
    what: JournalWhat
    scheme: str
    stands_for: str
    at_ms: int
    line_id: str | None = None


def data_dir_of(conn: sqlite3.Connection) -> Path:
    row = conn.execute("SELECT file FROM pragma_database_list WHERE name = 'main'").fetchone()
    return Path(row["file"]).parent


def note(
    conn: sqlite3.Connection,
    what: JournalWhat,
    identity: Identity,
    *,
    at_ms: int,
    line_id: str | None = None,
) -> None:
    """On the disk on return. Without the key of the house it says so in the log and goes on: a
    withdrawal must not fail for it. Raises StoreUnavailable on a full disk.
    """
    data = data_dir_of(conn)
    try:
        stands_for = HouseKey.of(data).stands_for(identity.scheme, identity.value)
    except SetupError as exc:
        log.error("a withdrawal or an erasure is not in the journal: %s", exc)  # noqa: TRY400
        return
    entry = ErasureEntry(
        what=what,
        scheme=identity.scheme,
        stands_for=stands_for,
        at_ms=at_ms,
        line_id=line_id,
    )
    append(data, [entry])


def append(data: Path, entries: Iterable[ErasureEntry]) -> None:
    """On the disk on return. Raises StoreUnavailable."""
    lines = text_of(entries)
    path = data / FILE
    is_new = not path.exists()
    try:
        # A line that a crash broke off stays one by itself.
        handle = open_handed(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            left = memoryview(f"\n{lines}".encode())
            while left:  # a disk that is full takes a part, and says so at the next one
                left = left[os.write(handle, left) :]
            os.fsync(handle)
        finally:
            os.close(handle)
        if is_new:
            sync_folder(data)
    except OSError as exc:
        raise cannot_write(path, exc) from exc


def text_of(entries: Iterable[ErasureEntry]) -> str:
    """As they stand in the journal, a line each."""
    return "".join(f"{json.dumps(asdict(each))}\n" for each in entries)


def read(data: Path) -> Sequence[ErasureEntry]:
    """Oldest first; a line that cannot be read is left out and logged."""
    return list(_entries_in(data / FILE))


def is_empty(data: Path) -> bool:
    return next(_entries_in(data / FILE), None) is None


def copy_beside(data: Path, folder: Path, name: str = BESIDE) -> None:
    """Puts the journal as it is now beside the copies of a folder, behind what the one that lies
    there knows alone: a box that was made anew has forgotten it. Raises StoreUnavailable.
    """
    said, target = _said_in(data / FILE), folder / name
    if said is None:
        return
    try:
        with held_part(target) as (part, handle):
            part.write_bytes(_known_there_alone(target, said) + said)
            keep(part, handle, target)
    except OSError as exc:
        raise cannot_write(target, exc) from exc


def bring_back(copy: Path, data: Path) -> None:
    """Takes over what the journals know that lie beside a copy, or in the data directory in whose
    backups folder it lies.
    """
    take_over(data, (copy.parent / BESIDE, copy.parent.parent / FILE, *_of_machines(copy)))


def _of_machines(copy: Path) -> Sequence[Path]:
    """The journal of the machine that the copy is named after; of a copy with another name all that
    are there: too many close nothing that anybody wanted open.
    """
    named = _STAMPED.fullmatch(copy.name)
    own = copy.with_name(f"{named[1]}-{BESIDE}") if named else None
    return [own] if own and own.exists() else sorted(copy.parent.glob(f"*-{BESIDE}"))


def take_over(data: Path, journals: Iterable[Path]) -> None:
    """What these know and the own one does not. Raises StoreUnavailable."""
    known = set(read(data))
    new: dict[ErasureEntry, None] = {}
    for path in journals:
        if path.resolve() != (data / FILE).resolve():
            new |= dict.fromkeys(each for each in _entries_in(path) if each not in known)
    if new:
        append(data, sorted(new, key=lambda each: each.at_ms))


def _said_in(path: Path) -> bytes | None:
    """None where there is no journal. Raises StoreUnavailable, also for what is no file."""
    try:
        with os.fdopen(open_handed(path), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise cannot_read(path, exc) from exc


def _known_there_alone(there: Path, said: bytes) -> bytes:
    """Nothing of what is no file, or is larger than a journal grows."""
    if not there.is_file() or there.is_symlink() or there.stat().st_size > _MOST_BYTES:
        return b""
    before = _said_in(there) or b""
    if said.startswith(before):  # as it is but for a machine that has another journal now
        return b""
    known = set(_entries_of(io.BytesIO(said), there))
    alone = dict.fromkeys(_entries_of(io.BytesIO(before), there))
    return text_of(each for each in alone if each not in known).encode()


def _entries_in(path: Path) -> Iterator[ErasureEntry]:
    """Nothing where there is no journal. Raises StoreUnavailable, also for what is no file."""
    try:
        with os.fdopen(open_handed(path), "rb") as file:
            yield from _entries_of(file, path)
    except FileNotFoundError:
        return
    except OSError as exc:
        raise cannot_read(path, exc) from exc


def _entries_of(file: IO[bytes], path: Path) -> Iterator[ErasureEntry]:
    unread = 0
    while line := file.readline(_LONGEST_BYTES):
        try:
            if line.strip():
                yield _entry_in(line.decode("utf-8", "replace"))
        except (ValueError, TypeError, KeyError, RecursionError):
            unread += 1
    if unread:
        log.warning("%d lines of %s cannot be read", unread, path)


def _entry_in(line: str) -> ErasureEntry:
    """Raises all that a line may which nobody here wrote."""
    told = json.loads(line)
    entry = ErasureEntry(**{**told, "what": JournalWhat(told["what"])})
    words = (entry.scheme, entry.stands_for, "" if entry.line_id is None else entry.line_id)
    if not all(isinstance(each, str) and each.isascii() for each in words):
        raise ValueError
    if type(entry.at_ms) is not int or not 0 <= entry.at_ms <= _LATEST_MS:
        raise ValueError
    return entry
