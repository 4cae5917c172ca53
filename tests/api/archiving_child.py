"""A process that makes the archives that were asked for, until it is killed."""

import signal
from pathlib import Path

from appliance.clock import ManualClock
from appliance.media.files import FOLDER, MediaFiles
from appliance.runtime import kinds
from appliance.runtime.archivist import Archivist
from appliance.store.store import Store


def archive(data: Path, now_ms: int) -> None:
    kinds.load()
    store = Store(data / "balie.db", ManualClock(at_ms=now_ms))
    Archivist(store, data, MediaFiles(data / FOLDER)).start()
    signal.pause()
