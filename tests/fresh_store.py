"""A store as it is before its first use. The database is made once and then copied: to make it
takes longer than most tests do.
"""

import functools
import tempfile
from pathlib import Path

from appliance.clock import Clock, SystemClock
from appliance.store.store import Store


def fresh_store(path: Path, clock: Clock) -> Store:
    """Opens the database; one that is there already is left as it is."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_unused())
    return Store(path, clock)


@functools.cache
def _unused() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "balie.db"
        Store(path, SystemClock()).close()
        return path.read_bytes()
