"""The thread that keeps the index of the search in each replica: made there of what came, as a box
makes its own of its log.
"""

import contextlib
import logging
import threading
from collections.abc import Callable

from appliance.desk.search import following
from appliance.errors import NotFound, StoreError, StoreUnavailable
from appliance.office.head import readable
from appliance.office.head.replicas import Replicas
from appliance.office.tables import replica_late
from appliance.store.store import Store
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

GATHER_S = 0.25
"""What comes within this is put in together."""
PIECES = 20
"""Of one replica, then the next one has its turn."""


class Indexer:
    """Started and stopped by whoever owns the office. `poke` may be called from every thread."""

    def __init__(
        self,
        store: Store,
        replicas: Replicas,
        *,
        give_way: Callable[[], None] = lambda: None,
    ) -> None:
        self._replicas = replicas
        self._store = store
        self._give_way = give_way
        self._lock = threading.Lock()
        self._asked: dict[str, None] = {}  # in the order in which they asked
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._trouble = Trouble(log, "the search of a replica could not be kept up to date")
        self._thread = threading.Thread(target=self._run, name="office-search", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def poke(self, box_id: str) -> None:
        with self._lock:
            self._asked[box_id] = None
        self._wake.set()

    def _run(self) -> None:
        self._give_way()
        while not self._stopped.is_set():
            if (box_id := self._next()) is not None:
                self._turn(box_id)
            else:
                self._wake.wait()
                self._stopped.wait(GATHER_S)

    def _next(self) -> str | None:
        with self._lock:
            self._wake.clear()
            box_id = next(iter(self._asked), None)
            if box_id is not None:
                del self._asked[box_id]
            return box_id

    def _turn(self, box_id: str) -> None:
        try:
            if self.catch_up(box_id):
                self.poke(box_id)
        except NotFound:
            return  # nothing came from it yet
        except StoreUnavailable as exc:
            self._trouble.met(exc)
            self._stopped.wait(1)
        except Exception as exc:  # also a mistake of ours, which must not end it
            self._trouble.met(exc, exc=exc)
            with contextlib.suppress(StoreError):
                readable.hold_if_damaged(self._store, box_id, exc)
        else:
            self._trouble.over()

    def catch_up(self, box_id: str) -> bool:
        """Some pieces of one replica; whether there may be more."""
        with self._replicas.opened(box_id) as replica:
            for _ in range(PIECES):
                if self._stopped.is_set():
                    return False
                if not _put_in_late_ones(replica) and not following.catch_up(replica):
                    return False
        return True


def _put_in_late_ones(replica: Store) -> bool:
    """What came with a number, or an id, that the index had passed by. A box is followed in its own
    order; a replica is told in any.
    """
    if not replica.read(replica_late.is_any):
        return False
    replica.write(replica_late.put_in, durable=False)
    return True
