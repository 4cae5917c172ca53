"""Whose password is checked now. One check costs 19 MiB and a core for a while, so few run at once.

Browsers that have logged in before go first, in a queue of their own: many strangers make each
other wait, and no colleague.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from appliance.errors import Refused
from appliance.reasons import Reason

AT_ONCE = 2
"""Of a Pi's four cores: the phones and the pages want theirs."""
MAX_WAITING = 16
"""In each of the two queues: as many as take some seconds."""


class Crowded(Refused):
    """Too many wait already; nothing was checked."""

    retry_after_s = 5

    def __init__(self) -> None:
        super().__init__(
            Reason.CROWDED,
            "Too many people are logging in at this moment.",
            remedy="Try again in a few seconds.",
        )


class Turns:
    """For one event loop."""

    def __init__(self) -> None:
        self._running = 0
        self._known: deque[asyncio.Future[None]] = deque()
        self._strangers: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def one(self, *, known: bool) -> AsyncIterator[None]:
        """Waits for a turn. Raises Crowded."""
        await self._take(self._known if known else self._strangers)
        try:
            yield
        finally:
            self._pass_on()

    async def _take(self, queue: deque[asyncio.Future[None]]) -> None:
        if self._running < AT_ONCE:
            self._running += 1
            return
        if len(queue) >= MAX_WAITING:
            raise Crowded
        turn = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn in queue:
                queue.remove(turn)
            elif not turn.cancelled():
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        for queue in (self._known, self._strangers):
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._running -= 1
