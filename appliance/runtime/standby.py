"""An office that waits for its turn: another one serves on the same data directory, and this one
goes on in its place as soon as that has ended, in whatever way.
"""

import logging
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from appliance.box.service_manager import ServiceManager
from appliance.runtime.ending import end_if_told
from appliance.runtime.feeding import SIGNS

log = logging.getLogger(__name__)


class Standby:
    """`look` is called again and again while it waits. Each time it does one of the `steps` that
    make ready what takes long: its turn may come in the midst of them.
    """

    def __init__(
        self,
        data: Path,
        manager: ServiceManager,
        steps: Iterator[None],
        *,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._data = data
        self._manager = manager
        self._steps = steps
        self._now_s = now_s
        self._every_s = math.inf if manager.watchdog_s is None else manager.watchdog_s / SIGNS
        self._next_s: float | None = None

    def look(self) -> None:
        """Tells systemd that it is up, and lives: to wait is all that it is to do now. Raises
        SystemExit once it was told to end.
        """
        end_if_told()
        if self._next_s is None:
            log.info(
                "another Balie serves on %s: this one waits, and goes on once that ends", self._data
            )
            self._manager.serves()
        next(self._steps, None)
        if self._next_s is None or self._now_s() >= self._next_s:
            self._manager.lives()
            self._next_s = self._now_s() + self._every_s
