"""One running Balie a data directory: two would send the same message twice."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.errors import SetupError


@contextmanager
def only_instance(data: Path) -> Iterator[None]:
    """Raises SetupError when another Balie runs on this directory. Freed by the kernel."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "balie.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            raise SetupError(f"A Balie is running on {data} already; stop it first.") from exc
        yield
