"""Tries whether a copy could be put back, in a folder that is gone afterwards."""

import logging
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from appliance.box.copy_codes import CopyWhy, why_of
from appliance.errors import StoreError, StoreUnavailable
from appliance.store import kept_copies, restoring
from appliance.store.copy_places import DrillTold
from appliance.store.kept_copies import KeptCopy
from appliance.store.store import Store

log = logging.getLogger(__name__)

_SCRATCH = "drill-"


def rehearsed(store: Store, copy: KeptCopy) -> DrillTold:
    """Opens it, lets SQLite check it, compares its files with their hashes, and counts. It takes
    the room of the database for so long, and memory for a few pages of it.
    """
    folder = store.path.parent / kept_copies.FOLDER
    now_ms = store.clock.now_ms()
    clear_scratch(folder)
    try:
        with TemporaryDirectory(prefix=_SCRATCH, dir=folder) as scratch:
            found = restoring.rehearse(folder / copy.name, Path(scratch))
    except (StoreError, OSError) as exc:
        log.warning("the newest copy could not be checked: %s", exc)
        return DrillTold(
            at_ms=now_ms, name=copy.name, made_ms=copy.made_ms, failed=_why(exc), note=str(exc)
        )
    return DrillTold(
        at_ms=now_ms,
        name=copy.name,
        made_ms=copy.made_ms,
        messages=found.messages,
        people=found.people,
        files=found.files,
    )


def clear_scratch(folder: Path) -> None:
    """Takes away what a process that was killed had opened."""
    for left in folder.glob(f"{_SCRATCH}*"):
        shutil.rmtree(left, ignore_errors=True)


def _why(exc: StoreError | OSError) -> CopyWhy:
    if isinstance(exc, StoreUnavailable | OSError):
        return why_of(exc, CopyWhy.DAMAGED)
    return CopyWhy.DAMAGED
