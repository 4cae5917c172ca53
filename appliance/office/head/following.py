"""The thread that follows every replica. Its place in a replica stands in office.db, in the
transaction of what it made of what was new there, so a crash at any point repeats some work and
loses none.
"""

import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence

from appliance.errors import NotFound, StoreError
from appliance.office.head import pieces, readable
from appliance.office.head.news import WorkListNews
from appliance.office.head.pieces import ReplicaNews
from appliance.office.head.replicas import Replicas
from appliance.office.tables import boxes, follow_places
from appliance.store.store import Store, Tx
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

TOGETHER = 32
"""Replicas whose news are written in one transaction."""
GATHER_S = 0.05
"""What comes within this is taken together: a hundred boxes push many times a second."""
LOOK_S = 30.0
"""Between two looks at every replica, for what a crash left behind."""


class ReplicaFollower:
    """Started and stopped by whoever owns the office. `poke` may be called from every thread."""

    def __init__(
        self,
        store: Store,
        replicas: Replicas,
        news: WorkListNews,
        *,
        followed: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`followed` is told, in the follower's thread, of each replica that may have news."""
        self._followed = followed
        self._store = store
        self._replicas = replicas
        self._news = news
        self._lock = threading.Lock()
        self._asked: dict[str, None] = {}  # in the order in which they asked
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._trouble = Trouble(log, "a replica cannot be followed")
        self._thread = threading.Thread(target=self._run, name="office-follower", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def poke(self, box_id: str) -> None:
        """Something new is in its replica."""
        with self._lock:
            self._asked[box_id] = None
        self._wake.set()

    def _run(self) -> None:
        self._poke_all()
        while not self._stopped.is_set():
            if asked := self._next():
                self._turn(asked)
                self._stopped.wait(GATHER_S)
            elif not self._wake.wait(LOOK_S):
                self._poke_all()

    def _next(self) -> Sequence[str]:
        with self._lock:
            self._wake.clear()
            asked = list(self._asked)[:TOGETHER]
            for box_id in asked:
                del self._asked[box_id]
            return asked

    def _poke_all(self) -> None:
        try:
            for box in self._store.read(boxes.every):
                self.poke(box.id)
        except Exception as exc:  # it is looked again, and the thread goes on
            self._trouble.met(exc, exc=exc)

    def _turn(self, asked: Collection[str]) -> None:
        try:
            for box_id in self.catch_up(asked):
                self.poke(box_id)
        except StoreError as exc:
            self._trouble.met(exc)
            self._stopped.wait(1)
        except Exception as exc:  # a mistake of ours must not end it until the next start
            self._trouble.met(exc, exc=exc)
        else:
            self._trouble.over()

    def catch_up(self, asked: Collection[str]) -> Sequence[str]:
        """Does the next piece of each of these replicas; which of them may have more."""
        found: Mapping[str, ReplicaNews] = {
            box_id: piece for box_id in asked if (piece := self._piece(box_id)) is not None
        }
        if not found:
            return ()
        try:
            self._keep(found)
        except StoreError:
            raise
        except Exception as exc:
            self._trouble.met(exc, exc=exc)
            found = self._kept_alone(found)
        self._news.tell({talk for piece in found.values() for talk in piece.touched})
        return [box_id for box_id, piece in found.items() if piece.has_more]

    def _piece(self, box_id: str) -> ReplicaNews | None:
        """None where nothing is new. What is wrong with one replica holds up no other one."""
        try:
            place = self._store.read(lambda conn: follow_places.of_box(conn, box_id))
            with self._replicas.opened(box_id) as replica:
                piece = replica.read(lambda conn: pieces.read(conn, place))
        except NotFound:
            return None  # nothing came from it yet
        except Exception as exc:
            self._trouble.met(exc, exc=exc)
            readable.hold_if_damaged(self._store, box_id, exc)
            return None
        self._followed(box_id)
        return None if piece.next == place else piece

    def _keep(self, found: Mapping[str, ReplicaNews]) -> None:
        """A power cut takes rows and places back together: they are made again."""

        def work(tx: Tx) -> None:
            for box_id, piece in found.items():
                pieces.keep(tx, box_id, piece)

        self._store.write(work, durable=False)

    def _kept_alone(self, found: Mapping[str, ReplicaNews]) -> Mapping[str, ReplicaNews]:
        """Those that can be kept: what one box told is no reason to stop with the others."""
        kept = {}
        for box_id, piece in found.items():
            try:
                self._keep({box_id: piece})
            except StoreError:
                raise
            except Exception as exc:
                self._trouble.met(f"{box_id}: {exc}", exc=exc)
            else:
                kept[box_id] = piece
        return kept
