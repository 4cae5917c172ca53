"""The one thread of one device: it examines the device, receives, and does what is due."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import TypeVar

from appliance.devices.breaker import FAILURES, Breaker
from appliance.devices.errands import Errands
from appliance.devices.listener_protocol import Listener
from appliance.devices.media_protocol import Fetched, MediaDriver, MediaFetch
from appliance.devices.protocol import (
    Attempt,
    DeviceState,
    Driver,
    Errand,
    Look,
    Status,
    TickVisit,
    Work,
)
from appliance.errors import (
    BalieError,
    DeviceError,
    Refused,
    StoreError,
    Transient,
    Unconfirmed,
)
from appliance.reasons import Reason
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

T = TypeVar("T")

_ITSELF = "Balie itself stumbled"

_CONNECTED = frozenset({DeviceState.READY, DeviceState.DEGRADED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """Seconds of the real clock."""

    #: Between two looks for something new.
    poll_s: float = 0.5
    #: Between two questions what is to be done, where nobody says that something is; the planner
    #: says so when it is due.
    ask_s: float = 0.0
    #: Between two examinations of a device that is well.
    probe_s: float = 30.0
    #: Between two examinations of one that is not.
    probe_again_s: float = 5.0
    #: Until an outcome that could not be stored is told again; doubled up to the last.
    tell_again_s: float = 0.2
    tell_again_at_most_s: float = 5.0
    #: A device from which each receive failed for this long is not ready, whatever it says.
    deaf_s: float = 60.0
    #: How long a device rests that failed three times in a row, each time longer; none: it does
    #: not rest.
    rests_s: Sequence[float] = ()


class DeviceWorker:
    """No exception ends the thread, and no other device delays it.

    `wake`, `changed`, `ask`, `start` and `stop` may be called by any thread.
    """

    def __init__(
        self, driver: Driver, listener: Listener, work: Work, rhythm: Rhythm | None = None
    ) -> None:
        self._driver = driver
        self._listener = listener
        self._work = work
        self._rhythm = rhythm or Rhythm()
        self._stopping = threading.Event()
        self._probe_at = 0.0
        self._probe_wanted = threading.Event()
        self._woken = threading.Event()
        self._ask_at = 0.0
        self._status: Status | None = None
        self._errands = Errands()
        about = driver.device_id
        self._breaker = Breaker(self._rhythm.rests_s)
        self._silent = Trouble(log, about, level=logging.INFO)
        self._full = Trouble(log, f"{about} cannot store what it has")
        self._lost = Trouble(log, f"{about} could not tell")
        self._stumbling = Trouble(log, about, level=logging.ERROR)
        name = f"device-{driver.device_id}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """There may be something to do."""
        self._woken.set()
        self._driver.rouse()

    def changed(self) -> None:
        """The device came, went, or changed its state, or a person wants it tried now."""
        self._breaker.end_rest()
        self._probe_wanted.set()
        self._driver.rouse()

    def ask(self, errand: Callable[[Driver], T], *, within_s: float) -> Future[T]:
        """Has it done in this device's thread between two turns, so never during an attempt.

        It ends a rest: the person wants the device tried now. A device that hangs answers nothing:
        who waits needs a deadline of their own.
        """
        answer = self._errands.ask(errand, within_s=within_s)
        self._breaker.end_rest()
        self._driver.rouse()
        return answer

    def stop(self, *, within_s: float = 10.0) -> None:
        """Ends the thread after its current call; leaves it behind if that takes longer."""
        self._stopping.set()
        self._errands.end()
        self._driver.rouse()
        if self._thread.is_alive():
            self._thread.join(within_s)
        self._driver.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                busy = self._turn()
            except Exception as exc:
                self._stumbling.met(_ITSELF, exc=exc)
                self._probe_again()
                self._note(Status(state=DeviceState.DEGRADED, reason=Reason.NOT_ANSWERING))
                busy = False
            else:
                self._stumbling.over()
            if not busy:
                self._rest()

    def _rest(self) -> None:
        """A device that goes away while it rests is examined at once, and so is one that has news
        although it could not be read.
        """
        try:
            if self._driver.rest(self._rhythm.poll_s):
                self._breaker.end_rest()
        except DeviceError as exc:
            self._silent.met(exc)
            self._probe_soon()
        except Exception as exc:
            self._stumbling.met(_ITSELF, exc=exc)
            self._stopping.wait(self._rhythm.poll_s)

    def _turn(self) -> bool:
        """Probe, errands, receive, one task; returns whether there may be more to do at once."""
        if self._breaker.rests:
            self._errands.refuse()
            return False
        self._probe_if_due()
        if self._status is None or self._status.state not in _CONNECTED:
            self._errands.refuse()
            return False
        if self._errands.do(self._driver):
            self._probe_soon()
        try:
            found = self._driver.receive()
            self._reads_again()
            busy = self._may_ask(found=found) and self._do_next(self._status)
        except DeviceError as exc:
            self._failed(exc, self._status)
            return False
        except StoreError as exc:
            self._full.met(exc)
            return False
        self._silent.over()
        self._full.over()
        return busy

    def _failed(self, exc: DeviceError, status: Status) -> None:
        was_open = self._breaker.is_open
        self._breaker.failed()
        self._probe_soon()
        if not was_open:
            self._silent.met(exc)
        if self._breaker.is_open and not was_open:
            about = self._driver.device_id
            log.warning("%s failed %d times in a row and rests: %s", about, FAILURES, exc)
            self._note(_unreadable(status))

    def _reads_again(self) -> None:
        if self._breaker.is_open:
            self._probe_soon()
        self._breaker.worked()

    # How the device is

    def _probe_if_due(self) -> None:
        wanted = self._probe_wanted.is_set()
        if not wanted and time.monotonic() < self._probe_at:
            return
        self._probe_wanted.clear()
        status = self._driver.probe()
        if status.state is DeviceState.READY and (self._breaker.is_open or self._is_deaf()):
            status = _unreadable(status)
        well = status.state is DeviceState.READY
        self._probe_at = time.monotonic() + (
            self._rhythm.probe_s if well else self._rhythm.probe_again_s
        )
        self._note(status)

    def _is_deaf(self) -> bool:
        spans_s = (self._silent.lasts_s, self._stumbling.lasts_s)
        return any(each is not None and each >= self._rhythm.deaf_s for each in spans_s)

    def _probe_soon(self) -> None:
        self._probe_at = 0.0

    def _probe_again(self) -> None:
        """Probes as soon as after a device that is not well; more failures do not delay that."""
        now_s = time.monotonic()
        again_s = now_s + self._rhythm.probe_again_s
        self._probe_at = min(self._probe_at, again_s) if self._probe_at > now_s else again_s

    def _note(self, status: Status) -> None:
        before = self._status
        if status != before:
            self._status = status
            self._woken.set()
            if before is None or (status.state, status.reason) != (before.state, before.reason):
                state, reason = status.state.value, status.reason.value
                log.info("%s is %s (%s)", self._driver.device_id, state, reason)
            self._tell(lambda: self._listener.status(self._driver.device_id, status))

    # What it does

    def _may_ask(self, *, found: bool) -> bool:
        now_s = time.monotonic()
        if not (found or self._woken.is_set()) and now_s < self._ask_at:
            return False
        self._woken.clear()
        self._ask_at = now_s + self._rhythm.ask_s
        return True

    def _do_next(self, status: Status) -> bool:
        task = self._work.next_task(self._driver.device_id, status.channels)
        if task is None:
            return False
        if isinstance(task, Look):
            self._look(task)
        elif isinstance(task, TickVisit):
            self._visit(task)
        elif isinstance(task, MediaFetch):
            self._fetch(task)
        elif isinstance(task, Errand):
            task.run(self._driver)
        else:
            self._send(task)
        self._ask_at = 0.0
        return True

    def _send(self, attempt: Attempt) -> None:
        try:
            proof = self._driver.send(attempt)
        except (DeviceError, Refused) as exc:
            log.info("attempt %s: %s", attempt.outgoing.attempt_id, exc)
            failure: Exception = exc
        except Exception as exc:
            log.exception("attempt %s", attempt.outgoing.attempt_id)
            failure = Unconfirmed("Balie failed while sending.", {"error": type(exc).__name__})
        else:
            self._tell(lambda: self._work.sent(attempt, proof))
            return
        self._tell(lambda: self._work.not_sent(attempt, failure))
        self._probe_soon()

    def _look(self, look: Look) -> None:
        try:
            found = self._driver.look(look)
        except Exception as exc:
            failure = _as_device_error(exc)
            self._tell(lambda: self._work.looked(look, failure))
            self._probe_soon()
        else:
            self._tell(lambda: self._work.looked(look, found))

    def _visit(self, visit: TickVisit) -> None:
        try:
            ticks = self._driver.visit(visit)
        except Exception as exc:
            failure = _as_device_error(exc)
            self._tell(lambda: self._work.visited(visit, failure))
            self._probe_soon()
        else:
            self._tell(lambda: self._work.visited(visit, ticks))

    def _fetch(self, fetch: MediaFetch) -> None:
        if not isinstance(self._driver, MediaDriver):
            failure = Transient("This kind of device has no files of messages.")
            self._tell(lambda: self._work.fetched(fetch, failure))
            return
        try:
            found: Fetched | DeviceError = self._driver.fetch(fetch)
        except Exception as exc:
            found = _as_device_error(exc)
            self._probe_soon()
        self._tell(lambda: self._work.fetched(fetch, found))

    def _tell(self, tell: Callable[[], None]) -> None:
        """A result must not get lost because the database was busy for a moment."""
        wait_s = self._rhythm.tell_again_s
        while True:
            try:
                tell()
            except BalieError as exc:
                self._lost.met(exc)
                if self._stopping.wait(wait_s):
                    return
                wait_s = min(wait_s * 2, self._rhythm.tell_again_at_most_s)
            else:
                self._lost.over()
                return


def _unreadable(status: Status) -> Status:
    return replace(
        status, state=DeviceState.DEGRADED, reason=Reason.NOT_ANSWERING, channels=frozenset()
    )


def _as_device_error(exc: Exception) -> DeviceError:
    if isinstance(exc, DeviceError):
        return exc
    log.error("a look at a device failed in Balie itself", exc_info=exc)
    return Transient("Balie could not look.", {"error": type(exc).__name__})
