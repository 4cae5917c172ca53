"""A large file that is there whole or not at all, whatever happens while it is written.

It grows under another name, held by a lock that ends with its process. A part that nobody holds was
left by a process that was killed; the next one that writes to the folder takes it away.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from appliance.errors import StoreUnavailable

SUFFIX = ".balie.part"
"""Long enough that it is nobody else's: a browser calls what it downloads `….part`."""

_MB = 1_000_000


@contextmanager
def held_part(target: Path) -> Iterator[tuple[Path, int]]:
    """A new, private and empty file beside `target`, with its handle. It is gone after the block
    unless it got another name.

    Raises StoreUnavailable when another process is writing it, or it cannot be made.
    """
    part = target.with_name(target.name + SUFFIX)
    try:
        handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as exc:
        raise _is_in_use(part) from exc
    except OSError as exc:
        raise cannot_write(target, exc) from exc
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not os.fstat(handle).st_nlink:  # taken away before it was locked
            raise _is_in_use(part)
        yield part, handle
    finally:
        _remove(part)
        os.close(handle)


def keep(part: Path, handle: int, target: Path) -> None:
    """Gives a part that is on the disk its name, also on the disk on return."""
    os.fsync(handle)
    part.replace(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # a disk of another make may not know this
            os.fsync(handle)
    finally:
        os.close(handle)


def clear_left(folder: Path) -> None:
    """Takes away the parts of processes that were killed."""
    for part in folder.glob(f"*{SUFFIX}"):
        with suppress(OSError):
            handle = os.open(part, os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(part)
            finally:
                os.close(handle)


def need_room(folder: Path, size: int) -> None:
    """Raises StoreUnavailable, with what to do, where the disk of this folder has less room."""
    free = shutil.disk_usage(folder).free
    if free < size:
        raise StoreUnavailable(
            f"The copy needs {_in_mb(size)} in {folder}, and {_in_mb(free)} are free on its disk;"
            " make room on it, or take another disk."
        )


def cannot_read(path: Path, exc: OSError) -> StoreUnavailable:
    return StoreUnavailable(f"{path} cannot be read ({exc.strerror}).")


def cannot_write(path: Path, exc: OSError) -> StoreUnavailable:
    return StoreUnavailable(f"{path} cannot be written ({exc.strerror}); look at its disk.")


def _is_in_use(part: Path) -> StoreUnavailable:
    return StoreUnavailable(f"{part} is used by another program; try again when it is gone.")


def _in_mb(size: int) -> str:
    return f"{-(-size // _MB):,} MB"


def _remove(part: Path) -> None:
    """With what SQLite may have put beside it, which has no lock of its own and so goes first."""
    for beside in ("-journal", "-wal", "-shm"):
        part.with_name(part.name + beside).unlink(missing_ok=True)
    part.unlink(missing_ok=True)
