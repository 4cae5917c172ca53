"""Emulated modems on real ptys, with the floors above in memory and the truth as the judge."""
# ruff: noqa: ARG002 -- the floors above keep many devices apart, these recorders know one

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from appliance.channels import Channel
from appliance.clock import Clock, SystemClock
from appliance.devices.modem.driver import ModemDriver
from appliance.devices.modem.options import ModemOptions, ModemPatience
from appliance.devices.modem_protocol import Balance, DeliveryReport, IncomingPart
from appliance.devices.protocol import DeviceState, Found, Outgoing, Proof, Resumed, Sim, Status
from appliance.emulated.modem.address import address_of
from appliance.emulated.modem.deliver import Dispatch, deliver_tpdus
from appliance.emulated.modem.faults import LASTING, ModemFault, ModemFaultKind
from appliance.emulated.modem.memory import Memory
from appliance.emulated.modem.modem import EmulatedModem
from appliance.emulated.modem.port import PortFolder
from appliance.emulated.modem.service_centre import ServiceCentre
from appliance.emulated.modem.spec import ModemSpec
from appliance.emulated.world.network import Bearer as Carrier
from appliance.emulated.world.network import Letter, Network
from appliance.emulated.world.timers import LoopTimers
from appliance.emulated.world.truth import TruthLog
from appliance.reasons import Reason
from tests.devices.floor_above import Recorder, Try
from tests.emulated.phone_bench import eventually
from tests.own_loop import OwnLoop

T = TypeVar("T")

DEVICE = "modem-1"
OWN = "+31653000001"
ANNA = "+31687654321"
BEA = "+31687654322"
#: A modem that answers here does so in milliseconds; what is silent is not waited for long.
QUICK = ModemPatience(
    command_s=1.5,
    send_s=0.6,
    send_at_once_s=0.6,
    network_s=2.0,
    sim_s=2.0,
    report_ms=100,
    network_ms=100,
)
#: What the network does on its own has long happened by the time a test looks at it.
NEVER_MS = 3_600_000
_STATUS_REPORT = 2  # TP-MTI


@dataclass
class ModemRecorder(Recorder):
    """The `ModemListener` of one modem, which keeps its reports in memory."""

    parts: list[IncomingPart] = field(default_factory=list)
    reports: list[DeliveryReport] = field(default_factory=list)
    balances: list[Balance] = field(default_factory=list)
    imei: str | None = None
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    doubts: list[Mapping[str, Any]] = field(default_factory=list)
    carried: bool = True
    #: ICCIDs in other modems of the same IMEI.
    twins: set[str] = field(default_factory=set)

    def sim_seen(self, device_id: str, sim: Sim) -> bool:
        """Decides by the ICCID, as the store does."""
        self.sim = self.sim or sim
        return self.sim.iccid == sim.iccid

    def received_parts(self, device_id: str, parts: Sequence[IncomingPart]) -> None:
        if self.broken is not None:
            raise self.broken
        known = {part.key: part for part in self.parts}
        for part in parts:
            self.repeated += part.key in known
            known.setdefault(part.key, part)
        self.parts = list(known.values())

    def delivery_reports(self, device_id: str, reports: Sequence[DeliveryReport]) -> None:
        self.reports += reports

    def balance(self, device_id: str, balance: Balance) -> None:
        self.balances.append(balance)

    def hardware_seen(self, device_id: str, imei: str, iccid: str | None) -> Reason:
        self.imei = self.imei or imei
        is_ours = self.imei == imei and iccid not in self.twins
        return Reason.NONE if is_ours else Reason.OTHER_MODEM

    def is_carried(self, device_id: str) -> bool:
        return self.carried

    def in_doubt(self, device_id: str) -> Sequence[Mapping[str, Any]]:
        return self.doubts

    def model_facts(self, model: str) -> Mapping[str, Any]:
        return self.facts.get(model, {})

    def learn(self, model: str, facts: Mapping[str, Any]) -> None:
        self.facts.setdefault(model, {}).update(facts)

    def joined(self) -> str:
        return "".join(part.text for part in sorted(self.parts, key=lambda part: part.part))


class ModemWorld:
    """Modems on their own loop; only `on_loop` touches them."""

    def __init__(self, *specs: ModemSpec) -> None:
        self.clock: Clock = SystemClock()
        self._loop = OwnLoop("modems")
        self.folder = PortFolder()
        self.truth = TruthLog()
        self.network = Network(timers=LoopTimers(self.clock), truth=self.truth)
        self.modems: list[EmulatedModem] = self.on_loop(lambda: [self._made(s) for s in specs])

    def _made(self, spec: ModemSpec) -> EmulatedModem:
        modem = EmulatedModem(
            spec, folder=self.folder, network=self.network, centre=ServiceCentre(self.network)
        )
        modem.plug()
        self.network.attach(modem)
        return modem

    def add(self, spec: ModemSpec) -> EmulatedModem:
        """Another modem in the same folder."""
        self.modems.append(self.on_loop(lambda: self._made(spec)))
        return self.modems[-1]

    def on_loop(self, call: Callable[[], T]) -> T:
        return self._loop.call(call)

    def close(self) -> None:
        for modem in self.modems:
            self._loop.run(modem.stop())
        self._loop.close()
        self.folder.remove()

    @property
    def modem(self) -> EmulatedModem:
        return self.modems[0]

    def fault(self, kind: ModemFaultKind, **narrowed: Any) -> None:
        times = None if kind in LASTING else 1
        fault = ModemFault(kind=kind, **{"times": times, **narrowed})
        self.on_loop(lambda: self.modem.arm(fault))

    def lift(self, kind: ModemFaultKind) -> None:
        self.on_loop(lambda: self.modem.lift(kind))

    def write(self, sender: str, text: str, *, at_ms: int | None = None, to: str = "") -> None:
        self._letter(Carrier.SMS, sender, text, at_ms, to=to)

    def call(self, sender: str) -> None:
        self._letter(Carrier.CALL, sender, "", None)

    def _letter(
        self, carrier: Carrier, sender: str, text: str, at_ms: int | None, *, to: str = ""
    ) -> None:
        letter = Letter(
            id=self.network.new_id(),
            channel=carrier,
            sender=sender,
            to=to or self.modem.number,
            text=text,
            at_ms=at_ms or self.clock.now_ms(),
        )
        self.on_loop(lambda: self.network.deliver(letter))

    def push(self, *pdus: bytes) -> None:
        """The service centre brings these octets."""
        self.on_loop(lambda: self.modem.receive(list(pdus)))

    def parts_of(self, sender: str, text: str) -> list[bytes]:
        return deliver_tpdus(
            Dispatch(sender=address_of(sender), text=text, at_ms=self.clock.now_ms(), reference=7)
        )

    def left(self) -> list[str]:
        """The texts that really left, each as often as it did."""
        return self.on_loop(lambda: [item.text for item in self.truth.items()])

    def left_parts(self) -> list[int]:
        return self.on_loop(lambda: [part.part for part in self.truth.parts()])

    def counted(self, command: str) -> int:
        return self.on_loop(lambda: self.modem._interpreter.counted[command])

    def memory(self, name: str) -> Memory:
        return self.modem.equipment.memories[name]

    def stored(self) -> list[str]:
        """The messages in the storages now, by their <stat>; reports do not count."""
        return self.on_loop(
            lambda: [
                f"{name} {slot.stat.words}"
                for name in ("SM", "ME")
                for _, slot in self.memory(name).items()
                if not (slot.is_received and slot.tpdu[0] & 3 == _STATUS_REPORT)
            ]
        )


class ModemDesk:
    """One modem's driver with its recorder, and attempts for it."""

    def __init__(
        self,
        world: ModemWorld,
        evidence: Path,
        *,
        recorder: ModemRecorder | None = None,
        options: ModemOptions | None = None,
        port: str = "",
    ) -> None:
        self.world = world
        self.recorder = recorder or ModemRecorder()
        self._evidence = evidence
        self._count = 0
        self.driver = ModemDriver(
            device_id=DEVICE,
            port=port or world.modem.port.path,
            imei=self.recorder.imei,
            listener=self.recorder,
            clock=world.clock,
            options=options or ModemOptions(patience=QUICK),
        )

    def attempt(self, text: str, *, to: str = ANNA, resumed: Resumed | None = None) -> Try:
        self._count += 1
        outgoing = Outgoing(
            attempt_id=f"attempt-{self._count}",
            message_id=f"message-{self._count}",
            channel=Channel.SMS,
            number=to,
            text=text,
            started_ms=self.world.clock.now_ms(),
            resumed=resumed,
        )
        return Try(outgoing=outgoing, evidence_folder=self._evidence / outgoing.attempt_id)

    def send(self, text: str, **more: Any) -> Proof:
        return self.driver.send(self.attempt(text, **more))

    def look(self, attempt: Try) -> Found:
        return self.driver.look(attempt.as_look())

    def probe_until(self, is_so: Callable[[Status], bool]) -> Status:
        seen: list[Status] = []

        def asked() -> bool:
            seen.append(self.driver.probe())
            return is_so(seen[-1])

        assert eventually(asked), seen[-1]
        return seen[-1]

    def receive_until(self, is_so: Callable[[], bool]) -> bool:
        """Does what the worker does between two tasks, until the condition holds."""

        def turned() -> bool:
            self.driver.rest(0.01)
            self.driver.receive()
            return is_so()

        return eventually(turned)


def is_ready(status: Status) -> bool:
    return status.state is DeviceState.READY


def again(attempt: Try, **changes: Any) -> Try:
    """The same message over the same device, as another attempt."""
    outgoing = replace(
        attempt.outgoing, attempt_id=f"{attempt.outgoing.attempt_id}-again", **changes
    )
    return replace(attempt, outgoing=outgoing, noted=None, entered=0)
