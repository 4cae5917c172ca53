"""The thread that keeps the rounds going."""

import logging
import threading
import time
from collections.abc import Callable

from appliance.desk.rounds.following import RoundFollower
from appliance.errors import BalieError
from appliance.store.store import Store
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

LOOK_S = 2.0
"""Between two looks at what time alone makes due, in real seconds."""
MOST_STEPS = 50
"""In a look; each is a transaction, and the log is followed again before the next ones."""
GATHER_S = 0.1
"""After a commit: what else is committed meanwhile is looked at together."""


class RoundThread:
    """Started and stopped by whoever owns the store. `planned` is called when messages were kept
    that may leave.
    """

    def __init__(self, store: Store, planned: Callable[[], None]) -> None:
        self._store = store
        self._planned = planned
        self._follower = RoundFollower(store)
        self._next_s = 0.0
        self._news = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rounds", daemon=True)
        self._trouble = Trouble(log, "rounds could not go on", level=logging.ERROR)
        store.on_commit(self._news.set)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._news.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> None:
        """Follows the log to its end, and takes the steps that are due: after something that
        concerned a round, and once in a while for what time alone makes due.
        """
        while not self._stopped.is_set() and self._follower.catch_up():
            pass
        if not self._follower.has_heard() and time.monotonic() < self._next_s:
            return
        self._next_s = time.monotonic() + LOOK_S
        for _ in range(MOST_STEPS):
            if self._stopped.is_set() or not self._follower.go_on():
                return
            self._planned()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._news.clear()
            try:
                if self._store.keeps:
                    self.look()
            except BalieError as exc:
                self._trouble.met(exc)
            except Exception as exc:  # a mistake of ours must not end it until the next start
                self._trouble.met(exc, exc=exc)
            else:
                self._trouble.over()
            self._news.wait(LOOK_S)
            self._stopped.wait(GATHER_S)
