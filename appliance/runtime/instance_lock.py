"""One running Balie a data directory: two would send the same message twice."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from appliance.errors import SetupError
from appliance.store.privacy import owner_of

_ROOT = 0


@contextmanager
def only_instance(data: Path) -> Iterator[None]:
    """Raises SetupError when another Balie runs on this directory, or nothing can be written there.

    Also raises it when root would leave files in somebody's directory that the owner could not
    write. The kernel frees the lock.
    """
    _refuse_root(data)
    with _lock_file(data) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            raise SetupError(f"A Balie is running on {data} already; stop it first.") from exc
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
