"""The replicas: a database for each box, open while somebody uses it.

A hundred boxes are three connections each and no thread: a replica has one only while something is
written to it, and those who read for the event loop are the same for all. One that nobody used for
some minutes is closed, and so is the longest unused one when there are very many.
"""

import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from appliance.box.whole_files import put_whole
from appliance.clock import Clock, SystemClock
from appliance.errors import NotFound
from appliance.ids import is_id
from appliance.office.tables.migrations import make_replica_ready
from appliance.store.store import ReaderPool, Readers, Store

FOLDER = "boxes"
_OLD_COPIES = "backups"
"""Where they were copied aside before a migration; each box can tell its own again."""
UNUSED_S = 600.0
MOST_OPEN = 200
"""Each has some nine open files, and a process may have 4,096."""
_READERS = {ReaderPool.PAGES: 4, ReaderPool.LIVE: 1, ReaderPool.DOOR: 1, ReaderPool.LONG: 1}
_MAKING = threading.Lock()
_FILES = ("", "-wal", "-shm")


@dataclass(slots=True)
class _OpenReplica:
    store: Store
    users: int = 0
    used_s: float = 0.0
    leaves: bool = False


@dataclass(slots=True)
class _Door:
    """Who opens, closes or removes one replica does so alone."""

    lock: threading.Lock = field(default_factory=threading.Lock)


class Replicas:
    """Usable from every thread."""

    def __init__(
        self,
        data: Path,
        clock: Clock,
        *,
        most_open: int = MOST_OPEN,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = data / FOLDER
        self._clock = clock
        self._most_open = most_open
        self._now_s = now_s
        self._readers = Readers(_READERS)
        self._lock = threading.Condition()
        self._open: OrderedDict[str, _OpenReplica] = OrderedDict()  # the longest unused one first
        self._doors: dict[str, _Door] = {}

    @contextmanager
    def opened(self, box_id: str, *, new: bool = False) -> Iterator[Store]:
        """The replica of a box, open as long as the block lasts. `new`: made where there is none,
        else that raises NotFound.
        """
        with self._lent(self._take(box_id, new=new)) as store:
            yield store

    def at_hand(self, box_id: str) -> AbstractContextManager[Store] | None:
        """As `opened`, for who may not wait; None where it has to be opened first, or is to go.
        What is given is entered.
        """
        with self._lock:
            used = self._open.get(box_id)
            if used is None or used.leaves:
                return None
            self._used(box_id, used)
        return self._lent(used)

    @contextmanager
    def _lent(self, used: _OpenReplica) -> Iterator[Store]:
        try:
            yield used.store
        finally:
            with self._lock:
                used.users -= 1
                used.used_s = self._now_s()
                self._lock.notify_all()

    def _take(self, box_id: str, *, new: bool) -> _OpenReplica:
        if not is_id(box_id):
            raise NotFound("box")
        with self._door(box_id):
            with self._lock:
                used = self._open.get(box_id)
                if used is not None:
                    return self._used(box_id, used)
            path = self._folder / f"{box_id}.db"
            if not path.exists():
                if not new:
                    raise NotFound("box")
                self._begin(path)
            used = _OpenReplica(self._made(path))
            with self._lock:
                self._open[box_id] = used
                self._used(box_id, used)
        self.close_unused()
        return used

    def _used(self, box_id: str, used: _OpenReplica) -> _OpenReplica:
        used.users += 1
        self._open.move_to_end(box_id)
        return used

    def _made(self, path: Path) -> Store:
        store = Store(path, self._clock, readers=self._readers)
        try:
            make_replica_ready(store)
        except BaseException:
            store.close()
            raise
        return store

    def _begin(self, path: Path) -> None:
        """An empty one: whole or not at all."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for ending in _FILES:
            path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)
        put_whole(path, _empty())

    def _door(self, box_id: str) -> threading.Lock:
        with self._lock:
            return self._doors.setdefault(box_id, _Door()).lock

    @property
    def open_count(self) -> int:
        return len(self._open)

    def close_unused(self) -> None:
        """Those that nobody used for long, and more where too many are open."""
        for box_id in self._unused():
            with self._door(box_id):
                with self._lock:
                    unused = self._open.get(box_id)
                    if unused is None or unused.users:
                        continue
                    del self._open[box_id]
                unused.store.close()

    def _unused(self) -> list[str]:
        with self._lock:
            too_many = len(self._open) - self._most_open
            free = [(name, each) for name, each in self._open.items() if not each.users]
            long_ago_s = self._now_s() - UNUSED_S
            return [
                name
                for place, (name, each) in enumerate(free)
                if place < too_many or each.used_s < long_ago_s
            ]

    def remove(self, box_id: str, *, within_s: float = 30.0) -> None:
        """The replica is gone from the disk; who uses it may finish. Raises TimeoutError."""
        with self._door(box_id):
            with self._lock:
                used = self._open.get(box_id)
                if used is not None:
                    used.leaves = True
                    if not self._lock.wait_for(lambda: not used.users, within_s):
                        used.leaves = False
                        raise TimeoutError(f"the replica of {box_id} is in use")
                    del self._open[box_id]
            if used is not None:
                used.store.close()
            for ending in _FILES:
                (self._folder / f"{box_id}.db{ending}").unlink(missing_ok=True)

    def remove_old_copies(self) -> None:
        shutil.rmtree(self._folder / _OLD_COPIES, ignore_errors=True)

    def close(self) -> None:
        """Once nobody uses any."""
        with self._lock:
            remaining, self._open = list(self._open.values()), OrderedDict()
        for each in remaining:
            each.store.close()
        self._readers.close()


def _empty() -> bytes:
    with _MAKING:
        return _made_once()


@cache
def _made_once() -> bytes:
    """A replica before its first use. It is made once and then copied: to make one takes a third of
    a second, and a hundred boxes may join on one day.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        readers = Readers(_READERS)
        store = Store(path, SystemClock(), readers=readers)
        make_replica_ready(store)
        store.close()
        readers.close()
        return path.read_bytes()
