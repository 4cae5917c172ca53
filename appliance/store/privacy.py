"""Only the owner may use the data directory: nobody else reads it, and root leaves no files in it.

The owner may put a link into it at any time, also while root works on it. So each part is opened
without following links, and is changed by its handle, never by its name.
"""

import os
import pwd
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_IMODE, S_ISDIR, S_ISLNK

_OTHERS = 0o077
_ROOT = 0
_DATABASES = frozenset({"balie.db", "office.db"})
_DEPTH = 4
"""The deepest part is a picture: media, evidence, the folder of an attempt, the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """`handle` refers to what was found at `path`, whatever has that name later."""

    path: Path
    handle: int
    found: os.stat_result
    owner: os.stat_result

    @property
    def itself(self) -> str:
        """A path that always leads to this part: nobody can put anything else there."""
        return f"/proc/self/fd/{self.handle}"

    @property
    def is_loose(self) -> bool:
        return bool(self.found.st_mode & _OTHERS)

    @property
    def is_foreign(self) -> bool:
        return self.found.st_uid != self.owner.st_uid

    @property
    def is_of_elsewhere(self) -> bool:
        """A hard link to somebody else's file elsewhere: a change here would change that, too."""
        many = self.found.st_nlink > 1 and not S_ISDIR(self.found.st_mode)
        return self.is_foreign and many


def keep_private(data: Path) -> None:
    """Others may not read what this process creates from here on, nor what is there already.

    Files of another owner stay as they are: see `loose`.
    """
    os.umask(_OTHERS)
    for part in _parts(data):
        if part.is_loose and not part.is_of_elsewhere:
            with suppress(OSError):
                os.chmod(part.itself, S_IMODE(part.found.st_mode) & ~_OTHERS)  # noqa: PTH101


def hand_over(data: Path) -> None:
    """Gives root's files in somebody's data directory to its owner, who could not write them."""
    if os.geteuid() != _ROOT:
        return
    for part in _parts(data):
        if part.is_foreign and part.found.st_uid == _ROOT and not part.is_of_elsewhere:
            os.chown(part.itself, part.owner.st_uid, part.owner.st_gid)


def loose(data: Path) -> Sequence[Path]:
    """The parts that others on the machine may read: the folder, and what lies in it."""
    return [part.path for part in _parts(data) if part.is_loose]


def foreign(data: Path) -> Sequence[Path]:
    """The parts whose owner is not the owner of the folder."""
    return [part.path for part in _parts(data) if part.is_foreign]


def owner_of(data: Path) -> str:
    uid = data.stat().st_uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _parts(data: Path) -> Iterator[_Part]:
    """No parts in a folder that has other files and no database: it was named by mistake."""
    # The directory itself may be a link: only the owner of the folder above it can make one there.
    with _held(data, os.O_DIRECTORY) as handle:
        if handle is None:
            return
        names = _names(handle)
        if not names or not _DATABASES.isdisjoint(names):
            yield from _within(data, handle, os.fstat(handle), _DEPTH)


def _within(path: Path, handle: int, owner: os.stat_result, depth: int) -> Iterator[_Part]:
    """The open part itself, and what lies in it."""
    found = os.fstat(handle)
    if S_ISLNK(found.st_mode):
        return
    yield _Part(path=path, handle=handle, found=found, owner=owner)
    for name in _names(handle) if depth and S_ISDIR(found.st_mode) else ():
        with _held(name, os.O_NOFOLLOW, within=handle) as inside:
            if inside is not None:
                yield from _within(path / name, inside, owner, depth - 1)


@contextmanager
def _held(path: Path | str, how: int, *, within: int | None = None) -> Iterator[int | None]:
    """None when it is gone. The handle can neither read nor write it."""
    try:
        handle = os.open(path, os.O_PATH | how, dir_fd=within)
    except OSError:
        yield None
        return
    try:
        yield handle
    finally:
        os.close(handle)


def _names(folder: int) -> Sequence[str]:
    """Empty when it may not be read."""
    try:
        handle = os.open(".", os.O_RDONLY | os.O_DIRECTORY, dir_fd=folder)
    except OSError:
        return ()
    try:
        return sorted(os.listdir(handle))  # noqa: PTH208 -- by its handle
    finally:
        os.close(handle)
