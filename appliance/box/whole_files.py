"""Files that are replaced whole: who reads one, or cuts the power, finds the old or the new."""

import os
from pathlib import Path


def put_whole(
    path: Path, content: bytes, *, mode: int = 0o600, owner: os.stat_result | None = None
) -> bool:
    """True when it was not so already. Of one writer at a time, who holds the folder's lock. With
    `owner` it belongs to whoever owns that, from the moment that it has its name.

    What a killed writer left behind has the same name, and is written over by the next one.
    """
    if _is_so(path, content, mode, owner):
        return False
    part = part_of(path)
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fchmod(file.fileno(), mode)
        if owner is not None:
            os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        os.fsync(file.fileno())
    part.replace(path)
    keep_names(path.parent)
    return True


def part_of(path: Path) -> Path:
    """Where it grows; there is one after a power cut."""
    return path.with_name(f".{path.name}.part")


def _is_so(path: Path, content: bytes, mode: int, owner: os.stat_result | None) -> bool:
    if not path.is_file() or path.read_bytes() != content:
        return False
    found = path.stat()
    has_owner = owner is None or (found.st_uid, found.st_gid) == (owner.st_uid, owner.st_gid)
    return found.st_mode & 0o777 == mode and has_owner


def keep_names(folder: Path) -> None:
    """After it a power cut forgets no name that was made or taken in the folder."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
