"""What is done in the data directory is done as its owner, in a child process.

The owner may put a link or any other trap there at any time; as the owner nothing is reached that
the owner could not reach anyway. The child is forked: whatever happens to the files of this
program meanwhile, its code is here already.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import NoReturn

from appliance.box.keeper.disk import sync_folder
from appliance.box.keeper.errors import KeeperError

DATABASE = "balie.db"
COPY = "before-update.db"
"""The database as it was before a version on trial; beside the database itself."""
_BESIDE = ("-journal", "-wal", "-shm")
_SPARE_BYTES = 50_000_000
_MOST_SAID = 4096


def as_owner(data: Path, work: Callable[[], str]) -> str:
    """What `work` returned, which is short. Raises KeeperError with what it raised."""
    if os.geteuid() != 0 or data.stat().st_uid == 0:
        return _caught(work)
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        _in_child(data, work, theirs)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        said = pipe.read(_MOST_SAID).decode()
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        code, _, sentence = said.partition(" ")
        raise KeeperError(code or "data", sentence or "The data directory could not be used.")
    return said


def copy_database(data: Path) -> str:
    """Balie is stopped. The copy has its name when it is whole and on the disk. Raises OSError,
    sqlite3.Error, or KeeperError where there is no room.
    """
    source, target = data / DATABASE, data / COPY
    if not source.exists():
        return ""
    size = sum(path.stat().st_size for path in data.glob(f"{DATABASE}*"))
    if shutil.disk_usage(data).free < size + _SPARE_BYTES:
        raise KeeperError("room", f"The copy needs {size + _SPARE_BYTES} bytes in {data}.")
    part = _emptied(target.with_name(f"{COPY}.part"))
    with closing(sqlite3.connect(source)) as conn, closing(sqlite3.connect(part)) as copy:
        conn.backup(copy)
    _keep(part, target)
    return ""


def put_back(data: Path) -> str:
    """The copy becomes the database, which takes no room. Balie is stopped. Without a copy it is
    done already: so it may be done again, as long as no Balie has started since.
    """
    source, target = data / COPY, data / DATABASE
    if not source.exists():
        return ""
    # What the newer version left in its log must not be read into the older database.
    for beside in _BESIDE:
        target.with_name(target.name + beside).unlink(missing_ok=True)
    sync_folder(data)
    _keep(source, target)
    return ""


def forget_copy(data: Path) -> str:
    for path in data.glob(f"{COPY}*"):
        path.unlink(missing_ok=True)
    return ""


def _emptied(part: Path) -> Path:
    """Nothing of an earlier try that was cut off."""
    for beside in ("", *_BESIDE):
        part.with_name(part.name + beside).unlink(missing_ok=True)
    part.touch(mode=0o600)
    return part


def _keep(part: Path, target: Path) -> None:
    handle = os.open(part, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    part.replace(target)
    sync_folder(target.parent)


def _caught(work: Callable[[], str]) -> str:
    try:
        return work()
    except (OSError, sqlite3.Error) as exc:
        raise KeeperError("data", f"{type(exc).__name__}: {exc}") from exc


def _in_child(data: Path, work: Callable[[], str], pipe: int) -> NoReturn:
    """Never returns: nothing of the parent may run twice."""
    status = 1
    try:
        owner = data.stat()
        os.setgroups([])
        os.setresgid(owner.st_gid, owner.st_gid, owner.st_gid)
        os.setresuid(owner.st_uid, owner.st_uid, owner.st_uid)
        os.umask(0o077)
        os.write(pipe, _caught(work).encode()[:_MOST_SAID])
        status = 0
    except KeeperError as exc:
        with suppress(OSError):
            os.write(pipe, f"{exc.code} {exc}".encode()[:_MOST_SAID])
    finally:
        os._exit(status)
