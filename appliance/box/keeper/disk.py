"""Small files that are there whole or not at all, also after a power cut.

As in `box/whole_files.py`, which this folder may not know: it is laid aside alone.
"""

import os
from pathlib import Path

READABLE = 0o644


def put_whole(path: Path, content: bytes, mode: int = READABLE) -> None:
    """On the disk on return. Raises OSError, and leaves what was there then."""
    part = path.with_name(f".{path.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
    try:
        os.fchmod(handle, mode)
        left = memoryview(content)
        while left:  # a disk that is full takes a part, and says so at the next one
            left = left[os.write(handle, left) :]
        os.fsync(handle)
    finally:
        os.close(handle)
    part.replace(path)
    sync_folder(path.parent)


def remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
