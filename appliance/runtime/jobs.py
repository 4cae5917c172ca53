"""Jobs by the wall clock: the nightly copy of the database, the sweeping of what is over, and a
look after long SMS whose other parts do not come.
"""

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path

from appliance.desk.access import sessions
from appliance.desk.lines import line_codes
from appliance.desk.team import staff
from appliance.errors import StoreError
from appliance.queue import outcomes
from appliance.runtime.schedule import At, Every, Scheduler
from appliance.store import idempotency
from appliance.store.store import Store, Tx
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

KEPT_COPIES = 14

LOOK_S = 15
"""Between two looks, in real seconds: short, so that a faster clock need not wait long."""


class Jobs:
    """`look` is called every few seconds, in a thread of its own."""

    def __init__(self, store: Store, look: Callable[[], None]) -> None:
        self._store = store
        self._look = look
        about = "what is late could not be looked after"
        self._blind = Trouble(log, about, level=logging.ERROR)
        about = "codes for lines could not be erased"
        self._codes_stay = Trouble(log, about, level=logging.ERROR)
        self._scheduler = Scheduler(timezone="UTC", daemon=True)
        self._scheduler.add_job(self._copy, At(hour=2, minute=15))
        self._scheduler.add_job(self._sweep, At(minute=7))
        self._scheduler.add_job(self._look_quietly, Every(LOOK_S))
        self._scheduler.add_job(self._forget_codes, Every(LOOK_S))

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    def _copy(self) -> None:
        folder = self._store.path.parent / "backups"
        try:
            self.copy_to(folder)
        except (StoreError, OSError, sqlite3.Error):
            log.exception("the nightly copy failed")

    def copy_to(self, folder: Path) -> Path:
        """Copies the database, and lets go of the oldest nightly copies."""
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"nightly-{self._store.clock.now_ms()}.db"
        self._store.copy_to(target)
        for old in sorted(folder.glob("nightly-*.db"))[:-KEPT_COPIES]:
            old.unlink()
        return target

    def _look_quietly(self) -> None:
        try:
            if self._store.keeps_again():
                self._look()
        except StoreError as exc:
            self._blind.met(exc, exc=exc)
        else:
            self._blind.over()

    def _forget_codes(self) -> None:
        try:
            line_codes.forget_old(self._store)
        except StoreError as exc:
            self._codes_stay.met(exc, exc=exc)
        else:
            self._codes_stay.over()

    def _sweep(self) -> None:
        try:
            self._store.write(_sweep)
        except StoreError:
            log.exception("sweeping failed")


def _sweep(tx: Tx) -> None:
    sessions.forget_old(tx)
    staff.forget_old_links(tx)
    idempotency.forget_old(tx)
    outcomes.ask_about_the_gone(tx)
