"""Boxes that wait for commands: a question is held open until there is one.

One task looks for new commands when this process commits, and twice a second for what the command
line wrote; it wakes those only who have one.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterator

from appliance.errors import StoreError
from appliance.office.tables import commands
from appliance.store.store import ReaderPool, Store
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

POLL_S = 0.5
GATHER_S = 0.02


class WaitingBoxes:
    """For one event loop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._committed = asyncio.Event()
        self._told = False
        self._seq = 0
        self._bells: dict[str, set[asyncio.Event]] = {}
        self.ended = False
        self._trouble = Trouble(log, "new commands cannot be read")
        store.on_commit(self._on_commit)

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._seq = await self._store.aread(commands.newest, ReaderPool.LIVE)
        self._task = asyncio.create_task(self._run(), name="office-commands")

    def end(self) -> None:
        """Nobody waits any more, so that the web server can stop. For the event loop."""
        self.ended = True
        for bells in self._bells.values():
            for bell in bells:
                bell.set()

    async def close(self) -> None:
        self.end()
        self._loop = None
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    @contextlib.contextmanager
    def bell(self, box_id: str) -> Iterator[asyncio.Event]:
        """Rings when there may be a command for this box."""
        mine = asyncio.Event()
        self._bells.setdefault(box_id, set()).add(mine)
        try:
            yield mine
        finally:
            others = self._bells[box_id]
            others.discard(mine)
            if not others:
                del self._bells[box_id]

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await self._committed.wait()
            await asyncio.sleep(GATHER_S)
            self._committed.clear()
            self._told = False
            try:
                await self._look()
            except StoreError as exc:
                self._trouble.met(exc)
            else:
                self._trouble.over()

    async def _look(self) -> None:
        seq = await self._store.aread(commands.newest, ReaderPool.LIVE)
        if seq == self._seq:
            return
        since, self._seq = self._seq, seq
        asked = await self._store.aread(
            lambda conn: commands.boxes_since(conn, since), ReaderPool.LIVE
        )
        for box_id in asked:
            for bell in self._bells.get(box_id, ()):
                bell.set()

    def _on_commit(self) -> None:
        """Runs in the writer's thread, also while the loop is stopping."""
        loop = self._loop
        if loop is not None and not self._told:
            self._told = True
            with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
                loop.call_soon_threadsafe(self._committed.set)
