"""The thread that keeps the index of the search in each replica: made there of what came, as a box
makes its own of its log.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Collection

from appliance.desk.search import following
from appliance.errors import NotFound, StoreError, StoreUnavailable
from appliance.office.head import readable
from appliance.office.head.replicas import Replicas
from appliance.office.tables import replica_late
from appliance.store.store import Store
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

GATHER_S = 2.0
"""Between two rounds over those that have news: a hundred boxes have some all the time, and to put
in what came of each one costs as much as to take it in.
"""
_REST = 3
"""So many times as long as it worked it rests, as a box's own index does."""
_MOST_REST_S = 10.0
"""A round that a busy machine made long is no reason to find nothing for minutes."""
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
            if asked := self._next():
                began_s = time.monotonic()
                for box_id in asked:
                    self._turn(box_id)
                rest_s = min(_REST * (time.monotonic() - began_s), _MOST_REST_S)
                self._stopped.wait(max(GATHER_S, rest_s))
            else:
                self._wake.wait()

    def _next(self) -> Collection[str]:
        with self._lock:
            self._wake.clear()
            asked, self._asked = self._asked, {}
            return asked

    def _turn(self, box_id: str) -> None:
        try:
            if self.catch_up(box_id):
                self.poke(box_id)
        except NotFound:
            return  # nothing came from it yet
        except StoreUnavailable as exc:
            self._trouble.met(exc)
            self._stopped.wait(1)
            self.poke(box_id)
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
