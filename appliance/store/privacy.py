"""The data directory is its owner's alone: nobody else reads it, and root leaves nothing in it."""

import os
import pwd
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE, S_ISDIR, S_ISLNK

_OTHERS = 0o077
_ROOT = 0
_DATABASE = "balie.db"


def keep_private(data: Path) -> None:
    """What this process makes from here on others may not read, and what is there neither.

    What belongs to somebody else stays as it is: see `loose`.
    """
    os.umask(_OTHERS)
    for path in loose(data):
        with suppress(OSError):
            path.chmod(S_IMODE(path.lstat().st_mode) & ~_OTHERS)


def hand_over(data: Path) -> None:
    """Gives what root made in somebody's data directory to its owner, who could not write it."""
    if os.geteuid() != _ROOT:
        return
    owner = data.stat()
    for path in foreign(data):
        found = path.lstat()
        # A second name of a file elsewhere is left alone: that file would change hands, too.
        if found.st_uid == _ROOT and (S_ISDIR(found.st_mode) or found.st_nlink == 1):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def loose(data: Path) -> Sequence[Path]:
    """What others on the machine may look into: the folder, and what lies at the top of it."""
    return [path for path in _parts(data) if path.lstat().st_mode & _OTHERS]


def foreign(data: Path) -> Sequence[Path]:
    """What belongs to somebody else than the folder does."""
    return [path for path in _parts(data) if path.lstat().st_uid != data.stat().st_uid]


def owner_of(data: Path) -> str:
    uid = data.stat().st_uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _parts(data: Path) -> Sequence[Path]:
    """Nothing where there is no database and something else: a folder named by mistake."""
    with suppress(OSError):
        inside = [*data.iterdir(), *data.glob("backups/*")]
        if not inside or data / _DATABASE in inside:
            return [data, *(each for each in inside if not S_ISLNK(each.lstat().st_mode))]
    return ()
