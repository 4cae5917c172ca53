"""The store: all durable data goes through it.

Writes are functions that take a `Tx`; they run in the writer's thread, inside one transaction.
Reads are functions that take a read-only connection; each thread keeps its own.
"""

import asyncio
import logging
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from appliance.clock import Clock
from appliance.errors import StoreError, StoreUnavailable
from appliance.events import EventKind
from appliance.ids import is_id, new_id, sort_after
from appliance.store import events, high_water
from appliance.store.checkpoints import Checkpoints
from appliance.store.connection import (
    BUSY_TIMEOUT_S,
    READER_CACHE_KIB,
    connect_reader,
    connect_writer,
    damage_in,
    translated,
)
from appliance.store.copies import copy_database
from appliance.store.forecast import Forecast
from appliance.store.keeping import TRY_AGAIN_MS, Keeping
from appliance.store.loop_writes import LoopWrites
from appliance.store.migrations import migrate
from appliance.store.writer import Writer

log = logging.getLogger(__name__)

T = TypeVar("T")
TRIAL_BYTES = 64 * 1024
GIVES_WAY_S = 0.01
"""A reply is written in half of this. While others write without end, long work goes on all the
same: a list of ten thousand is held up by seconds.
"""
KEPT_READERS = 2
"""Of a store that is one of many; more are made while more threads read it at once."""
COPY_LOG_PAGES = 2_000
"""Two megabytes of write-ahead log, in a store that is one of many."""
_TRIAL = "INSERT INTO meta (name, value) VALUES ('trial', ?) ON CONFLICT DO NOTHING"


class ReaderPool(Enum):
    """Who reads for the event loop. No pool waits for another."""

    #: Pages and the JSON API.
    PAGES = "pages"
    #: The event log, and what its followers are shown of it.
    LIVE = "live"
    #: Who somebody is: a session, a password, a token.
    DOOR = "door"
    #: What takes seconds, one after the other: all that is kept of a person.
    LONG = "long"


READERS = {ReaderPool.PAGES: 2, ReaderPool.LIVE: 1, ReaderPool.DOOR: 1, ReaderPool.LONG: 1}
"""Threads of each pool. A Pi has four cores, and each phone's thread wants one."""


class Readers:
    """The threads that read for an event loop: of one store, or of many in one process."""

    def __init__(self, threads: Mapping[ReaderPool, int] = READERS) -> None:
        self._pools = {
            pool: ThreadPoolExecutor(most, thread_name_prefix=f"store-reader-{pool.value}")
            for pool, most in threads.items()
        }

    def __getitem__(self, pool: ReaderPool) -> ThreadPoolExecutor:
        return self._pools[pool]

    def close(self) -> None:
        for pool in self._pools.values():
            pool.shutdown()


@dataclass(frozen=True, slots=True)
class Tx:
    """One transaction; only the writer's thread uses it.

    `now_ms` is the same for all of it and never before that of an earlier one: while the clock is
    behind, time stands still. `memory` is a cache of the writer's thread from one transaction to
    the next. It is lost when the process ends, and a rollback does not undo it.
    """

    conn: sqlite3.Connection
    now_ms: int
    clock_is_wrong: bool = False
    memory: dict[str, Any] = field(default_factory=dict)

    def emit(self, kind: EventKind, **about: Any) -> None:
        """Appends one event; `about` is what `store.events.append` takes."""
        events.append(self.conn, at_ms=self.now_ms, kind=kind, **about)

    def new_id(self) -> str:
        return new_id(self.now_ms)

    @contextmanager
    def whole(self) -> Iterator[None]:
        """All that is written in the block is kept, or is undone when the block raises."""
        self.conn.execute("SAVEPOINT whole")
        try:
            yield
        except sqlite3.Error:
            raise  # SQLite may have rolled the transaction back by then, and the savepoint with it
        except BaseException:
            self.conn.execute("ROLLBACK TO whole")
            self.conn.execute("RELEASE whole")
            raise
        self.conn.execute("RELEASE whole")


class Store:
    """The open database of one data directory. Usable from every thread."""

    def __init__(
        self,
        path: Path,
        clock: Clock,
        *,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
        readers: Readers | None = None,
    ) -> None:
        """Opens and migrates. A write waits `busy_timeout_s` for another process's write.

        With `readers` it is one of many that are copies of what other machines have: it keeps no
        thread while nothing is written, those who read are shared, its ids say nothing of ours, and
        it is not copied aside before a migration.

        Raises NewerDatabase, StoreUnavailable or StoreCorrupt, each with what to do.
        """
        self.path = path
        self.clock = clock
        self.forecast = Forecast()
        self._local = threading.local()
        self._memory: dict[str, Any] = {}
        self._readers: list[sqlite3.Connection] = []
        self._listeners: list[Callable[[], None]] = []
        is_copy = readers is not None
        self._shared = readers
        self._pools = readers or Readers()
        _make_folder(path.parent)
        conn = connect_writer(path, busy_timeout_s=busy_timeout_s)
        try:
            with translated(path):
                backups = None if is_copy else path.parent / "backups"
                applied = migrate(path, conn, backups=backups)
        except Exception:
            conn.close()
            raise
        self.forecast.lend_to(conn)
        if is_copy:
            _write_little_at_a_time(conn)
        else:
            _go_on_after_newest(conn)
        if applied:
            log.info("migrated %s: %s", path, ", ".join(applied))
        self._keeping = Keeping(self._try_a_write, wait_s=clock.real_s(TRY_AGAIN_MS))
        self._checkpoints = None if is_copy else Checkpoints(path)
        self._writer = Writer(path, conn, self._committed, self._failed, stays=not is_copy)
        self._loop_writes: LoopWrites | None = None

    def submit(self, work: Callable[[Tx], T], *, durable: bool = True) -> Future[T]:
        """Queues one transaction; the future is done when it is on the disk."""
        return self._writer.submit(lambda conn: work(self._begun(conn)), durable=durable)

    def write(self, work: Callable[[Tx], T], *, durable: bool = True) -> T:
        """One transaction, durable on return. Not for the event loop: see `awrite`.

        What is not `durable` outlives this process, but a power cut may take it back as long as
        nothing else was written: for what is found out again, or means nothing by itself.
        """
        return self.submit(work, durable=durable).result()

    def alone(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """In the writer's thread and in no transaction: what writes waits for all of it."""
        done: T = self._writer.submit_alone(work).result()
        return done

    async def awrite(self, work: Callable[[Tx], T]) -> T:
        loop = asyncio.get_running_loop()
        if self._loop_writes is None or self._loop_writes.loop is not loop:
            self._loop_writes = LoopWrites(loop, self._writer.submit, self._begun)
        try:
            written: T = await self._loop_writes.write(work)
        except sqlite3.DatabaseError as exc:
            # An error inside a transaction of several writes comes as SQLite raised it.
            self._failed(exc)
            with translated(self.path):
                raise
        return written

    def give_way(self) -> None:
        """Lets what is written go first, for a moment: called by other threads between the small
        pieces of work that computes. The writer would wait for the interpreter at each statement.
        """
        self._writer.rests_within(GIVES_WAY_S)

    def pulse(self) -> Future[None]:
        """Done when the writer's thread has come round to it; nothing is written."""
        return self._writer.submit_alone(lambda _: None)

    def alone_s(self) -> float:
        """For how many seconds the writer's thread has been at something of `alone`; 0: at none."""
        return self._writer.alone_s()

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with translated(self.path):
            if self._shared is None:
                return work(self._reader())
            with self._lent_reader() as conn:
                return work(conn)

    async def aread(
        self, work: Callable[[sqlite3.Connection], T], pool: ReaderPool = ReaderPool.PAGES
    ) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pools[pool], self.read, work)

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Calls `listener` in the writer's thread after each commit of this process.

        It must return at once. Other processes' commits are noticed by polling `data_version`.
        """
        self._listeners.append(listener)

    def data_version(self) -> int:
        """A number that changes when any process has committed something.

        Compare it only with earlier values from the same thread.
        """
        return int(self.read(lambda conn: conn.execute("PRAGMA data_version").fetchone()[0]))

    def copy_to(self, target: Path) -> None:
        """A consistent copy, taken while others may write, packed where the name ends so
        (`copies.copy_database`).
        """
        copy_database(self.path, target)

    def is_damaged(self) -> bool:
        """True when SQLite's quick check finds damage in the file on the disk.

        It reads the whole file: for use after an error that should be impossible.
        """
        try:
            with translated(self.path):
                conn = connect_reader(self.path)
                try:
                    return damage_in(conn) is not None
                finally:
                    conn.close()
        except (StoreError, sqlite3.DatabaseError):
            return True

    @property
    def keeps(self) -> bool:
        """Whether writes are kept; False on a full or broken disk until a trial succeeds."""
        return not self._keeping.fails

    def keeps_again(self) -> bool:
        """As `keeps`, and while it is False it tries a write. Blocks."""
        return self._keeping.works()

    def close(self) -> None:
        self._writer.close()
        if self._checkpoints is not None:
            self._checkpoints.close()
        if self._shared is None:
            self._pools.close()
        for conn in self._readers:
            conn.close()

    def _begun(self, conn: sqlite3.Connection) -> Tx:
        clock_ms = self.clock.now_ms()
        now_ms = high_water.pass_by(conn, clock_ms)
        behind = high_water.is_behind(clock_ms, now_ms)
        return Tx(conn, now_ms, clock_is_wrong=behind, memory=self._memory)

    def _failed(self, exc: Exception) -> None:
        if not self._keeping.failed(exc) and isinstance(exc, StoreError):
            log.error("nothing was written: %s", exc)

    def _try_a_write(self) -> None:
        """Writes in one transaction, deletes in the next: in a single one it would take no room."""
        self.write(lambda tx: tx.conn.execute(_TRIAL, (secrets.token_hex(TRIAL_BYTES // 2),)))
        self.write(lambda tx: tx.conn.execute("DELETE FROM meta WHERE name = 'trial'"))

    def _committed(self) -> None:
        if self._checkpoints is not None:
            self._checkpoints.committed()
        for listener in self._listeners:
            listener()

    def _reader(self) -> sqlite3.Connection:
        conn: sqlite3.Connection | None = getattr(self._local, "conn", None)
        if conn is None:
            conn = self._local.conn = self._new_reader()
            self._readers.append(conn)
        return conn

    @contextmanager
    def _lent_reader(self) -> Iterator[sqlite3.Connection]:
        """Of a store that is one of many: a connection a thread would be thousands."""
        try:
            conn = self._readers.pop()
        except IndexError:
            conn = self._new_reader()
        try:
            yield conn
        finally:
            if len(self._readers) < KEPT_READERS:
                self._readers.append(conn)
            else:
                conn.close()

    def _new_reader(self) -> sqlite3.Connection:
        conn = connect_reader(self.path)
        self.forecast.lend_to(conn)
        return conn


def _write_little_at_a_time(conn: sqlite3.Connection) -> None:
    """Nobody waits for a commit, so it copies the write-ahead log back by itself; and there are
    many such connections.
    """
    conn.execute(f"PRAGMA wal_autocheckpoint = {COPY_LOG_PAGES}")
    conn.execute(f"PRAGMA cache_size = -{READER_CACHE_KIB}")


def _go_on_after_newest(conn: sqlite3.Connection) -> None:
    """Ids must sort by time of creation, also when the clock was ahead at the last one."""
    for table in ("message", "attempt"):
        (newest,) = conn.execute(f"SELECT max(id) FROM {table}").fetchone()  # noqa: S608 -- ours
        if newest is not None and is_id(newest):
            sort_after(newest)


def _make_folder(folder: Path) -> None:
    """Nobody else on the machine may read what people wrote."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        raise StoreUnavailable(f"The folder {folder} cannot be made: {exc.strerror}.") from exc
