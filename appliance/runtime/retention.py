"""The thread that lets go of what is older than its term."""

import logging
import threading
import time
from pathlib import Path

from appliance.desk.privacy.retention.letting_go import LettingGo
from appliance.errors import BalieError
from appliance.runtime.giving_way import give_way
from appliance.runtime.patient_follower import REST
from appliance.store.store import Store
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

LOOK_S = 2.0
"""Between two looks for a run that was asked for, in real seconds."""
RESTS = 24
"""After a step it rests this many times as long as the step held the writer: so fewer than one
reply in twenty meets a step at all, and the others take as long as without it. The night is long
enough.
"""


def rest_s(spent_s: float, held_s: float) -> float:
    """After a step that took so long, and held the writer for so much of it."""
    return max(RESTS * held_s, REST * spent_s)


class RetentionThread:
    """Started and stopped by whoever owns the store."""

    def __init__(self, store: Store, data: Path) -> None:
        self._store = store
        self._run = LettingGo(store, data)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="retention", daemon=True)
        self._trouble = Trouble(log, "what is old could not be let go", level=logging.ERROR)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _loop(self) -> None:
        give_way()
        while not self._stopped.is_set():
            began_s = time.monotonic()
            more = self._go_on()
            spent_s = time.monotonic() - began_s
            self._stopped.wait(rest_s(spent_s, self._run.held_s) if more else LOOK_S)

    def _go_on(self) -> bool:
        try:
            more = self._store.keeps and self._run.go_on()
        except BalieError as exc:
            self._trouble.met(exc)
            return False
        except Exception as exc:  # a mistake of ours must not end it until the next start
            self._trouble.met(exc, exc=exc)
            return False
        self._trouble.over()
        return more
