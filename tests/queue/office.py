"""A counter with a modem beside its phone, and the reports of the network to that modem."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from appliance.channels import Channel
from appliance.devices.device_facts import DeviceFacts, NetworkFacts
from appliance.devices.modem_protocol import DeliveryReport
from appliance.devices.protocol import DeviceState, Look, Proof, Status, Tick, TickVisit
from appliance.queue.attempt import QueueAttempt
from appliance.reasons import Reason
from appliance.store import devices, line_settings, routes
from appliance.store.store import Tx
from tests.queue.counter import ANNA, SMS, Counter, tapping

ONLY_SMS = frozenset({SMS})
MODEM_NUMBER = "+31600000009"


@dataclass(slots=True)
class Modem:
    """A modem that is a later route of the counter's line, unless `device_id` is given."""

    counter: Counter
    device_id: str = ""
    references: int = 20
    slots: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.device_id:
            self.device_id = self.counter.store.write(self._enrol)
        self.is_ready()

    def _enrol(self, tx: Tx) -> str:
        device_id = devices.enrol(tx, kind="modem", address="/dev/ttyUSB0")
        self.falls_back(tx, self.counter.line_id, device_id)
        return device_id

    def falls_back(self, tx: Tx, line_id: str, device_id: str | None = None) -> None:
        device_id = device_id or self.device_id
        routes.add_route(tx, line_id=line_id, device_id=device_id, channel=SMS)

    def is_ready(self, *, roaming: bool = False) -> None:
        facts = DeviceFacts(network=NetworkFacts(roaming=roaming))
        self._is(Status(state=DeviceState.READY, channels=ONLY_SMS, facts=facts))

    def is_gone(self) -> None:
        self._is(Status(state=DeviceState.ABSENT, reason=Reason.NOT_PLUGGED_IN))

    def _is(self, status: Status) -> None:
        self.counter.reception.status(self.device_id, status)

    def task(self) -> QueueAttempt | Look | TickVisit | None:
        found = self.counter.work.next_task(self.device_id, ONLY_SMS)
        assert found is None or isinstance(found, QueueAttempt | Look | TickVisit)
        return found

    def attempt(self) -> QueueAttempt:
        found = self.task()
        assert isinstance(found, QueueAttempt), found
        return found

    def look(self) -> Look:
        found = self.task()
        assert isinstance(found, Look), found
        return found

    def sends(self) -> QueueAttempt:
        """One part and its proof."""
        attempt = self.attempt()
        with tapping(attempt):
            pass
        self.references += 1
        self.counter.work.sent(
            attempt, Proof(tick=Tick.SENT, facts=told(("sent", self.references)))
        )
        return attempt

    def reports(
        self, mr: int, *, arrived: bool | None = True, number: str = ANNA, at_ms: int | None = None
    ) -> None:
        report = DeliveryReport(
            number=number,
            reference=mr,
            at_ms=self.counter.clock.now_ms() if at_ms is None else at_ms,
            arrived=arrived,
            status={True: 0, False: 70, None: 48}[arrived],
        )
        self.counter.reception.delivery_reports(self.device_id, [report])


def told(*parts: str | tuple[str, int], reference: int = 7) -> Mapping[str, Any]:
    """Facts as a modem's driver gives them: a state for each part, and a TP-MR where it has one."""
    each = [(part, None) if isinstance(part, str) else part for part in parts]
    listed = [
        {"part": number, "state": state, **({} if mr is None else {"mr": mr, "slot": number})}
        for number, (state, mr) in enumerate(each, start=1)
    ]
    return {"reference": reference, "parts": listed}


def phone_is_away(counter: Counter) -> None:
    counter.phone_is(DeviceState.ABSENT, Reason.NOT_PLUGGED_IN)


def phone_is_back(counter: Counter) -> None:
    counter.phone_is(DeviceState.READY, channels=frozenset({Channel.WHATSAPP, Channel.SMS}))


def settings(counter: Counter, **changes: Any) -> None:
    def change(tx: Tx) -> None:
        line_settings.change(tx, counter.line_id, changes, by="test")

    counter.store.write(change)


def planned(counter: Counter, message_id: str) -> tuple[int | None, str]:
    counter.planner.round()
    row = counter.row(message_id)
    return row["expected_ms"], row["reason"] or ""
