"""Asks a box for what only it has, such as a thread whose words stay there. What it answers is
never written to the office's disk.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from appliance.desk.access.bearer import new_token
from appliance.office.head import refusals
from appliance.office.link import CommandAsker, CommandKind, FetchAnswer
from appliance.office.tables import commands
from appliance.store.store import Store

MOST_WAITING = 200
"""Of all boxes together."""
MOST_READ = 4
"""Answers that are read at the same time, of some megabytes each: others wait on their line."""


class Fetches:
    """For one event loop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: dict[str, tuple[str, asyncio.Future[FetchAnswer]]] = {}
        self._turns = asyncio.Semaphore(MOST_READ)
        self._inside: set[str] = set()

    async def ask(
        self,
        box_id: str,
        path: str,
        by: CommandAsker,
        *,
        within_s: float = 10.0,
        part: str | None = None,
    ) -> FetchAnswer | None:
        """What the box's own API says to a GET of this path; `part` is the `Range` that it is asked
        for, which a box of before does not know. None: the box did not answer in time.

        Raises NotFound for a box that is none.
        """
        if len(self._waiting) >= MOST_WAITING:
            return None
        ask, answer = new_token(), asyncio.get_running_loop().create_future()
        self._waiting[ask] = (box_id, answer)
        body = {"ask": ask, "path": path, **({} if part is None else {"range": part})}
        expires_ms = self._store.clock.now_ms() + int(within_s * 1000)
        try:
            await self._store.awrite(
                lambda tx: commands.give(
                    tx,
                    box_id,
                    CommandKind.FETCH,
                    body,
                    by,
                    expires_ms=expires_ms,
                )
            )
            async with asyncio.timeout(within_s):
                answered: FetchAnswer = await answer
                return answered
        except TimeoutError:
            return None
        finally:
            del self._waiting[ask]

    @asynccontextmanager
    async def turn(self, box_id: str) -> AsyncIterator[None]:
        """To read what a box answers. Raises ProblemError (503) where it is at another answer."""
        if box_id in self._inside:
            raise refusals.busy()
        self._inside.add(box_id)
        try:
            async with self._turns:
                yield
        finally:
            self._inside.discard(box_id)

    def is_awaited(self, box_id: str, ask: str) -> bool:
        """False where nobody waits for it, or another box was asked."""
        asked, future = self._waiting.get(ask, ("", None))
        return asked == box_id and future is not None and not future.done()

    def answered(self, box_id: str, ask: str, answer: FetchAnswer) -> bool:
        """False where it is not awaited."""
        if not self.is_awaited(box_id, ask):
            return False
        self._waiting[ask][1].set_result(answer)
        return True
