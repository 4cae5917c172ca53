"""Files below one folder, each named by the hash of its content: what is the same lies there once.

A file grows under another name and gets its own when it is whole and on the disk. Equal content
that comes again replaces what lies there, so that its age is that of its latest coming: a row that
names it is written after that, so whoever takes a file away leaves one that came meanwhile.
"""

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from appliance.errors import StoreUnavailable
from appliance.store.part_files import cannot_write, clear_left, held_part, keep, need_room

FOLDER = "media"
"""Below the data directory."""
_PARTS = "parts"
_NAMING = threading.Lock()
"""Between a look at the age of a file and its end none gets that name."""
_SPARE_BYTES = 200_000_000
"""Left free, so that the database goes on being written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    sha256: str
    bytes: int


class GrowingFile:
    """A part that is written piece by piece; it is gone after its block unless it was kept."""

    def __init__(self, files: "MediaFiles", part: Path, handle: int) -> None:
        self.path = part
        self.bytes = 0
        self._files = files
        self._handle = handle
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Of what was written until now."""
        return self._hash.hexdigest()

    def write(self, piece: bytes) -> None:
        """Raises StoreUnavailable on a full disk."""
        try:
            left = memoryview(piece)
            while left:
                left = left[os.write(self._handle, left) :]
        except OSError as exc:
            raise cannot_write(self.path, exc) from exc
        self._hash.update(piece)
        self.bytes += len(piece)

    def keep(self) -> KeptFile:
        """It is whole; on the disk on return."""
        kept = KeptFile(sha256=self._hash.hexdigest(), bytes=self.bytes)
        target = self._files.path_of(kept.sha256)
        try:
            target.parent.mkdir(mode=0o700, exist_ok=True)
            os.fsync(self._handle)  # the long part of it: nobody waits for the lock meanwhile
            with _NAMING:
                now_ns = time.time_ns()  # finer than the clock of the disk
                os.utime(self._handle, ns=(now_ns, now_ns))
                keep(self.path, self._handle, target)
        except OSError as exc:
            raise cannot_write(target, exc) from exc
        return kept


@dataclass(frozen=True, slots=True)
class MediaFiles:
    """`folder` is `media` in the data directory. Usable from every thread."""

    folder: Path

    @contextmanager
    def growing(self) -> Iterator[GrowingFile]:
        """A new file. Raises StoreUnavailable where the disk has no room."""
        parts = self.folder / _PARTS
        try:
            parts.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as exc:
            raise cannot_write(parts, exc) from exc
        need_room(parts, _SPARE_BYTES)
        with held_part(parts / uuid4().hex) as (part, handle):
            yield GrowingFile(self, part, handle)

    def keep(self, path: Path) -> KeptFile:
        """A copy of this file."""
        with self.growing() as growing, path.open("rb") as source:
            while piece := source.read(1 << 20):
                growing.write(piece)
            return growing.keep()

    def path_of(self, sha256: str) -> Path:
        """Where content with this hash lies, if it is here."""
        return self.folder / sha256[:2] / sha256

    def thumbnail_of(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / f"{sha256}.webp"

    def forget(self, sha256: str, *, came_by_ns: int) -> None:
        """Takes it away with its thumbnail, if it is here and did not come (again) after that, by
        the clock of the machine.
        """
        path = self.path_of(sha256)
        with _NAMING, suppress(FileNotFoundError):
            if path.stat().st_mtime_ns <= came_by_ns:
                path.unlink()
        if not path.exists():
            self.thumbnail_of(sha256).unlink(missing_ok=True)

    def clear_left(self) -> None:
        """Takes away what a process that was killed had begun."""
        parts = self.folder / _PARTS
        if parts.is_dir():
            clear_left(parts)

    def is_whole(self, sha256: str) -> bool:
        """Whether the content that lies there has this hash. Reads all of it."""
        try:
            with self.path_of(sha256).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except FileNotFoundError:
            return False
        except OSError as exc:
            raise StoreUnavailable(f"{self.path_of(sha256)} cannot be read.") from exc
