"""The sign of life that systemd waits for, as long as Balie does its work.

The event loop gives it, and only when the writer's thread came round since the last one: so neither
can hang unnoticed. A device's thread that hangs stops nothing here; that is one phone's trouble.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future

from appliance.box.service_manager import ServiceManager
from appliance.store.store import Store

SIGNS = 4
"""Within the time that systemd waits: one that comes late is no reason to end Balie."""

LONGEST_ALONE_S = 3600.0
"""What the writer's thread does alone, which is to write the whole file anew, may take so long on a
slow card."""


class Feeding:
    """For the event loop only."""

    def __init__(
        self,
        store: Store,
        manager: ServiceManager,
        *,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._manager = manager
        self._now_s = now_s
        self._every_s = None if manager.watchdog_s is None else manager.watchdog_s / SIGNS
        self._next_s = 0.0
        self._pulse: Future[None] | None = None

    def serves(self) -> None:
        self._manager.serves()

    def stops(self) -> None:
        self._manager.stops()

    def look(self) -> None:
        """To be called often; it does something now and then."""
        if self._every_s is None or self._now_s() < self._next_s:
            return
        self._next_s = self._now_s() + self._every_s
        if self._pulse is None or self._pulse.done():
            self._manager.lives()
            self._pulse = self._store.pulse()
        elif 0 < self._store.alone_s() < LONGEST_ALONE_S:
            self._manager.lives()
