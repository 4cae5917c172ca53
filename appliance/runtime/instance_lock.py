"""One running Balie a data directory: two would send the same message twice."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from appliance.errors import SetupError


@contextmanager
def only_instance(data: Path) -> Iterator[None]:
    """Raises SetupError when another Balie runs on this directory, or nothing can be written there.

    Freed by the kernel.
    """
    with _lock_file(data) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            raise SetupError(f"A Balie is running on {data} already; stop it first.") from exc
        yield


def _lock_file(data: Path) -> TextIO:
    try:
        data.mkdir(parents=True, exist_ok=True)
        return (data / "balie.lock").open("w")
    except OSError as exc:
        raise SetupError(
            f"{data} cannot be written ({exc.strerror}); look at its owner and its disk."
        ) from exc
