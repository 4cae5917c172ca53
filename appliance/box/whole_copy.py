"""A whole copy: one file with all that is needed to go back, for a place outside this machine.

It is a tar of these parts, in this order:

- `balie-copy.json`: when it was made, and by which Balie.
- `balie.db.zst`: the database, packed.
- `house-key`: only where the file is encrypted; in the clear it is no part of any copy.
- `erasures.jsonl`: who withdrew and who was erased until then, as hashes.
- `media/…`: the files of messages, each named by its hash, and what proves attempts.
- `manifest.txt`: the SHA-256 of each part before it, as `sha256sum --check` reads it.

It is written and read part by part and is never whole in memory. The manifest comes last, so a file
without one was cut short.
"""

import hashlib
import io
import json
import os
import re
import shutil
import tarfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from appliance import __version__
from appliance.box.age import Sink, encrypting
from appliance.box.handed_files import open_handed
from appliance.errors import SetupError
from appliance.media.files import FOLDER, MediaFiles
from appliance.store import erasure_journal, house_key, kept_copies, media_copies
from appliance.store.keeping import low_bytes
from appliance.store.part_files import cannot_write, clear_left, held_part, keep, need_room
from appliance.store.store import Store

FORMAT = 1
ABOUT, DATABASE, KEY, MANIFEST = "balie-copy.json", "balie.db.zst", "house-key", "manifest.txt"
EVIDENCE = "evidence"
"""Below the folder of the files of messages."""
ENDING, ENCRYPTED = ".tar", ".tar.age"

_EVIDENCE = re.compile(rf"{FOLDER}/{EVIDENCE}(/(?!\.)[A-Za-z0-9._-]{{1,120}}){{1,3}}")
_SYNC_BYTES = 8 * 1024 * 1024
"""So much is written and then synced: a slow stick would otherwise fill the memory with it."""
_HEAD_BYTES = 1024
"""What a tar adds to a part at most: a block before it, and one that its end fills."""
_WORK = "leaving-"
_LEFT_S = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeCopy:
    """`sha256` and `bytes` are of the file itself, `files` is how many parts it has."""

    path: Path
    sha256: str
    bytes: int
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyTerms:
    """`recipient` None: in the clear, and without the key of the house."""

    recipient: str | None = None
    with_media: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _CopyPart:
    name: str
    path: Path


class CopyFile:
    """An open file that knows the hash of what was written to it."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._unsynced = 0
        self._hash = hashlib.sha256()
        self.bytes = 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def write(self, data: bytes, /) -> int:
        left = memoryview(data)
        while left:
            left = left[os.write(self._handle, left) :]
        self._hash.update(data)
        self.bytes += len(data)
        self._unsynced += len(data)
        if self._unsynced >= _SYNC_BYTES:
            os.fdatasync(self._handle)
            self._unsynced = 0
        return len(data)


def write_now(store: Store, target: Path, terms: CopyTerms) -> WholeCopy:
    """As `write_copy`, of this moment."""
    folder = store.path.parent / kept_copies.FOLDER
    made_ms = store.clock.now_ms()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        clear_work(folder)
        with TemporaryDirectory(prefix=_WORK, dir=folder) as work:
            database = Path(work, DATABASE)
            store.copy_to(database)
            return write_copy(store, database, target, terms, made_ms=made_ms)
    except OSError as exc:
        raise cannot_write(folder, exc) from exc


def write_copy(
    store: Store, database: Path, target: Path, terms: CopyTerms, *, made_ms: int
) -> WholeCopy:
    """`database` is a packed copy of that moment; what is gone since of files of messages is left
    out.

    The file has its name once it is whole, on the disk and read back. Raises StoreError and
    SetupError.
    """
    parts = list(_parts(store, database, terms))
    try:
        clear_left(target.parent)
        need_room(target.parent, _room_for(parts, store.path.parent, target.parent))
        with held_part(target) as (part, handle):
            onto = CopyFile(handle)
            files = _write(parts, onto, terms.recipient, made_ms=made_ms)
            os.fsync(handle)
            read_back(part, onto.sha256)
            keep(part, handle, target)
    except OSError as exc:
        raise cannot_write(target, exc) from exc
    return WholeCopy(path=target, sha256=onto.sha256, bytes=onto.bytes, files=files)


def clear_work(folder: Path) -> None:
    """Takes away what `write_now` had begun more than a day ago, in a process that was killed."""
    for work in folder.glob(f"{_WORK}*"):
        if time.time() - work.stat().st_mtime > _LEFT_S:
            shutil.rmtree(work, ignore_errors=True)


def read_back(path: Path, sha256: str) -> None:
    """Reads the medium itself, not what memory still has of it. Raises OSError."""
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise OSError(0, "what was written there reads otherwise")


def _write(parts: Sequence[_CopyPart], onto: Sink, recipient: str | None, *, made_ms: int) -> int:
    if recipient is None:
        return _write_tar(parts, onto, made_ms)
    with encrypting(recipient, onto) as entry:
        return _write_tar(parts, entry, made_ms)


def _write_tar(parts: Sequence[_CopyPart], onto: Sink, made_ms: int) -> int:
    lines: list[str] = []
    # The stream is never read from nor sought in, whatever its type asks for.
    with tarfile.open(fileobj=onto, mode="w|", format=tarfile.PAX_FORMAT) as tar:  # type: ignore[call-overload]
        about = {"format": FORMAT, "made_ms": made_ms, "balie": __version__}
        _add(tar, ABOUT, io.BytesIO(json.dumps(about).encode()), lines)
        for each in parts:
            try:
                source = os.fdopen(open_handed(each.path), "rb")
            except FileNotFoundError:
                if each.name == DATABASE:
                    raise
                continue  # let go meanwhile, or there is none
            with source:
                _add(tar, each.name, source, lines)
        _add(tar, MANIFEST, io.BytesIO("".join(lines).encode()), [])
    return len(lines)


def _add(tar: tarfile.TarFile, name: str, source: IO[bytes], lines: list[str]) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = source.seek(0, os.SEEK_END)
    entry.mode = 0o600
    source.seek(0)
    hashed = Hashed(source)
    tar.addfile(entry, hashed)
    tar.members.clear()  # type: ignore[attr-defined]  # it would remember each of them
    lines.append(line_of(hashed.sha256, name))


class Hashed:
    """What is read through it is hashed."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._hash.update(data)
        return data


def is_evidence(name: str) -> bool:
    """Whether a part of this name proves an attempt, and leads nowhere else."""
    return _EVIDENCE.fullmatch(name) is not None


def line_of(sha256: str, name: str) -> str:
    """Of the manifest."""
    return f"{sha256}  {name}\n"


def _parts(store: Store, database: Path, terms: CopyTerms) -> Iterator[_CopyPart]:
    data = store.path.parent
    yield _CopyPart(name=DATABASE, path=database)
    if terms.recipient is not None:
        house_key.HouseKey.of(data)  # made if it was never needed; raises where it is not here
        yield _CopyPart(name=KEY, path=house_key.path_of(data).resolve())  # root may put a link
    yield _CopyPart(name=erasure_journal.FILE, path=data / erasure_journal.FILE)
    if not terms.with_media:
        return
    files = MediaFiles(data / FOLDER)
    for sha256 in media_copies.hashes_here(store):
        yield _CopyPart(name=f"{FOLDER}/{sha256[:2]}/{sha256}", path=files.path_of(sha256))
    for path in sorted((data / FOLDER / EVIDENCE).rglob("*")):
        name = str(path.relative_to(data))
        if path.is_file() and not path.is_symlink() and is_evidence(name):
            yield _CopyPart(name=name, path=path)


def _room_for(parts: Sequence[_CopyPart], data: Path, folder: Path) -> int:
    """On the disk of the database itself so much more that it is not low for it."""
    size = sum(_size_of(each.path) + _HEAD_BYTES for each in parts)
    is_own = folder.stat().st_dev == data.stat().st_dev
    return size + low_bytes(folder) if is_own else size


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def refuse_path(recipient: str) -> None:
    """Raises SetupError for a file where a recipient belongs: `--to` meant that before."""
    if "/" in recipient or recipient.endswith((".db", ".zst", ENDING, ".age")):
        raise SetupError(
            f"--to says for whom the copy is encrypted, and {recipient} looks like a file: name the"
            f" file with --out {recipient}."
        )
