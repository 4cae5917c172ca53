"""Files that are replaced whole: who reads one, or cuts the power, finds the old or the new."""

import os
from pathlib import Path


def put_whole(path: Path, content: bytes, *, mode: int = 0o600) -> bool:
    """True when it was not so already. Of one writer at a time, who holds the folder's lock.

    What a killed writer left behind has the same name, and is written over by the next one.
    """
    if path.is_file() and path.read_bytes() == content and path.stat().st_mode & 0o777 == mode:
        return False
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
    part.replace(path)
    keep_names(path.parent)
    return True


def keep_names(folder: Path) -> None:
    """After it a power cut forgets no name that was made or taken in the folder."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
