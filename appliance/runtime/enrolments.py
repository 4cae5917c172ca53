"""Enrolment of what is plugged into this machine: looks while a page asks, and work one by one.

Nothing here runs by itself. A look at a device and the work on it have a thread of their own, so
that a device that hangs holds up no other.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from appliance.api.services import Bind, PluggedDevice
from appliance.clock import Clock
from appliance.devices.kind import Kind
from appliance.enrolment import (
    Enrolling,
    Enrolment,
    EnrolmentWish,
    Portrait,
    SettingTold,
    Stage,
    ToDo,
)
from appliance.errors import BalieError, DeviceError, NotFound, SetupError
from appliance.store.device_settings import StoredSettings
from appliance.store.store import Store

log = logging.getLogger(__name__)

# Between two looks at one device while somebody is at the page: a person who does what the page
# says waits for the next step.
_LOOK_AGAIN_S = 1.5
_LOOK_AT_READY_S = 5.0


@dataclass(slots=True, kw_only=True)
class _Entry:
    """What is known of one device. `stage` is None while nobody works on it."""

    portrait: Portrait
    looked_s: float | None = None
    looking: bool = False
    stage: Stage | None = None
    enrolment: Enrolment | None = None
    trouble: BalieError | None = None


class Enrolments:
    """Implements `services.EnrolmentDoor`; any thread."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[tuple[str, str], _Entry] = {}

    def plugged(self) -> Sequence[PluggedDevice]:
        """Blocks while adb lists its phones; a look at one goes on by itself. Raises SetupError."""
        there = _there()
        with self._lock:
            self._entries = {
                key: entry
                for key, entry in self._entries.items()
                if key in there or entry.stage is not None
            }
            for key, portrait in there.items():
                self._note(key, portrait)
            return [_shown(key[0], entry) for key, entry in self._entries.items()]

    def begin(self, kind: str, wanted: EnrolmentWish, bind: Bind) -> None:
        """Returns at once; `bind` is called when all is well. One work at a time on a device."""
        enroller = enroller_of(kind)

        def work(entry: _Entry) -> None:
            memory = StoredSettings(self._store, wanted.address)
            done = enroller.enrol(wanted, memory, self._clock, lambda stage: _at(entry, stage))
            entry.enrolment, entry.portrait = done, done.portrait
            if done.portrait.to_do is ToDo.NUMBER:
                self._store.write(lambda tx: bind(tx, done))

        self._work(kind, wanted.address, Stage.LOOKING, work)

    def release(self, kind: str, address: str) -> None:
        """Returns at once."""
        enroller = enroller_of(kind)

        def work(entry: _Entry) -> None:
            told = enroller.release(address, StoredSettings(self._store, address))
            portrait = replace(entry.portrait, to_do=ToDo.NUMBER)
            entry.enrolment = Enrolment(portrait=portrait, settings=told)

        self._work(kind, address, Stage.PUTTING_BACK, work)

    def _note(self, key: tuple[str, str], told: Portrait | None) -> None:
        kind, address = key
        waits = told or Portrait(address=address, to_do=ToDo.WAIT)
        entry = self._entries.setdefault(key, _Entry(portrait=waits))
        if entry.stage is not None:
            return
        if told is not None:
            entry.portrait, entry.looked_s = told, None
            return
        if entry.looking:
            return
        if entry.looked_s is None:
            entry.portrait = waits
        elif time.monotonic() - entry.looked_s < _again_s(entry):
            return
        entry.looking = True
        threading.Thread(
            target=self._look, args=(kind, address, entry), name=f"look-{address}", daemon=True
        ).start()

    def _look(self, kind: str, address: str, entry: _Entry) -> None:
        try:
            portrait = enroller_of(kind).look(address)
        except DeviceError as exc:
            log.info("%s could not be looked at: %s", address, exc)
            portrait = replace(entry.portrait, to_do=ToDo.WAIT)
        except Exception:
            log.exception("a look at %s failed in Balie itself", address)
            portrait = replace(entry.portrait, to_do=ToDo.WAIT)
        with self._lock:
            entry.looking, entry.looked_s = False, time.monotonic()
            if entry.stage is None:
                entry.portrait = portrait

    def _work(self, kind: str, address: str, stage: Stage, work: Callable[[_Entry], None]) -> None:
        """Raises NotFound for what is not plugged in; does nothing while work goes on there."""
        with self._lock:
            entry = self._entries.get((kind, address))
            if entry is None:
                raise NotFound("device")
            if entry.stage is not None:
                return
            entry.stage, entry.enrolment, entry.trouble = stage, None, None

        def run() -> None:
            try:
                work(entry)
            except BalieError as exc:
                log.info("enrolment of %s: %s", address, exc)
                entry.trouble = exc
            except Exception:
                log.exception("enrolment of %s failed in Balie itself", address)
                entry.trouble = SetupError("Balie made a mistake. What it was is in its log.")
            finally:
                entry.stage = None

        threading.Thread(target=run, name=f"enrol-{address}", daemon=True).start()


def enroller_of(kind: str) -> Enrolling:
    """Raises NotFound for a kind without enrolment."""
    found = _enrollers().get(kind)
    if found is None:
        raise NotFound("kind of device")
    return found


def _enrollers() -> Mapping[str, Enrolling]:
    return {
        kind.name: kind.make_enroller() for kind in Kind.known() if kind.make_enroller is not None
    }


def _there() -> Mapping[tuple[str, str], Portrait | None]:
    found: dict[tuple[str, str], Portrait | None] = {}
    for kind, enroller in _enrollers().items():
        found |= {(kind, address): told for address, told in enroller.plugged().items()}
    return found


def _again_s(entry: _Entry) -> float:
    return _LOOK_AT_READY_S if entry.portrait.to_do is ToDo.NUMBER else _LOOK_AGAIN_S


def _at(entry: _Entry, stage: Stage) -> None:
    entry.stage = stage


def _shown(kind: str, entry: _Entry) -> PluggedDevice:
    return PluggedDevice(
        kind=kind,
        portrait=entry.portrait,
        stage=entry.stage,
        enrolment=entry.enrolment,
        trouble=entry.trouble,
    )


def release_now(store: Store, kind: str, address: str) -> Sequence[SettingTold]:
    """Nothing is asked of a device on which nothing is set: it need not be there."""
    memory = StoredSettings(store, address)
    return enroller_of(kind).release(address, memory) if memory.kept() else ()
