"""One GSM modem as the floors above see it."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from appliance.clock import Clock
from appliance.devices.modem.at.answers import AtError
from appliance.devices.modem.at.errors import classify
from appliance.devices.modem.credit import CreditWatch
from appliance.devices.modem.examine import ModemExaminer
from appliance.devices.modem.look import look_sms
from appliance.devices.modem.modem import Modem
from appliance.devices.modem.options import ModemOptions
from appliance.devices.modem.receive import ModemReceiver
from appliance.devices.modem.send import send_sms
from appliance.devices.modem.storage import Storages
from appliance.devices.modem_protocol import ModemListener
from appliance.devices.protocol import (
    Attempt,
    Finding,
    Found,
    Look,
    Proof,
    Status,
    Ticks,
    TickVisit,
)
from appliance.errors import (
    DeviceError,
    Refused,
    SimMissing,
    StoreError,
    Transient,
    Unconfirmed,
)
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

T = TypeVar("T")

# A modem at the edge of its network tells of changes all the time.
_EXAMINED_APART_S = 5.0


class ModemDriver:
    """Implements `Driver`. Used by one thread, except `rouse` and `close`.

    `port` is searched first; once `imei` is known, all ports are searched.
    """

    def __init__(
        self,
        *,
        device_id: str,
        port: str,
        imei: str | None,
        listener: ModemListener,
        clock: Clock,
        options: ModemOptions | None = None,
    ) -> None:
        self.device_id = device_id
        self._modem = Modem(
            device_id=device_id,
            first_port=port,
            listener=listener,
            clock=clock,
            options=options or ModemOptions(),
        )
        self._storages = Storages(self._modem)
        credit = CreditWatch(self._modem)
        self._receiver = ModemReceiver(self._modem, self._storages, credit)
        self._examiner = ModemExaminer(
            self._modem, self._storages, self._receiver, credit, bound_imei=imei
        )
        self._roused = threading.Event()
        self._slips = Trouble(log, device_id, level=logging.ERROR)
        self._examine_at = 0.0

    def probe(self) -> Status:
        return self._examiner.probe()

    def receive(self) -> bool:
        if not self._examiner.usable or not self._modem.settled:
            return False
        found = self._guarded(self._receiver.poll)
        if self._receiver.many_spent:
            self._guarded(self._receiver.free_spent)
        if self._receiver.examine and time.monotonic() >= self._examine_at:
            self._receiver.examine = False
            self._examine_at = time.monotonic() + _EXAMINED_APART_S
            raise Transient("The modem tells of a change.")
        return found

    def send(self, attempt: Attempt) -> Proof:
        self._modem.tapped = False
        try:
            self._check_usable()
            return send_sms(self._modem, self._storages, attempt, empty=self._empty)
        except SimMissing as exc:
            # The examination tells what is wrong with the card, and opens a card that started anew.
            self._modem.settled = False
            raise Transient(exc.sentence, exc.evidence) from exc
        except (DeviceError, Refused):
            raise
        except Exception as exc:
            log.exception("attempt %s failed in Balie itself", attempt.outgoing.attempt_id)
            facts = {"error": type(exc).__name__}
            if self._modem.tapped:
                raise Unconfirmed("Balie failed after the tap.", facts) from exc
            raise Transient("Balie could not begin to send.", facts) from exc

    def _empty(self) -> None:
        self._guarded(self._receiver.empty)

    def look(self, look: Look) -> Found:
        baseline = look.baseline
        if baseline is None:
            return Found(finding=Finding.ABSENT, facts={"baseline": False})
        self._check_usable()
        return self._guarded(lambda: look_sms(self._modem, self._storages, look.outgoing, baseline))

    def visit(self, visit: TickVisit) -> Ticks:
        """Has nothing to do: reports come by themselves."""
        del visit
        return Ticks(by_message={})

    def rest(self, timeout_s: float) -> bool:
        """Ends at news from the modem; raises DeviceGone when the modem was pulled out."""
        channel = self._modem.channel
        if channel is None:
            self._roused.wait(timeout_s)
        elif not self._roused.is_set():
            if self._modem.spent and self._examiner.usable:
                self._guarded(self._receiver.free_spent)
            with self._modem.talking():
                channel.rest(timeout_s)
        self._roused.clear()
        return False

    def rouse(self) -> None:
        self._roused.set()
        channel = self._modem.channel
        if channel is not None:
            with suppress(DeviceError):
                channel.rouse()

    def close(self) -> None:
        self._modem.detach()

    def _check_usable(self) -> None:
        if not self._examiner.usable or not self._modem.settled:
            raise Transient("The modem is not ready.")

    def _guarded(self, call: Callable[[], T]) -> T:
        """Raises only DeviceError or StoreError; `call` never sends."""
        try:
            answer = call()
        except (DeviceError, StoreError):
            raise
        except AtError as exc:
            raise classify(exc) from exc
        except Exception as exc:
            self._slips.met("Balie itself failed", exc=exc)
            raise Transient(
                "Balie could not ask the modem.", {"error": type(exc).__name__}
            ) from exc
        self._slips.over()
        return answer
