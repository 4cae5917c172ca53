"""One emulated modem: its works, its port, its power."""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Sequence

from appliance.emulated.modem.address import address_of
from appliance.emulated.modem.calls import Calls
from appliance.emulated.modem.deliver import Dispatch, deliver_tpdus
from appliance.emulated.modem.dialogue import AtSession
from appliance.emulated.modem.equipment import Equipment, RegistrationState
from appliance.emulated.modem.faults import ModemFault, ModemFaultKind
from appliance.emulated.modem.inbound import Inbound
from appliance.emulated.modem.interpreter import Interpreter
from appliance.emulated.modem.memory import Memory
from appliance.emulated.modem.outbound import Outbound
from appliance.emulated.modem.port import Port, PortFolder
from appliance.emulated.modem.results import HangUp, Restart
from appliance.emulated.modem.service_centre import ServiceCentre
from appliance.emulated.modem.settings import AtSettings
from appliance.emulated.modem.sim import SimCard, SimLock
from appliance.emulated.modem.spec import ModemSpec
from appliance.emulated.modem.ussd import Credit
from appliance.emulated.modem.works import Works
from appliance.emulated.phone.whatsapp.model import RowTick
from appliance.emulated.world.network import Bearer, Letter, Network

log = logging.getLogger(__name__)

#: The PIN of a SIM that had none, when a fault makes it ask.
FAULT_PIN = "1234"


class EmulatedModem:
    """Implements `network.Endpoint`. Without power nothing is reachable, and storages are kept."""

    def __init__(
        self, spec: ModemSpec, *, folder: PortFolder, network: Network, centre: ServiceCentre
    ) -> None:
        settings = AtSettings()
        name = f"usb-{spec.make}_{spec.model}_{spec.with_identities()[0]}"
        self._silent_ports = [
            Port(folder, identity=f"{name}-if{place:02}-port0", heard=_ignored)
            for place in range(spec.silent_ports)
        ]
        self.port = Port(
            folder, identity=f"{name}-if{spec.silent_ports:02}-port0", heard=self._heard
        )
        dialogue = AtSession(self.port.write, settings)
        self.equipment = Equipment(
            spec, timers=network.timers, dialogue=dialogue, settings=settings
        )
        self.inbound = Inbound(self.equipment)
        self.credit = Credit()
        self.outbound = Outbound(
            self.equipment,
            endpoint=self,
            network=network,
            centre=centre,
            inbound=self.inbound,
            credit=self.credit,
        )
        self.calls = Calls(self.equipment)
        self.works = Works(
            equipment=self.equipment,
            inbound=self.inbound,
            outbound=self.outbound,
            calls=self.calls,
            credit=self.credit,
        )
        self._interpreter = Interpreter(self.works)
        self._references = random.Random(self.imei)
        self._told = RegistrationState.OFF
        self._task: asyncio.Task[None] | None = None
        self._return: asyncio.TimerHandle | None = None

    @property
    def imei(self) -> str:
        return self.equipment.imei

    @property
    def commands(self) -> Counter[str]:
        """How often each command was carried out, unknown ones too."""
        return self._interpreter.counted

    @property
    def ports(self) -> Sequence[str]:
        """All names that its port had; no other port gets one of them."""
        return self.port.names

    def _heard(self, data: bytes) -> None:
        self.equipment.dialogue.feed(data)

    # Power and port

    async def start(self) -> None:
        self.plug()

    async def stop(self) -> None:
        self.unplug()

    def plug(self) -> None:
        """The port appears and the modem starts, as the factory made it."""
        for port in (*self._silent_ports, self.port):
            port.plug()
        self._power_up()

    def _power_up(self) -> None:
        self.equipment.settings.reset()
        self.equipment.settings.s0 = self.equipment.spec.auto_answer
        self.equipment.dialogue.reset()
        self.inbound.restarted()
        if self.equipment.sim is not None:
            self.equipment.sim.power_up()
        self.equipment.powered = True
        self._told = self.equipment.registration
        self._task = asyncio.get_running_loop().create_task(self._run(), name=f"modem {self.imei}")
        self.inbound.push()

    def _power_down(self) -> None:
        """The command that is being carried out ends here, without an answer."""
        self.equipment.powered = False
        self.calls.end()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def unplug(self) -> None:
        if self._return is not None:
            self._return.cancel()
        self._power_down()
        for port in (*self._silent_ports, self.port):
            port.unplug()

    def plug_in_again(self, *, rename: bool) -> None:
        if self.port.is_open:
            return
        if self._return is not None:
            self._return.cancel()
        if rename:
            self._rename()
        self.plug()

    def _rename(self) -> None:
        for port in (*self._silent_ports, self.port):
            port.rename()

    def go_away(self, seconds: float, *, rename: bool = False) -> None:
        """Unplugged, and plugged in again later, under another name if wanted."""
        self.unplug()
        if rename:
            self._rename()
        self._return = asyncio.get_running_loop().call_later(seconds, self.plug)

    def restart(self, seconds: float) -> None:
        """Restarts; only storages and the counters of the SIM are kept."""
        if seconds:
            self.go_away(seconds)
            return
        if not self.port.is_open:
            return
        self._power_down()
        self._power_up()
        self.equipment.dialogue.unsolicited("RDY")
        sim = self.equipment.present_sim
        self.equipment.dialogue.unsolicited(
            f"+CPIN: {sim.lock.value}" if sim else "+CPIN: NOT INSERTED"
        )

    async def _run(self) -> None:
        """Ends at a restart or a hang-up, which happens as soon as this task is over."""
        loop = asyncio.get_running_loop()
        while True:
            line = await self.equipment.dialogue.line()
            try:
                await self._interpreter.carry_out(line)
            except Restart as exc:
                loop.call_soon(self.restart, exc.seconds)
                return
            except HangUp as exc:
                loop.call_soon(self.go_away, exc.seconds)
                return
            except Exception:
                log.exception("An emulated modem could not carry a command out")
                self.equipment.dialogue.finish("ERROR")
            self._tell_registration()

    def _tell_registration(self) -> None:
        """Sends +CREG and its like unasked when the registration has changed."""
        stat = self.equipment.registration
        if stat is self._told:
            return
        self._told = stat
        for name in ("creg", "cgreg", "cereg"):
            if getattr(self.equipment.settings, name):
                self.equipment.dialogue.unsolicited(f"+{name.upper()}: {stat.value}")

    # Faults

    def arm(self, fault: ModemFault) -> None:
        """An immediate fault happens now; another one is armed and waits for its occasion."""
        if fault.kind is ModemFaultKind.PORT_GONE:
            self.go_away(fault.seconds, rename=fault.rename)
        elif fault.kind is ModemFaultKind.RESTART and fault.how == "now":
            self.restart(fault.seconds)
        elif fault.kind is ModemFaultKind.SIM_PIN:
            self._lock_sim(SimLock.PIN)
        elif fault.kind is ModemFaultKind.SIM_PUK:
            self._lock_sim(SimLock.PUK)
        else:
            self.equipment.faults.arm(fault)
        self._wire_faults()

    def lift(self, kind: ModemFaultKind) -> None:
        """Ends the fault; what it held back goes on."""
        self.equipment.faults.lift(kind)
        if kind in {ModemFaultKind.SIM_PIN, ModemFaultKind.SIM_PUK}:
            self._lock_sim(SimLock.OPEN)
        self._wire_faults()
        self.inbound.push()

    def _lock_sim(self, lock: SimLock) -> None:
        sim = self.equipment.sim
        if sim is None:
            return
        sim.pin = self.equipment.spec.pin if lock is SimLock.OPEN else sim.pin or FAULT_PIN
        sim.pin_tries = 0 if lock is SimLock.PUK else 3
        sim.lock = lock

    def _wire_faults(self) -> None:
        standing = self.equipment.faults.standing
        self.port.dribble = standing(ModemFaultKind.DRIBBLE) is not None
        self.equipment.dialogue.echo_stuck = standing(ModemFaultKind.ECHO_STUCK) is not None
        self.equipment.dialogue.bare_prompt = standing(ModemFaultKind.BARE_PROMPT) is not None
        self._tell_registration()

    # Network

    def plug_sim(self, card: SimCard | None) -> None:
        """Changes the SIM; the messages on the old card are gone with it."""
        self.equipment.sim = card
        self.equipment.memories["SM"] = Memory("SM", self.equipment.spec.sim_slots)
        self.inbound.push()

    @property
    def number(self) -> str:
        """The number of the card; if the card does not say it, the one from the spec."""
        sim = self.equipment.sim
        return (sim.number if sim else "") or self.equipment.spec.number

    @property
    def address(self) -> str:
        """The IMEI: the port may get another name."""
        return self.imei

    def reachable(self, channel: Bearer) -> bool:
        """Messages wait in the service centre's queue for this modem; calls do not wait."""
        if channel is Bearer.CALL:
            return self.equipment.served
        return channel is Bearer.SMS

    def arrive(self, letter: Letter) -> None:
        if letter.channel is Bearer.CALL:
            self.calls.ring(letter.sender)
            return
        dispatch = Dispatch(
            sender=address_of(letter.sender),
            text=letter.text,
            at_ms=letter.at_ms,
            reference=self.new_reference(),
        )
        self.receive(deliver_tpdus(dispatch))

    def new_reference(self) -> int:
        """The reference of a long message to this modem, as its sender's phone chooses it."""
        return self._references.randrange(256)

    def receive(self, tpdus: list[bytes]) -> None:
        """The parts of one message, in the order and number that faults make of them."""
        faults = self.equipment.faults
        if len(tpdus) > 1 and faults.take(ModemFaultKind.PARTS_SHUFFLED):
            tpdus = [*tpdus[1:], tpdus[0]]
        if len(tpdus) > 1 and faults.take(ModemFaultKind.PARTS_TWICE):
            tpdus = [*tpdus, *tpdus]
        for tpdu in tpdus:
            self.inbound.take(tpdu)

    def tick(self, letter_id: str, tick: RowTick) -> None:
        """A modem sends no WhatsApp."""


def _ignored(data: bytes) -> None:
    """A port of the stick that does not speak AT."""
    del data
