"""Takes a whole copy apart: into a data directory, or only to see whether it is whole.

Nothing in it is believed: a part has a name that such a copy has, or the file is no copy. The
database gets its name last, so a restore that was killed is begun again.
"""

import hashlib
import json
import re
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import IO, Protocol

import zstandard

from appliance.box.age import decrypting, is_encrypted
from appliance.box.whole_copy import (
    ABOUT,
    DATABASE,
    FORMAT,
    KEY,
    MANIFEST,
    Hashed,
    is_evidence,
    line_of,
)
from appliance.errors import NewerDatabase, SetupError, StoreCorrupt
from appliance.media.files import FOLDER, MediaFiles
from appliance.store import erasure_journal, house_key, restoring
from appliance.store.part_files import cannot_read, cannot_write, clear_left, held_part, keep

_HEAD_BYTES = 512
_TAR_SIGN = slice(257, 262)
_BLOCK_BYTES = 1024 * 1024
_SMALL_BYTES = 1024 * 1024
"""More than a part has that is read as a whole: what the copy is, and the keys."""
_MEDIA = re.compile(rf"{FOLDER}/[0-9a-f]{{2}}/([0-9a-f]{{64}})")


@dataclass(slots=True, kw_only=True)
class FoundCopy:
    """What a copy holds: the hashes of its files of messages, and how many parts of other kinds."""

    made_ms: int = 0
    has_key: bool = False
    media: set[str] = field(default_factory=set)
    evidence: int = 0


class RestoreStep(Enum):
    """In this order; tests end the process at one of them, as a power cut may."""

    BEGUN = "begun"
    UNPACKED = "unpacked"
    KEY_KEPT = "key-kept"
    JOURNAL_KEPT = "journal-kept"
    FILE_KEPT = "file-kept"
    WHOLE = "whole"
    SETTLED = "settled"
    KEPT = "kept"


RestoreSteps = Callable[[RestoreStep], None]


def no_restore_steps(step: RestoreStep) -> None:
    del step


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


def is_whole_copy(copy: Path) -> bool:
    """Whether it is one of these by how it begins; a file that cannot be read is none."""
    try:
        with copy.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return False
    return is_encrypted(head) or head[_TAR_SIGN] == b"ustar"


def restore_whole(
    copy: Path,
    target: Path,
    identity: Path | None,
    *,
    clock_ms: int,
    steps: RestoreSteps = no_restore_steps,
) -> FoundCopy:
    """`target` is the database of an empty data directory. As `restoring.restore` otherwise.

    Raises SetupError where the copy is encrypted and the identity does not open it.
    """
    data = target.parent
    # One that lies beside the copy knows what came later.
    erasure_journal.bring_back(copy, data)
    steps(RestoreStep.BEGUN)
    with _taking_apart(copy, target, identity, _Keeping(data, steps)) as (found, part, handle):
        steps(RestoreStep.WHOLE)
        restoring.settle(part, target, frozenset(found.media), clock_ms=clock_ms)
        steps(RestoreStep.SETTLED)
        keep(part, handle, target)
        steps(RestoreStep.KEPT)
    return found


def check_whole(copy: Path, folder: Path, identity: Path | None) -> FoundCopy:
    """Reads all of it. Raises what `restore_whole` would raise, and leaves nothing."""
    with _taking_apart(copy, folder / "checked.db", identity, _Looking()) as (found, _, _):
        return found


class _Looking:
    """Reads a part and keeps nothing of it."""

    steps: RestoreSteps = staticmethod(no_restore_steps)

    def key(self, said: bytes) -> None:
        del said

    def journal(self, source: _Readable) -> None:
        _skip(source)

    def media(self, sha256: str, source: _Readable) -> bool:
        return _hash_of(source) == sha256

    def evidence(self, name: str, source: _Readable) -> None:
        del name
        _skip(source)


class _Keeping(_Looking):
    """Puts each part where it belongs below a data directory."""

    def __init__(self, data: Path, steps: RestoreSteps) -> None:
        self.steps = steps
        self._data = data
        self._files = MediaFiles(data / FOLDER)

    def key(self, said: bytes) -> None:
        """Beside those that are there; one that systemd hands in cannot be added to here, and the
        next start says so where another one is missing.
        """
        path, in_use = self._data / KEY, house_key.path_of(self._data)
        with held_part(path) as (part, handle):
            part.write_bytes(said)
            if not in_use.exists():
                keep(part, handle, path)
            elif in_use == path:
                house_key.add(self._data, part)
        self.steps(RestoreStep.KEY_KEPT)

    def journal(self, source: _Readable) -> None:
        with held_part(self._data / f"coming-{erasure_journal.FILE}") as (part, handle):
            del handle
            with part.open("wb") as onto:
                _pour(source, onto)
            erasure_journal.take_over(self._data, [part])
        self.steps(RestoreStep.JOURNAL_KEPT)

    def media(self, sha256: str, source: _Readable) -> bool:
        with self._files.growing() as growing:
            while block := source.read(_BLOCK_BYTES):
                growing.write(block)
            whole = growing.sha256 == sha256 and growing.keep().sha256 == sha256
        self.steps(RestoreStep.FILE_KEPT)
        return whole

    def evidence(self, name: str, source: _Readable) -> None:
        path = self._data / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with held_part(path) as (part, handle):
            with part.open("wb") as onto:
                _pour(source, onto)
            keep(part, handle, path)


@contextmanager
def _taking_apart(
    copy: Path, target: Path, identity: Path | None, to: _Looking
) -> Iterator[tuple[FoundCopy, Path, int]]:
    """A part beside the target that holds the database, once all of the copy was found whole."""
    try:
        clear_left(target.parent)
        with held_part(target) as (part, handle):
            with _opened(copy, identity) as stream:
                found = _Taking(copy, to, handle).all_of(stream)
            restoring.refuse_what_is_none(copy, part)
            yield found, part, handle
    except OSError as exc:
        raise cannot_write(target, exc) from exc


@contextmanager
def _opened(copy: Path, identity: Path | None) -> Iterator[_Readable]:
    with ExitStack() as stack:
        try:
            file = stack.enter_context(copy.open("rb"))
            encrypted = is_encrypted(file.read(_HEAD_BYTES))
            file.seek(0)
        except OSError as exc:
            raise cannot_read(copy, exc) from exc
        if not encrypted:
            yield file
            return
    if identity is None:
        raise SetupError(
            f"{copy} is encrypted. Give the private half of its key: --identity FILE, from whoever"
            " made the pair (age-keygen)."
        )
    with decrypting(copy, identity) as stream:
        yield stream


class _Taking:
    """Goes through the parts once, in their order."""

    def __init__(self, copy: Path, to: _Looking, database: int) -> None:
        self._copy, self._to, self._database = copy, to, database
        self._found = FoundCopy()
        self._manifest = hashlib.sha256()
        self._has_database = False

    def all_of(self, stream: _Readable) -> FoundCopy:
        """Raises StoreCorrupt and NewerDatabase."""
        try:
            with tarfile.open(fileobj=stream, mode="r|") as tar:  # type: ignore[call-overload]
                while (entry := tar.next()) is not None:
                    tar.members.clear()  # it remembers each
                    source = tar.extractfile(entry) if entry.isreg() else None
                    if source is None:
                        raise self._damaged(f"{entry.name} is no file")
                    if entry.name == MANIFEST:
                        return self._ended(source)
                    self._take(entry.name, source)
        except tarfile.TarError as exc:
            if "unexpected end" not in str(exc):
                raise self._damaged(str(exc)) from exc
        if stream.read(1):
            raise self._damaged("a part begins wrongly")
        raise StoreCorrupt(f"{self._copy} is cut short; take another copy.")

    def _take(self, name: str, source: IO[bytes]) -> None:
        hashed = Hashed(source)
        self._put(name, hashed)
        _skip(hashed)
        self._manifest.update(line_of(hashed.sha256, name).encode())

    def _put(self, name: str, source: Hashed) -> None:
        if name == ABOUT:
            self._note(source.read(_SMALL_BYTES))
        elif name == DATABASE:
            self._unpack(source)
        elif name == KEY:
            self._to.key(source.read(_SMALL_BYTES))
            self._found.has_key = True
        elif name == erasure_journal.FILE:
            self._to.journal(source)
        elif media := _MEDIA.fullmatch(name):
            if not self._to.media(media[1], source):
                raise self._damaged(f"{name} has other content")
            self._found.media.add(media[1])
        elif is_evidence(name):
            self._to.evidence(name, source)
            self._found.evidence += 1
        else:
            raise self._damaged(f"{name} is no part of a copy")

    def _note(self, said: bytes) -> None:
        try:
            about = json.loads(said)
            newer = int(about["format"]) > FORMAT
            self._found.made_ms = int(about["made_ms"])
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as exc:
            raise self._damaged(f"{ABOUT} cannot be read") from exc
        if newer:
            raise NewerDatabase(f"{self._copy} was written by a newer Balie. Update Balie first.")

    def _unpack(self, source: Hashed) -> None:
        with open(self._database, "wb", closefd=False) as onto:
            try:
                zstandard.ZstdDecompressor().copy_stream(source, onto)  # type: ignore[arg-type]
            except zstandard.ZstdError as exc:
                raise self._damaged(f"{DATABASE}: {exc}") from exc
        self._has_database = True
        self._to.steps(RestoreStep.UNPACKED)

    def _ended(self, source: IO[bytes]) -> FoundCopy:
        if _hash_of(source) != self._manifest.hexdigest():
            raise self._damaged("a part is other than its manifest says")
        if not self._has_database:
            raise self._damaged("it holds no database")
        return self._found

    def _damaged(self, why: str) -> StoreCorrupt:
        return StoreCorrupt(f"{self._copy} is damaged ({why}); take another copy.")


def _hash_of(source: _Readable) -> str:
    hashed = hashlib.sha256()
    while block := source.read(_BLOCK_BYTES):
        hashed.update(block)
    return hashed.hexdigest()


def _pour(source: _Readable, onto: IO[bytes]) -> None:
    while block := source.read(_BLOCK_BYTES):
        onto.write(block)


def _skip(source: _Readable) -> None:
    while source.read(_BLOCK_BYTES):
        pass
