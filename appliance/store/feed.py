"""The event log as a live stream for many followers at once.

One task reads new events from the database when this process commits, and twice a second for what
the CLI wrote in another process. Followers read from its memory, each at its own cursor. A slow
browser delays nobody and loses nothing: events that have left the memory are still in the log.
"""

import asyncio
import contextlib
import logging
import re
import sqlite3
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing

from appliance.errors import StoreError
from appliance.events import Event
from appliance.store import events
from appliance.store.store import ReaderPool, Store, Tx
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

POLL_S = 0.5
"""How soon another process's write is noticed."""
GATHER_S = 0.05
"""Commits this close together are read together: a message and when it is expected make one hint
then, not two. Nobody notices the delay.
"""
RECENT = 1000
"""Events kept in memory; a follower that is further behind reads the database."""
BATCH = 500
_SEQUENCE = re.compile("[0-9]{1,18}")


class EventFeed:
    """Made anywhere; started and followed in one event loop."""

    def __init__(self, store: Store, *, poll_s: float = POLL_S) -> None:
        self._store = store
        self._poll_s = poll_s
        self._unread = Trouble(log, "the event log cannot be read", level=logging.ERROR)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._committed = asyncio.Event()
        self._told = False  # the loop was told of a commit and has not read it yet
        self._news = asyncio.Event()
        self._recent: deque[Event] = deque(maxlen=RECENT)
        self._closed = False
        self._followers = 0
        self.epoch = ""
        self.head = 0
        store.on_commit(self._on_commit)

    async def start(self) -> None:
        """Begins at the newest event; sets `epoch` and `head`."""
        self._loop = asyncio.get_running_loop()
        self.epoch = await self._store.awrite(epoch_of)
        self.head = await self._store.aread(events.last_seq, ReaderPool.LIVE)
        self._task = asyncio.create_task(self._run(), name="event-feed")

    def end(self) -> None:
        """Ends every stream, so that the web server can stop. For the event loop."""
        self._closed = True
        self._news.set()

    async def close(self) -> None:
        self.end()
        self._loop = None
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def follow(self, after: int) -> AsyncIterator[Event]:
        """Every event with a sequence above `after`, in order, for ever; ends with `close`."""
        async with aclosing(self.batches(after)) as batches:
            async for batch in batches:
                for event in batch:
                    yield event

    async def batches(
        self, after: int, pause_s: Callable[[], float] | None = None
    ) -> AsyncGenerator[Sequence[Event], None]:
        """As `follow`, and what came since the last batch together. With `pause_s`, which is asked
        anew each time, an empty one whenever none came within so many seconds.
        """
        self._followers += 1
        try:
            cursor = after
            while not self._closed:
                news = self._news
                if batch := await self._since(cursor):
                    yield batch
                    cursor = batch[-1].seq
                elif not await _came(news, pause_s):
                    yield ()
        finally:
            self._followers -= 1

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The one that it was started in; None while it is not."""
        return self._loop

    def cursor(self, seq: int) -> str:
        """The `id` of an event on the wire. It names the epoch: after a restore the events are
        numbered again, and a reader who reconnects must be told instead of missing them.
        """
        return f"{self.epoch}:{seq}"

    def position(self, last_event_id: str | None) -> int | None:
        """The position to resume from by a `Last-Event-ID`. None when that is not possible: the
        header is missing, of another epoch, ahead of the log or not ours. A bare sequence counts as
        one of this epoch.
        """
        epoch, _, seq = (last_event_id or "").rpartition(":")
        if epoch not in ("", self.epoch) or not _SEQUENCE.fullmatch(seq):
            return None
        return int(seq) if int(seq) <= self.head else None

    async def _since(self, cursor: int) -> Sequence[Event]:
        if cursor >= self.head:
            return ()
        if self._recent and cursor >= self._recent[0].seq - 1:
            return [event for event in self._recent if event.seq > cursor]
        head = self.head
        found = await self._store.aread(
            lambda conn: events.after(conn, cursor, limit=BATCH), ReaderPool.LIVE
        )
        # Who has heard of a later one and reconnects would be ahead of what is known here.
        return [event for event in found if event.seq <= head]

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._poll_s):
                    await self._committed.wait()
            await asyncio.sleep(GATHER_S)
            self._committed.clear()
            self._told = False
            try:
                await self._catch_up()
            except StoreError as exc:
                self._unread.met(exc, exc=exc)
                await asyncio.sleep(self._poll_s)
            else:
                self._unread.over()

    async def _catch_up(self) -> None:
        if not self._followers:
            self._recent.clear()
            self.head = await self._store.aread(events.last_seq, ReaderPool.LIVE)
            self._tell()  # a follower may have come while the log was read
            return
        while batch := await self._store.aread(self._read_new, ReaderPool.LIVE):
            self._recent.extend(batch)
            self.head = batch[-1].seq
            self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _read_new(self, conn: sqlite3.Connection) -> Sequence[Event]:
        return events.after(conn, self.head, limit=BATCH)

    def _on_commit(self) -> None:
        """Runs in the writer's thread, also while the loop is stopping."""
        loop = self._loop
        if loop is not None and not self._told:
            self._told = True
            with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
                loop.call_soon_threadsafe(self._committed.set)


async def _came(news: asyncio.Event, pause_s: Callable[[], float] | None) -> bool:
    """False once the pause is over."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(None if pause_s is None else pause_s()):
            return await news.wait()
    return False


def epoch_of(tx: Tx) -> str:
    """The name of this database's numbering, made at the first call; a restore makes a new one."""
    tx.conn.execute(
        "INSERT INTO meta (name, value) VALUES ('epoch', ?) ON CONFLICT DO NOTHING",
        (tx.new_id(),),
    )
    row = tx.conn.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()
    return str(row["value"])


def known_epoch(conn: sqlite3.Connection) -> str:
    """As `epoch_of`, for who only reads: empty before the first call of that."""
    row = conn.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()
    return "" if row is None else str(row["value"])
