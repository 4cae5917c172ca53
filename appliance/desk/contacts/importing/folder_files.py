"""The files of a watched folder: which are whole, reading them, and putting them away.

A folder lies below the one that the config names. No link leads out of it, and nothing of it is
followed.
"""

import fcntl
import os
import stat
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from appliance.desk.contacts.importing.csv_table import MOST_CHARACTERS
from appliance.errors import InvalidInput, NotFound

DONE, REFUSED = "done", "refused"
READY = ".ready"
"""`NAME.ready` beside a file says that it is whole."""
MOST_BYTES = 4 * MOST_CHARACTERS
STABLE_S = 5.0
"""For so long neither size nor time of a file changed: whoever writes it has finished."""
_ENDINGS = (".csv", ".txt")
_LONGEST_NAME = 200
"""Bytes: with the moment before it and the report's ending a name stays one that disks take."""
_DEPTH = 2
_MOST_FOLDERS = 200


@dataclass(frozen=True, slots=True)
class Stamp:
    """Another one means that somebody wrote."""

    inode: int
    size: int
    modified_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> "Stamp":
        return cls(found.st_ino, found.st_size, found.st_mtime_ns)


@dataclass(slots=True)
class WholeFiles:
    """Remembers since when each file has been as it is. One for all folders."""

    now_s: Callable[[], float] = time.monotonic
    _seen: dict[Path, tuple[Stamp, float]] = field(default_factory=dict)

    def are_whole(self, folder: Path, paths: Sequence[Path]) -> Sequence[tuple[Path, Stamp]]:
        """Those of the folder that may be read now; what is gone from it is forgotten."""
        here = [each for each in self._seen if each.parent == folder]
        for gone in set(here).difference(paths):
            del self._seen[gone]
        found = [(each, self._stamp(each)) for each in paths]
        return [(path, stamp) for path, stamp in found if stamp is not None]

    def _stamp(self, path: Path) -> Stamp | None:
        stamp = _stamp_of(path)
        if stamp is None or _is_locked(path):
            self._seen.pop(path, None)
            return None
        was = self._seen.get(path)
        if was is None or was[0] != stamp:
            self._seen[path] = was = (stamp, self.now_s())
        is_whole = self.now_s() - was[1] >= STABLE_S or _is_ready(path)
        return stamp if is_whole else None


def place(base: Path | None, name: str) -> Path:
    """Where the folder is. Raises NotFound when it is not there, or is not below the config's."""
    if base is None:
        raise NotFound("folder")
    try:
        root = base.resolve(strict=True)
        found = (root / name).resolve(strict=True)
    except OSError as exc:
        raise NotFound("folder") from exc
    if root not in found.parents or not found.is_dir():
        raise NotFound("folder")
    return found


def choices(base: Path | None) -> Sequence[str]:
    """The folders that may be watched, as they are named."""
    if base is None:
        return ()
    found: list[str] = []
    with suppress(OSError):
        _look(base.resolve(strict=True), "", _DEPTH, found)
    return sorted(found)[:_MOST_FOLDERS]


def is_usable(folder: Path) -> bool:
    """Whether files can be read there and put away: not where a link leads elsewhere."""
    with suppress(OSError):
        for name in (DONE, REFUSED):
            (folder / name).mkdir(exist_ok=True)
            if (folder / name).is_symlink():
                return False
        return all(os.access(folder / each, os.W_OK | os.X_OK) for each in ("", DONE, REFUSED))
    return False


def waiting(folder: Path) -> Sequence[Path]:
    """The files that may hold people, those that lie there longest first."""
    with os.scandir(folder) as entries:
        found = [
            (each.stat(follow_symlinks=False).st_mtime_ns, Path(each.path))
            for each in entries
            if _may_hold_people(each)
        ]
    return [path for _, path in sorted(found)]


def read(path: Path, stamp: Stamp | None = None) -> bytes | None:
    """What stands in it; None while somebody holds it or writes it, or when it is gone.

    Raises InvalidInput for one that is too long.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode) or stamp not in (None, Stamp.of(before)):
            return None
        if before.st_size > MOST_BYTES:
            raise InvalidInput("file", "The file is too long. Cut it into pieces.")
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            raw = file.read(MOST_BYTES + 1)
            after = os.fstat(handle)
        except OSError:
            return None
    return raw if Stamp.of(after) == Stamp.of(before) else None


def put_away(path: Path, into: str, *, when: str, report: str, keeps: bool = True) -> None:
    """Moves the file, or deletes it where nothing of it may be kept, and writes the report where it
    lies or would lie. Raises OSError.
    """
    kept = _free_name(path.parent / into, when, path.name)
    try:
        _write(_beside(kept), report)
        if keeps:
            path.rename(kept)
        else:
            path.unlink()
    except OSError:
        with suppress(OSError):
            _beside(kept).unlink()
        raise
    with suppress(FileNotFoundError):
        path.with_name(path.name + READY).unlink()


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
        file.write(text)


def _beside(kept: Path) -> Path:
    return kept.with_name(f"{kept.name}.report.csv")


def _free_name(folder: Path, when: str, name: str) -> Path:
    name = name.encode()[-_LONGEST_NAME:].decode(errors="ignore")
    found, at = folder / f"{when}-{name}", 2
    while any(each.exists() or each.is_symlink() for each in (found, _beside(found))):
        found, at = folder / f"{when}-{at}-{name}", at + 1
    return found


def _look(folder: Path, before: str, depth: int, found: list[str]) -> None:
    with os.scandir(folder) as entries:
        for each in entries:
            is_own = each.name in (DONE, REFUSED) or each.name.startswith(".")
            if is_own or not each.is_dir(follow_symlinks=False):
                continue
            found.append(before + each.name)
            if depth > 1 and len(found) < _MOST_FOLDERS:
                with suppress(OSError):
                    _look(Path(each.path), f"{before}{each.name}/", depth - 1, found)


def _may_hold_people(entry: "os.DirEntry[str]") -> bool:
    """No hidden file, no lock of an office program, and nothing that grows under another name."""
    is_plain = not entry.name.startswith((".", "~")) and entry.is_file(follow_symlinks=False)
    return is_plain and entry.name.casefold().endswith(_ENDINGS)


def _stamp_of(path: Path) -> Stamp | None:
    with suppress(OSError):
        return Stamp.of(path.lstat())
    return None


def _is_ready(path: Path) -> bool:
    return path.with_name(path.name + READY).is_file()


def _is_locked(path: Path) -> bool:
    """LibreOffice and Microsoft Office say so by a file beside it."""
    locks = (f".~lock.{path.name}#", f"~${path.name}", f"{path.name}.lock")
    return any(path.with_name(each).exists() for each in locks)
