"""What people ask of a device, done in the device's own thread between its other calls."""

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from appliance.devices.protocol import Driver
from appliance.errors import DeviceError, DeviceGone, Transient

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Errand:
    work: Callable[[Driver], Any]
    answer: Future[Any]
    until: float


class Errands:
    """Any thread may ask; `do` and `refuse` are for the device's thread. Each errand is done once
    or never. One whose asker has given up, or whose time is over, is not begun.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[_Errand] = deque()
        self._over = False

    def ask(self, work: Callable[[Driver], T], *, within_s: float) -> Future[T]:
        """The answer is the errand's result or its error, DeviceGone where the device is away, and
        Transient where its turn did not come in time.
        """
        answer: Future[T] = Future()
        errand = _Errand(work=work, answer=answer, until=time.monotonic() + within_s)
        with self._lock:
            if not self._over:
                self._waiting.append(errand)
                return answer
        answer.set_exception(gone())
        return answer

    def do(self, driver: Driver) -> bool:
        """Does what waits now; returns whether the device may have changed its state."""
        failures = [_done(errand, driver) for errand in self._taken()]
        return any(isinstance(each, DeviceError) for each in failures)

    def refuse(self) -> None:
        """The device is away: who waits is told so."""
        for errand in self._taken():
            if errand.answer.set_running_or_notify_cancel():
                errand.answer.set_exception(gone())

    def end(self) -> None:
        """Nobody will do an errand any more. Any thread."""
        with self._lock:
            self._over = True
        self.refuse()

    def _taken(self) -> list[_Errand]:
        with self._lock:
            taken = list(self._waiting)
            self._waiting.clear()
        return taken


def gone() -> DeviceGone:
    return DeviceGone("The device is away.")


def _done(errand: _Errand, driver: Driver) -> Exception | None:
    if not errand.answer.set_running_or_notify_cancel():
        return None
    if time.monotonic() > errand.until:
        errand.answer.set_exception(Transient("The device had no time for it. Try again."))
        return None
    try:
        found = errand.work(driver)
    except Exception as exc:
        errand.answer.set_exception(exc)
        return exc
    errand.answer.set_result(found)
    return None
