"""The one thread that writes: short transactions; those that wait share one commit.

A commit costs an fsync, so what is waiting when the thread comes round is committed together,
each piece of work inside a savepoint of its own: one that fails takes only itself back. Nobody
is told before the commit is on the disk, but who asked not to wait for that. What such a commit
wrote lies in the log before what is written later, so the next fsync brings it to the disk, too.
"""

import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.errors import StoreUnavailable
from appliance.store.connection import translated

log = logging.getLogger(__name__)

MAX_BATCH = 64
"""Pieces of work on one commit: enough to hide the fsync, few enough to stay short."""


@dataclass(slots=True)
class _Job:
    work: Callable[[sqlite3.Connection], Any]
    done: Future[Any]
    durable: bool
    #: Outside of any transaction, by itself.
    alone: bool = False


class Writer:
    """`failed` is called for every write that failed, with the error, in the writer's thread.

    One that does not `stay` has a thread while there is something to write only: where a process
    has hundreds of databases, few of them are written at a time.
    """

    def __init__(
        self,
        path: Path,
        conn: sqlite3.Connection,
        committed: Callable[[], None],
        failed: Callable[[Exception], None],
        *,
        stays: bool = True,
    ) -> None:
        self._path = path
        self._conn = conn
        self._committed = committed
        self._failed = failed
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._next: _Job | None = None
        self._closed = False
        self._syncs = True
        self._alone_since_s: float | None = None
        self._rests = threading.Event()
        self._rests.set()
        self._door = threading.Lock()  # nothing comes in behind the None that ends the thread
        self._stays = stays
        self._thread: threading.Thread | None = None
        if stays:
            self._begin()

    def submit(
        self, work: Callable[[sqlite3.Connection], Any], *, durable: bool = True
    ) -> Future[Any]:
        return self._put(_Job(work, Future(), durable))

    def submit_alone(self, work: Callable[[sqlite3.Connection], Any]) -> Future[Any]:
        """Not in a transaction, which some of SQLite's commands cannot be in. All writes wait."""
        return self._put(_Job(work, Future(), durable=True, alone=True))

    def alone_s(self) -> float:
        """For how many seconds one of these has been at work; 0 while none is."""
        since_s = self._alone_since_s
        return 0.0 if since_s is None else time.monotonic() - since_s

    def rests_within(self, most_s: float) -> bool:
        """Waits at most so long until nothing is written, and nothing waits to be."""
        return self._rests.wait(most_s)

    def _put(self, job: _Job) -> Future[Any]:
        with self._door:
            if self._closed:
                job.done.set_exception(StoreUnavailable("Balie is stopping; nothing was written."))
            else:
                self._rests.clear()
                self._jobs.put(job)
                if self._thread is None:
                    self._begin()
        return job.done

    def _begin(self) -> None:
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Finishes the submitted work, then closes the connection."""
        with self._door:
            self._closed = True
            self._jobs.put(None)
            thread = self._thread
        if thread is not None:
            thread.join()
        self._conn.close()

    def _run(self) -> None:
        while (batch := self._next_batch()) is not None:
            # A caller that stopped waiting before its turn (a closed browser) gets nothing written.
            wanted = [job for job in batch if job.done.set_running_or_notify_cancel()]
            if wanted and wanted[0].alone:
                self._run_alone(wanted[0])
            elif wanted:
                self._commit(wanted)

    def _first(self) -> _Job | None:
        """None where the thread is to end."""
        if self._stays:
            return self._taken()
        with self._door:
            if self._jobs.empty():
                self._thread = None
                self._rests.set()
                return None
            return self._taken()

    def _taken(self) -> _Job | None:
        if self._jobs.empty():
            self._rests.set()
        job = self._jobs.get()
        self._rests.clear()  # who put it has cleared it, too, but may have been a moment too early
        return job

    def _next_batch(self) -> list[_Job] | None:
        first, self._next = self._next or self._first(), None
        if first is None:
            return None
        batch = [first]
        while len(batch) < MAX_BATCH and not first.alone and not self._jobs.empty():
            job = self._jobs.get()
            if job is None:
                self._jobs.put(None)
                break
            if job.alone:
                self._next = job
                break
            batch.append(job)
        return batch

    def _run_alone(self, job: _Job) -> None:
        self._alone_since_s = time.monotonic()
        try:
            with translated(self._path):
                result = job.work(self._conn)
        except Exception as exc:
            self._failed(exc)
            job.done.set_exception(exc)
        else:
            job.done.set_result(result)
        finally:
            self._alone_since_s = None

    def _commit(self, batch: list[_Job]) -> None:
        try:
            with translated(self._path):
                self._sync_commits(any(job.durable for job in batch))
                self._conn.execute("BEGIN IMMEDIATE")
                outcomes = [self._attempt(job, alone=len(batch) == 1) for job in batch]
                self._conn.execute("COMMIT")
        except Exception as exc:
            self._give_up(batch, exc)
            return
        self._announce()
        for job, (result, error) in zip(batch, outcomes, strict=True):
            if error is not None:
                job.done.set_exception(error)
            else:
                job.done.set_result(result)

    def _sync_commits(self, syncs: bool) -> None:
        if syncs is not self._syncs:
            self._conn.execute(f"PRAGMA synchronous = {'FULL' if syncs else 'NORMAL'}")
            self._syncs = syncs

    def _attempt(self, job: _Job, *, alone: bool) -> tuple[Any, Exception | None]:
        """One piece of work; its own error is its answer, a disk error is the answer of all."""
        if alone:
            return job.work(self._conn), None
        self._conn.execute("SAVEPOINT job")
        try:
            with translated(self._path):
                result = job.work(self._conn)
        except Exception as exc:
            if not self._conn.in_transaction:
                raise
            self._failed(exc)
            self._conn.execute("ROLLBACK TO job")
            self._conn.execute("RELEASE job")
            return None, exc
        self._conn.execute("RELEASE job")
        return result, None

    def _give_up(self, batch: list[_Job], exc: Exception) -> None:
        self._failed(exc)
        if self._conn.in_transaction:
            with suppress(sqlite3.Error):  # SQLite itself rolls back what it could not commit
                self._conn.execute("ROLLBACK")
        for job in batch:
            job.done.set_exception(exc)

    def _announce(self) -> None:
        try:
            self._committed()
        except Exception:
            log.exception("a listener to commits failed")
