"""Writes from an event loop: they go to the writer together and are answered together.

While the loop is busy with requests, its writes are collected. When a round of the loop adds no
write, all go to the writer as one piece of work. So the writer works while the loop rests, instead
of both competing for the interpreter, and one wake-up answers all.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

MAX_COLLECTED = 64
"""Writes on one commit: enough to hide its fsync, few enough to stay short."""

Work = Callable[[Any], Any]
"""Takes the transaction, as `begin` gives it."""
_OnConnection = Callable[[sqlite3.Connection], Any]


@dataclass(slots=True)
class _Write:
    work: Work
    answer: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None


class LoopWrites:
    """For one loop, and used in that loop only, except where it says otherwise."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        submit: Callable[[_OnConnection], Future[Any]],
        begin: _OnConnection,
    ) -> None:
        self.loop = loop
        self._submit = submit
        self._begin = begin
        self._collected: list[_Write] = []

    def write(self, work: Work) -> asyncio.Future[Any]:
        """The future gets the result of `work` when that is on the disk.

        If the future is cancelled before the writer reaches it, nothing is written.
        """
        write = _Write(work, self.loop.create_future())
        self._collected.append(write)
        if len(self._collected) == 1:
            self.loop.call_soon(self._hand_over, 0)
        return write.answer

    def _hand_over(self, seen: int) -> None:
        """Waits for another round of the loop as long as each round adds a write."""
        if seen < len(self._collected) < MAX_COLLECTED:
            self.loop.call_soon(self._hand_over, len(self._collected))
            return
        together, self._collected = self._collected, []
        work = partial(_run, together, self._begin)
        self._submit(work).add_done_callback(partial(self._tell, together))

    def _tell(self, together: Sequence[_Write], done: Future[Any]) -> None:
        """Runs in the writer's thread."""
        with suppress(RuntimeError):  # the loop was closed: nobody waits any more
            self.loop.call_soon_threadsafe(_answer, together, done.exception())


def _run(together: Sequence[_Write], begin: _OnConnection, conn: sqlite3.Connection) -> None:
    """Each in its own savepoint: one that fails undoes only itself."""
    tx = begin(conn)
    for write in together:
        if not write.answer.cancelled():
            conn.execute("SAVEPOINT loop_write")
            _attempt(write, tx, conn)
            conn.execute("RELEASE loop_write")


def _attempt(write: _Write, tx: Any, conn: sqlite3.Connection) -> None:
    """An error that ended the whole transaction, such as a full disk, fails each write."""
    try:
        write.result = write.work(tx)
    except Exception as exc:
        if not conn.in_transaction:
            raise
        conn.execute("ROLLBACK TO loop_write")
        write.error = exc


def _answer(together: Sequence[_Write], failure: BaseException | None) -> None:
    for write in together:
        if write.answer.done():
            continue
        if (error := failure or write.error) is not None:
            write.answer.set_exception(error)
        else:
            write.answer.set_result(write.result)
