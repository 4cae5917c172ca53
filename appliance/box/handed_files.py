"""Files that a program with fewer rights, or a stick, hands to one with more."""

import errno
import os
import stat
from pathlib import Path

MOST_BYTES = 256 * 1024


def read_handed(path: Path, *, most: int = MOST_BYTES) -> bytes | None:
    """Of a small one. None where it is not there, is no file, is a link or is larger: whoever owns
    the folder may have put something else in its place.
    """
    try:
        with os.fdopen(open_handed(path), "rb") as file:
            content = file.read(most + 1)
    except OSError:
        return None
    return content if len(content) <= most else None


def open_handed(path: Path, flags: int = os.O_RDONLY) -> int:
    """The handle of a file and of nothing else: it follows no link as its last step, and waits for
    no pipe. With O_CREAT among the flags it is private. Raises OSError.
    """
    handle = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is no file")
    return handle
