"""Whether a disk has room for what an update is about to write there."""

import shutil
from pathlib import Path

from appliance.errors import UpdateRefused

_MB = 1_000_000


def need_room(folder: Path, size: int) -> None:
    """Raises UpdateRefused where less than that many bytes are free."""
    free = shutil.disk_usage(folder).free
    if free < size:
        raise UpdateRefused(
            "no-room",
            f"The update needs {size // _MB} MB in {folder}, and {free // _MB} are free."
            " Make room and begin again.",
        )
