"""One running Balie a data directory: two would send the same message twice."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from appliance.errors import SetupError
from appliance.store.privacy import owner_of

LOOK_S = 0.1
"""How soon who waits for its turn sees that the other one has ended."""
_ROOT = 0


@contextmanager
def only_instance(data: Path) -> Iterator[None]:
    """Raises SetupError when another Balie runs on this directory, or nothing can be written there.

    Also raises it when root would leave files in somebody's directory that the owner could not
    write. The kernel frees the lock.
    """
    _refuse_root(data)
    with _lock_file(data) as handle:
        if not _takes(handle):
            raise SetupError(f"A Balie is running on {data} already; stop it first.")
        yield


@contextmanager
def next_instance(data: Path, waits: Callable[[], None]) -> Iterator[None]:
    """As `only_instance`, but where another one runs it waits until that has ended, in whatever
    way. `waits` is called again and again meanwhile.
    """
    _refuse_root(data)
    handle = _lock_file(data)
    while not _takes(handle):
        handle.close()  # a file that was put in its place meanwhile is the one that counts
        waits()
        time.sleep(LOOK_S)
        handle = _lock_file(data)
    with handle:
        yield


def is_running(data: Path) -> bool:
    """Whether a Balie holds this directory, and with it the devices of its lines."""
    try:
        with (data / "balie.lock").open() as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _takes(handle: TextIO) -> bool:
    """False while another one has it. Raises SetupError where the disk knows no locks."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as exc:
        raise SetupError(f"{handle.name} cannot be locked ({exc.strerror}).") from exc
    return True


def _refuse_root(data: Path) -> None:
    if os.geteuid() == _ROOT and data.exists() and data.stat().st_uid != _ROOT:
        owner = owner_of(data)
        raise SetupError(
            f"{data} belongs to {owner}: run Balie as its owner, with sudo -u {owner} before the "
            "command."
        )


def _lock_file(data: Path) -> TextIO:
    try:
        data.mkdir(parents=True, exist_ok=True)
        return (data / "balie.lock").open("w")
    except OSError as exc:
        raise SetupError(
            f"{data} cannot be written ({exc.strerror}); look at its owner and its disk."
        ) from exc
