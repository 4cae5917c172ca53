"""A thread that follows the log in the gaps that other work leaves."""

import logging
import math
import threading
import time
from abc import ABC, abstractmethod

from appliance.errors import StoreError
from appliance.runtime.giving_way import give_way
from appliance.store.store import Store
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

LOOK_S = 5.0
"""Between two looks for what another process wrote."""
REST = 3
"""After a piece it rests this many times as long as the piece took: an old database takes its
time, and whoever writes to a person does not wait for it.
"""


class PatientFollower(ABC):
    """Started and stopped by whoever owns the store. What comes within `gather_s` is taken
    together. `rests` is how much longer it rests than a piece took, at most `most_rest_s`: on a
    busy machine a piece takes long because it waits.
    """

    rests: float = REST
    most_rest_s: float = math.inf

    def __init__(self, store: Store, *, name: str, trouble: str, gather_s: float) -> None:
        self._store = store
        self._gather_s = gather_s
        self._news = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._trouble = Trouble(log, trouble)
        self._began_s = 0.0
        store.on_commit(self._news.set)

    @abstractmethod
    def catch_up(self) -> bool:
        """Does the next piece; False when nothing is left to do."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._news.set()
        if self._thread.is_alive():
            self._thread.join()

    def rest(self) -> bool:
        """After some work, also inside a long piece; whether it is to end."""
        self._stopped.wait(self.rest_s(time.monotonic() - self._began_s))
        self._began_s = time.monotonic()
        return self._stopped.is_set()

    def rest_s(self, took_s: float) -> float:
        """How long it rests after a piece that took so long."""
        return min(took_s * self.rests, self.most_rest_s)

    def _run(self) -> None:
        give_way()
        while not self._stopped.is_set():
            if not self._piece():
                self._news.wait(LOOK_S)
                self._stopped.wait(self._gather_s)

    def _piece(self) -> bool:
        """False when nothing is left, or nothing can be done now."""
        self._news.clear()
        if not self._store.keeps:
            return False
        self._began_s = time.monotonic()
        try:
            more = self.catch_up()
        except StoreError as exc:
            self._trouble.met(exc)
            return False
        except Exception as exc:  # a mistake of ours must not end it until the next start
            self._trouble.met(exc, exc=exc)
            return False
        self._trouble.over()
        if more:
            self.rest()
        return more
