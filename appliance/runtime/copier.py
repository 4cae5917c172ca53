"""The thread that brings copies out of this machine, and now and then tries whether one can be put
back.

A copy goes out when the backups folder has a newer one than the place. Once a month, by night, the
newest is opened, checked and counted, in a folder that is gone afterwards.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

from appliance.box import whole_copy
from appliance.box.away import SPOOL, Away, AwayServer, AwayStick, BroughtCopy, journal_name
from appliance.box.copy_codes import CopyPlace, CopyWhy
from appliance.box.sftp import SftpServer
from appliance.box.stick import Stick
from appliance.copy_settings import CopySettings
from appliance.desk.lines import copies
from appliance.errors import CopyFailed, SetupError, StoreError
from appliance.runtime.copy_drill import clear_scratch, rehearsed
from appliance.runtime.copy_tries import CopyTries
from appliance.runtime.giving_way import give_way
from appliance.store import copy_places, erasure_journal, kept_copies
from appliance.store.copy_places import NewCopy, PlaceTold
from appliance.store.kept_copies import KeptCopy
from appliance.store.store import Store
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

LOOK_S = 20
"""Between two looks, in real seconds: who plugs the stick in sees soon that a copy begins."""
ENDS_WITHIN_S = 2.0
OVERDUE_MS = 30 * 3_600_000
"""A night and some hours: then a copy is made by day."""
DRILL_MS = 30 * 24 * 3_600_000
DRILL_AGAIN_MS = 24 * 3_600_000
DRILL_HOURS = range(1, 5)
"""UTC: between the copy of the night and the first colleague."""


class CopyWork(Enum):
    """What may be asked for."""

    COPY = "copy"
    DRILL = "drill"


class Copier:
    """`make_copy` and `check_copy` may be called from every thread, and return at once."""

    def __init__(
        self, store: Store, settings: CopySettings | None, stick: Stick | None = None
    ) -> None:
        self._store = store
        self._settings = settings
        self._stick = stick or Stick()
        self._tries = CopyTries()
        self._told_stick: tuple[int, int] | None = None  # as the journal was then
        self._asking = threading.Lock()
        self._asked: frozenset[CopyWork] = frozenset()
        self._in_hand: frozenset[CopyWork] = frozenset()
        self._thread = threading.Thread(target=self._run, name="copies", daemon=True)
        self._wake = threading.Event()
        self._stopped = False
        self._trouble = Trouble(log, "copies could not be looked after", level=logging.ERROR)

    @property
    def settings(self) -> CopySettings | None:
        return self._settings

    @property
    def is_busy(self) -> bool:
        """Something that was asked for is not done yet."""
        with self._asking:
            return bool(self._asked | self._in_hand)

    def stick_is_plugged(self) -> bool:
        return self._stick.is_plugged()

    def public_key(self) -> str | None:
        """What the server lets in; None without a server, and where none can be made."""
        if self._server is None:
            return None
        with suppress(SetupError):
            return self._server.public_key()
        return None

    def make_copy(self) -> None:
        self._ask(CopyWork.COPY)

    def check_copy(self) -> None:
        self._ask(CopyWork.DRILL)

    def _ask(self, work: CopyWork) -> None:
        with self._asking:
            self._asked |= {work}
        self._wake.set()

    def start(self) -> None:
        """What a process that was killed had in hand goes first: it may fill the disk."""
        backups = self._store.path.parent / kept_copies.FOLDER
        with suppress(OSError):
            clear_scratch(backups)
            whole_copy.clear_work(backups)
            (backups / SPOOL).unlink(missing_ok=True)
        self._thread.start()

    def stop(self) -> None:
        """A copy that is being written is not waited for: the next one takes away what is left."""
        self._stopped = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(ENDS_WITHIN_S)

    def look(self) -> None:
        """Does what was asked for and what is due. Raises StoreError."""
        self._settle_places()
        with self._asking:
            self._in_hand, self._asked = self._asked, frozenset()
        try:
            self._do(self._in_hand)
        finally:
            with self._asking:
                self._in_hand = frozenset()
        copies.watch(self._store)

    def _do(self, asked: frozenset[CopyWork]) -> None:
        if CopyWork.COPY in asked:
            self._copy_here(kept_copies.copy_by_hand)
        elif self._is_overdue():
            self._copy_here(kept_copies.copy_by_night)
        for each in self._away():
            if (copy := self._due(each.place, at_once=CopyWork.COPY in asked)) is not None:
                self._bring(each, copy)
        self._refresh_journal()
        if CopyWork.DRILL in asked or self._drill_is_due():
            self._drill()

    def _run(self) -> None:
        give_way()
        while not self._stopped:
            try:
                if self._store.keeps:
                    self.look()
            except Exception as exc:
                self._trouble.met(exc, exc=exc)
            else:
                self._trouble.over()
            self._wake.wait(LOOK_S)
            self._wake.clear()

    @property
    def _server(self) -> SftpServer | None:
        if self._settings is None or self._settings.sftp is None:
            return None
        return SftpServer(self._settings.sftp, self._store.path.parent)

    def _away(self) -> Sequence[Away]:
        if self._settings is None:
            return ()
        stick = AwayStick(store=self._store, settings=self._settings, stick=self._stick)
        server = self._server
        if server is None:
            return (stick,)
        return stick, AwayServer(store=self._store, settings=self._settings, server=server)

    def _settle_places(self) -> None:
        """Copies of the machine itself are always made; to a server while the settings name one;
        to a stick since the first one was plugged in.
        """
        known = {each.place for each in self._store.read(copy_places.places)}
        wanted = {CopyPlace.BOX.value}
        wanted |= {CopyPlace.SFTP.value} if self._server is not None else set()
        for name in wanted - known:
            self._store.write(lambda tx, name=name: copy_places.begin(tx, name))  # type: ignore[misc]
        gone = {CopyPlace.SFTP.value} - wanted
        if self._settings is None:
            gone.add(CopyPlace.STICK.value)
        for name in gone & known:
            self._store.write(lambda tx, name=name: copies.forget(tx, CopyPlace(name)))  # type: ignore[misc]

    def _is_overdue(self) -> bool:
        """The machine is switched off by night, or the copy of the night failed."""
        told = self._store.read(lambda conn: copy_places.place(conn, CopyPlace.BOX))
        now_ms = self._store.clock.now_ms()
        return (
            told is not None
            and now_ms - told.since_ms > OVERDUE_MS
            and self._tries.may(told, now_ms)
        )

    def _copy_here(self, copy: Callable[[Store], Path]) -> None:
        try:
            copies.make(self._store, copy)
        except StoreError as exc:
            log.error("a copy failed: %s", exc)  # noqa: TRY400 -- the sentence says all

    def _newest(self) -> KeptCopy | None:
        """The newest packed copy of this machine; one of a time to come, from a clock that was
        ahead, only where there is no other.
        """
        kept = kept_copies.kept(self._store.path.parent)
        packed = [each for each in kept if each.name.endswith(".zst")]
        now_ms = self._store.clock.now_ms()
        been = (each for each in packed if each.made_ms <= now_ms)
        return next(been, next(iter(packed), None))

    def _due(self, place: CopyPlace, *, at_once: bool) -> KeptCopy | None:
        """`at_once`: somebody waits for it, whatever became of the last try."""
        copy = self._newest()
        told = self._store.read(lambda conn: copy_places.place(conn, place))
        if copy is None or (told is not None and told.made_ms == copy.made_ms):
            return None
        if place is CopyPlace.STICK and not self._stick.is_plugged():
            self._tries.stick_is_away()
            self._note_absent(told)
            return None
        may = at_once or self._tries.may(told, self._store.clock.now_ms())
        return copy if may else None

    def _note_absent(self, told: PlaceTold | None) -> None:
        """Once; that it was pulled out while it was written says more."""
        if told is not None and told.failed not in (CopyWhy.ABSENT, CopyWhy.PULLED):
            why = CopyWhy.ABSENT
            self._store.write(lambda tx: copy_places.failed(tx, CopyPlace.STICK, why, ""))

    def _bring(self, away: Away, copy: KeptCopy) -> None:
        place = away.place
        try:
            brought = away.bring(copy)
        except CopyFailed as exc:
            why, said = exc.why, str(exc)
            log.warning("no copy came to the %s: %s", place.value, said)
            self._tries.ended(place, why, self._store.clock.now_ms())
            self._store.write(lambda tx: copy_places.failed(tx, place, why, said))
            return
        self._tries.ended(place, None, self._store.clock.now_ms())
        self._store.write(lambda tx: copies.came(tx, place, _new(brought)))
        log.info("a copy came to the %s: %s", place.value, brought.name)

    def _refresh_journal(self) -> None:
        """Who withdraws today is known on the stick today. What its files say of their age counts
        for nothing: a clock may have been ahead when they were written.
        """
        if self._settings is None or not self._stick.is_plugged():
            self._told_stick = None
            return
        away = AwayStick(store=self._store, settings=self._settings, stick=self._stick)
        with suppress(CopyFailed, OSError):
            own = (self._store.path.parent / erasure_journal.FILE).stat()
            grown = own.st_size, own.st_mtime_ns
            if grown != self._told_stick and (self._stick.folder() / journal_name()).exists():
                away.refresh_journal()
                self._told_stick = grown

    def _drill_is_due(self) -> bool:
        last = self._store.read(copy_places.drill)
        now_ms = self._store.clock.now_ms()
        if datetime.fromtimestamp(now_ms / 1000, UTC).hour not in DRILL_HOURS:
            return False
        if last is None:
            return self._newest() is not None
        wait_ms = DRILL_MS if last.failed is None else DRILL_AGAIN_MS
        return not 0 <= now_ms - last.at_ms < wait_ms

    def _drill(self) -> None:
        copy = self._newest()
        if copy is None:
            return
        told = rehearsed(self._store, copy)
        self._store.write(lambda tx: copies.note_drill(tx, told))
        for each in self._away():
            self._check(each)

    def _check(self, away: Away) -> None:
        """Whether what was brought is still there; one that is not plugged in is no damage."""
        told = self._store.read(lambda conn: copy_places.place(conn, away.place))
        if told is None or told.name is None:
            return
        try:
            away.check(told.name, told.sha256 or "", told.bytes or 0)
        except CopyFailed as exc:
            if exc.why == CopyWhy.DAMAGED:
                why, said = exc.why, str(exc)
                self._store.write(lambda tx: copy_places.failed(tx, away.place, why, said))


def _new(brought: BroughtCopy) -> NewCopy:
    return NewCopy(
        name=brought.name,
        made_ms=brought.made_ms,
        bytes=brought.bytes,
        sha256=brought.sha256,
        kept=brought.kept,
    )
