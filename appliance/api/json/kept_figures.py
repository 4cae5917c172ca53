"""The figures of `/metrics`, read by one task at a time and kept for some seconds.

However many ask, only one reader is busy and the pages keep the others.
"""

import asyncio
import time
from collections.abc import Callable

from appliance.clock import Clock
from appliance.desk.reports.figures import Figures, read_figures
from appliance.desk.reports.message_counts import MessageCounts
from appliance.store.store import Store

KEEP_S = 5.0


class KeptFigures:
    """For the event loop."""

    def __init__(
        self, store: Store, clock: Clock, *, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._clock = clock
        self._now_s = now_s
        self._reading: asyncio.Task[Figures] | None = None
        self._until_s = 0.0
        self._counts = MessageCounts()

    async def figures(self) -> Figures:
        """At most `KEEP_S` old. Raises what reading the store raises."""
        if self._reading is None or (self._reading.done() and self._now_s() >= self._until_s):
            self._reading = asyncio.create_task(self._read())
        return await asyncio.shield(self._reading)  # who leaves does not cancel it for others

    async def _read(self) -> Figures:
        """A read that fails is not kept."""
        self._until_s = 0.0
        now_ms = self._clock.now_ms()
        figures = await self._store.aread(lambda conn: read_figures(conn, now_ms, self._counts))
        self._until_s = self._now_s() + KEEP_S
        return figures
