"""A process that erases, and is ended by SIGKILL at a step, as a power cut may end it."""

import os
import signal
from pathlib import Path

from appliance.clock import ManualClock
from appliance.desk.privacy.erasing import job
from appliance.runtime import kinds
from appliance.store.store import Store
from tests.queue.counter import MONDAY


def erase_until(data: Path, step: job.ErasureStep) -> None:
    """Does not return."""

    def kill(at: job.ErasureStep) -> None:
        if at is step:
            os.kill(os.getpid(), signal.SIGKILL)

    kinds.load()
    store = Store(data / "balie.db", ManualClock(at_ms=MONDAY + 1))
    while job.go_on(store, kill):
        pass
