"""The thread that keeps the index of the search up to date, in the gaps that other work leaves."""

import logging
import os
import threading
import time

from appliance.desk.search import following
from appliance.errors import StoreError
from appliance.store.store import Store
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

NICE = 10
GATHER_S = 0.25
"""What comes within this is put in together: a transaction costs the index about as much as a
dozen messages.
"""
LOOK_S = 5.0
"""Between two looks for what another process wrote."""
REST = 3
"""After a piece it rests this many times as long as the piece took: an old database takes its
time, and whoever writes to a person does not wait for it.
"""


class SearchFollower:
    """Started and stopped by whoever owns the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._news = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="search-index", daemon=True)
        self._trouble = Trouble(log, "the search could not be kept up to date")
        store.on_commit(self._news.set)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._news.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        while not self._stopped.is_set():
            if not self._piece():
                self._news.wait(LOOK_S)
                self._stopped.wait(GATHER_S)

    def _piece(self) -> bool:
        """False when nothing is left, or nothing can be done now."""
        self._news.clear()
        if not self._store.keeps:
            return False
        began_s = time.monotonic()
        try:
            more = following.catch_up(self._store)
        except StoreError as exc:
            self._trouble.met(exc)
            return False
        except Exception as exc:  # a mistake of ours must not end the search until the next start
            self._trouble.met(exc, exc=exc)
            return False
        self._trouble.over()
        if more:
            self._stopped.wait((time.monotonic() - began_s) * REST)
        return more
