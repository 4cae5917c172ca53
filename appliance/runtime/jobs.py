"""Jobs by the wall clock: the nightly copy of the database, the sweeping of what is over, and a
look after long SMS whose other parts do not come.
"""

import logging
import threading
from collections.abc import Callable

from appliance.desk.access import sessions, tokens
from appliance.desk.automatic import roster, waiting
from appliance.desk.lines import copies, line_codes
from appliance.desk.privacy.archive import quarters
from appliance.desk.privacy.retention import nightly
from appliance.desk.team import cases, day_end, emergency, staff
from appliance.errors import StoreError
from appliance.media.files import FOLDER, MediaFiles
from appliance.queue import gone_devices
from appliance.runtime.giving_way import give_way
from appliance.runtime.schedule import At, Every, Scheduler
from appliance.store import (
    battery_days,
    casework,
    emergencies,
    holds,
    idempotency,
    import_folders,
    incidents,
    kept_copies,
    media_fetches,
    media_quota,
)
from appliance.store.media_quota import MediaRoom
from appliance.store.store import Store, Tx
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

LOOK_S = 15
"""Between two looks, in real seconds: short, so that a faster clock need not wait long."""

BACK_S = 1
"""Between two looks for conversations that were put away until now, and for emergency accesses
whose time has come, in real seconds: each reads an index that is nearly always empty.
"""

WATCH_S = 5
"""Between two looks at what is wrong, and at who waits too long, in real seconds."""


QUARTERS_S = 60
"""Between two looks whether a quarter's archive is missing, in real seconds: who plugs the stick in
again sees the incident close.
"""


def _nothing() -> None:
    return


class Jobs:
    """`look`, `watch`, `wishes` and `ports` are called every few seconds, each in a thread of its
    own. `room` is that of the files of messages; without one, all of them stay.
    """

    def __init__(
        self,
        store: Store,
        look: Callable[[], None],
        *,
        watch: Callable[[], None] = _nothing,
        room: MediaRoom | None = None,
        wishes: Callable[[], None] = _nothing,
        ports: Callable[[], None] = _nothing,
    ) -> None:
        self._store = store
        self._room = room
        self._wishes = wishes
        self._ports = ports
        self._look = look
        self._watch = watch
        about = "what is wrong could not be looked after"
        self._unwatched = Trouble(log, about, level=logging.ERROR)
        about = "what is late could not be looked after"
        self._blind = Trouble(log, about, level=logging.ERROR)
        about = "codes for lines could not be erased"
        self._codes_stay = Trouble(log, about, level=logging.ERROR)
        about = "who waits too long is not told so"
        self._untold = Trouble(log, about, level=logging.ERROR)
        about = "the archive of the last quarter could not be asked for"
        self._unarchived = Trouble(log, about, level=logging.ERROR)
        about = "who comes from home could not be told to this machine"
        self._unwished = Trouble(log, about, level=logging.ERROR)
        about = "phones that are away for long could not be looked after"
        self._portless = Trouble(log, about, level=logging.ERROR)
        about = "conversations that were put away do not come back"
        self._away = Trouble(log, about, level=logging.ERROR)
        self._scheduler = Scheduler(timezone="UTC", daemon=True)
        self._scheduler.add_job(self._copy, At(hour=2, minute=15))
        self._scheduler.add_job(self._sweep, At(minute=7))
        self._scheduler.add_job(self._look_quietly, Every(LOOK_S))
        self._scheduler.add_job(self._forget_codes, Every(LOOK_S))
        self._scheduler.add_job(self._tell_the_waiting, Every(WATCH_S))
        self._scheduler.add_job(self._watch_quietly, Every(WATCH_S))
        self._scheduler.add_job(self._wish_quietly, Every(BACK_S))
        self._scheduler.add_job(self._look_at_ports, Every(WATCH_S))
        self._scheduler.add_job(self._bring_back, Every(BACK_S))
        self._scheduler.add_job(self._make_room, At(minute=37))
        self._scheduler.add_job(self._ask_for_quarters, Every(QUARTERS_S))
        self._scheduler.add_job(self._let_go, At(hour=3, minute=5))

    def start(self) -> None:
        if self._room is not None:
            self._room.used_bytes = self._store.read(media_quota.used_bytes)
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    def _copy(self) -> threading.Thread:
        """In a thread that ends with the process: the next copy takes away what it left."""
        copying = threading.Thread(target=self._copy_giving_way, name="nightly-copy", daemon=True)
        copying.start()
        return copying

    def _copy_giving_way(self) -> None:
        give_way()
        self._copy_quietly()

    def _copy_quietly(self) -> None:
        try:
            copies.make(self._store, kept_copies.copy_by_night)
        except StoreError as exc:
            log.error("the nightly copy failed: %s", exc)  # noqa: TRY400 -- the sentence says all
        except Exception:
            log.exception("the nightly copy failed in Balie itself")

    def _look_quietly(self) -> None:
        try:
            if self._store.keeps_again():
                self._look()
        except StoreError as exc:
            self._blind.met(exc, exc=exc)
        else:
            self._blind.over()

    def _watch_quietly(self) -> None:
        try:
            if self._store.keeps:
                self._watch()
        except Exception as exc:
            self._unwatched.met(exc, exc=exc)
        else:
            self._unwatched.over()

    def _forget_codes(self) -> None:
        try:
            line_codes.forget_old(self._store)
        except StoreError as exc:
            self._codes_stay.met(exc, exc=exc)
        else:
            self._codes_stay.over()

    def _tell_the_waiting(self) -> None:
        try:
            if self._store.keeps:
                waiting.look(self._store)
        except StoreError as exc:
            self._untold.met(exc, exc=exc)
        else:
            self._untold.over()

    def _bring_back(self) -> None:
        try:
            now_ms = self._store.clock.now_ms()
            if self._store.read(lambda conn: casework.returning(conn, now_ms)):
                self._store.write(cases.bring_back_due)
            if self._store.read(lambda conn: emergencies.is_due(conn, now_ms)):
                self._store.write(emergency.end_due)
        except StoreError as exc:
            self._away.met(exc, exc=exc)
        else:
            self._away.over()

    def _wish_quietly(self) -> None:
        try:
            self._wishes()
        except (StoreError, OSError) as exc:
            self._unwished.met(exc, exc=exc)
        else:
            self._unwished.over()

    def _look_at_ports(self) -> None:
        try:
            if self._store.keeps:
                self._ports()
        except (StoreError, OSError) as exc:
            self._portless.met(exc, exc=exc)
        else:
            self._portless.over()

    def _ask_for_quarters(self) -> None:
        try:
            if self._store.keeps:
                quarters.look(self._store)
        except StoreError as exc:
            self._unarchived.met(exc, exc=exc)
        else:
            self._unarchived.over()

    def _make_room(self) -> None:
        if self._room is None:
            return
        try:
            files = MediaFiles(self._store.path.parent / FOLDER)
            media_quota.keep_within(self._store, files, self._room)
        except (StoreError, OSError):
            log.exception("the files of messages could not be looked after")

    def _let_go(self) -> None:
        """After the copy of the night, which still has what goes now."""
        try:
            self._store.write(nightly.begin)
        except StoreError:
            log.exception("no run of the night was begun")

    def _sweep(self) -> None:
        try:
            self._store.write(_sweep)
        except StoreError:
            log.exception("sweeping failed")


def _sweep(tx: Tx) -> None:
    sessions.forget_old(tx)
    staff.forget_old_links(tx)
    idempotency.forget_old(tx)
    gone_devices.ask_about_the_gone(tx)
    incidents.forget_old(tx)
    import_folders.forget_old(tx)
    battery_days.forget_old(tx)
    media_fetches.give_up_the_gone(tx)
    day_end.release_absent(tx)
    roster.forget_old(tx)
    tokens.warn(tx)
    holds.end_over(tx)
