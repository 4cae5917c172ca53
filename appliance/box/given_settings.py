"""The settings that a Balie comes with, for a machine whose own are not there."""

from collections.abc import Callable
from pathlib import Path

from appliance.box.whole_files import put_whole


def put_missing(given: Path, settings: Path, give: Callable[[Path], object]) -> None:
    """What is there stays as it is. Root keeps each file, because root reads some of them, too;
    `give` lets Balie's group read it. Raises OSError.
    """
    for path in sorted(given.glob("*")):
        kept = settings / path.name
        if path.is_file() and not kept.exists():
            put_whole(kept, path.read_bytes(), mode=0o640)
            give(kept)
