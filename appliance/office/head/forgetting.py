"""The thread that clears away what was told and may not be here any more.

Rows of somebody who was erased are emptied with the batch that tells so (`erasing.py`). What is
left is done here, after a crash, too: what the office itself was asked about them, the index of the
search, free pages, logs. And once a choice of privacy allows less than what was told of a box, that
goes from its replica at once, whether the box is there or not.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from appliance.errors import NotFound, StoreError
from appliance.office.head import clearing, narrowing, privacy_choice
from appliance.office.head.news import ForgottenNews
from appliance.office.head.replicas import Replicas
from appliance.office.tables import boxes, replica_privacy
from appliance.slices import Privacy
from appliance.store.cleaning import Unclean
from appliance.store.store import Store
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""How soon a choice is noticed that somebody made on a page or on the command line."""
AGAIN_S = 300.0
"""After something could not be cleaned: a long read takes its time, large files wait for night."""


class Forgetter:
    """Started and stopped by whoever owns the office; `poke` and `narrow` are for every thread."""

    def __init__(self, store: Store, replicas: Replicas, forgotten: ForgottenNews) -> None:
        self._store = store
        self._replicas = replicas
        self._forgotten = forgotten
        self._lock = threading.Lock()
        self._steady: dict[str, threading.RLock] = {}
        self._due_s: dict[str, float] = {}
        self._counts: dict[str, Privacy] = {}
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._trouble = Trouble(log, "what may not be here any more cannot be cleared away")
        self._thread = threading.Thread(target=self._run, name="office-forgetting", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def poke(self, box_id: str) -> None:
        """Somebody was erased there, or less may be known of it."""
        self._forgotten.tell(box_id)
        self._is_due(box_id, 0.0)
        self._wake.set()

    @contextmanager
    def steady(self, box_id: str) -> Iterator[None]:
        """Nothing is taken from this replica in the block: a choice that is read in it holds for
        what is put there.
        """
        with self._lock:
            lock = self._steady.setdefault(box_id, threading.RLock())
        with lock:
            yield

    def narrow(self, box_id: str, privacy: Privacy) -> None:
        """On return no row of its replica holds more than this choice allows. Blocks."""
        try:
            with self.steady(box_id), self._replicas.opened(box_id) as replica:
                if not replica.read(partial(replica_privacy.is_wider, than=privacy)):
                    return
                narrowing.narrow(self._store, box_id, replica, privacy)
        except NotFound:
            return  # nothing came from it yet
        self.poke(box_id)

    def look(self) -> None:
        """Once: choices that are other now, then whatever is due."""
        for box_id, counts in self._store.read(_counting).items():
            if self._counts.get(box_id) is not counts and not self._stopped.is_set():
                self._in_peace(partial(self._follow_choice, box_id))
        now_s = time.monotonic()
        with self._lock:
            due = [each for each, due_s in self._due_s.items() if due_s <= now_s]
            for each in due:
                del self._due_s[each]
        for each in due:
            self._in_peace(partial(self._clear, each))

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self.look()
            except StoreError as exc:
                self._trouble.met(exc)
            self._wake.wait(LOOK_S)
            self._wake.clear()

    def _follow_choice(self, box_id: str) -> None:
        if box_id not in self._counts:
            self._is_due(box_id, 0.0)  # a crash may have left something behind
        with self.steady(box_id):
            # Read here: a choice of before may be narrower than what has come since, and the box
            # would not tell again what goes.
            counts = self._store.read(_counting)[box_id]
            self.narrow(box_id, counts)
        self._counts[box_id] = counts

    def _clear(self, box_id: str) -> None:
        try:
            with self._replicas.opened(box_id) as replica:
                clearing.clear(self._store, box_id, replica)
        except NotFound:
            return
        except (Unclean, StoreError):
            self._is_due(box_id, time.monotonic() + AGAIN_S)
            raise

    def _is_due(self, box_id: str, at_s: float) -> None:
        with self._lock:
            self._due_s[box_id] = min(at_s, self._due_s.get(box_id, at_s))

    def _in_peace(self, work: Callable[[], None]) -> None:
        """What is wrong with one replica holds up no other one."""
        try:
            work()
        except (Unclean, StoreError) as exc:
            self._trouble.met(exc)
        except Exception as exc:  # a mistake of ours must not end the thread until the next start
            self._trouble.met(exc, exc=exc)
        else:
            self._trouble.over()


def _counting(conn: sqlite3.Connection) -> Mapping[str, Privacy]:
    """Of each box the narrower one of its own choice and the company's."""
    company = privacy_choice.chosen(conn)
    return {box_id: own.narrower(company) for box_id, own in boxes.choices(conn).items()}
