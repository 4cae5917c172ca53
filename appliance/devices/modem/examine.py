"""Finds out how a modem is, and makes it ready where that needs no person."""

import logging
import time
from dataclasses import replace

from appliance.channels import Channel
from appliance.devices.device_facts import (
    CardFacts,
    DeviceFacts,
    HardwareFacts,
    StorageFacts,
)
from appliance.devices.modem.at.answers import AtError, PortBusy, PortForbidden, Rebooted, Silence
from appliance.devices.modem.credit import CreditWatch
from appliance.devices.modem.greet import greet, has_settings, settle
from appliance.devices.modem.modem import Modem, ModemIdentity
from appliance.devices.modem.network import (
    NetworkReader,
    NetworkStatus,
    read_iccid,
    read_identity,
    read_imsi,
    read_number,
)
from appliance.devices.modem.pin import open_sim, reason_of, sim_state
from appliance.devices.modem.receive import ModemReceiver
from appliance.devices.modem.rescue import Rescue
from appliance.devices.modem.search import PortSearch
from appliance.devices.modem.storage import Storages
from appliance.devices.protocol import DeviceState, Sim, Status
from appliance.errors import DeviceError, DeviceGone, StoreError, Transient
from appliance.reasons import Reason
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

# A modem that starts again and again while it is asked is not ready.
_STARTS = 3


class ModemExaminer:
    """`usable`: it is the right modem with its own open SIM, so Balie may read and send with it."""

    def __init__(
        self,
        modem: Modem,
        storages: Storages,
        receiver: ModemReceiver,
        credit: CreditWatch,
        *,
        bound_imei: str | None,
    ) -> None:
        self._modem = modem
        self._storages = storages
        self._receiver = receiver
        self._credit = credit
        self._network = NetworkReader(modem)
        self._search = PortSearch()
        self._rescue = Rescue(modem)
        self._bound_imei = bound_imei
        self._iccid: str | None = None
        self._imsi: str | None = None
        self._registered_s = time.monotonic()
        self._missed = False
        self._silence = Trouble(log, f"{modem.device_id} does not answer", level=logging.INFO)
        self._unready = Trouble(log, f"{modem.device_id} is not ready", level=logging.INFO)
        self.usable = False

    def probe(self) -> Status:
        try:
            self._connect()
            return self._examined()
        except DeviceGone as exc:
            return self._away(*self._why_away(exc))
        except Silence as exc:
            return self._silent(exc)
        except (DeviceError, StoreError, AtError) as exc:
            self._unready.met(exc)
            return self._degraded(Reason.NOT_ANSWERING)

    def _connect(self) -> None:
        """Raises Silence where the port is there and the modem does not answer."""
        modem = self._modem
        if modem.channel is not None:
            return
        self._say_absent_first()
        imei = modem.identity.imei if modem.identity else self._bound_imei
        first = self._rescue.own_port or modem.port or modem.first_port
        try:
            modem.attach(*self._search.find(first, imei, own_every_s=self._rescue.ask_every_s))
        except DeviceGone as exc:
            if not self._is_mute(exc):
                raise
            raise Silence("AT", handed_over=False) from exc
        self._rescue.note_stick()
        self._missed = False

    def _is_mute(self, exc: DeviceGone) -> bool:
        """A port that cannot be opened may be the one that answers, unless another one did."""
        mute = self._search.mute
        is_shut = isinstance(exc, PortBusy | PortForbidden)
        return self._modem.port in mute if is_shut else bool(mute)

    def _say_absent_first(self) -> None:
        """Reports the modem absent before it asks other ports: each silent one takes a second."""
        if self._modem.port is not None and not self._rescue.has_port() and not self._missed:
            self._missed = True
            raise DeviceGone("The modem was pulled out.")

    def _silent(self, exc: Silence) -> Status:
        self._silence.met(exc)
        self._rescue.climb(self._search.mute)
        self.usable = False
        return Status(
            state=DeviceState.OFFLINE, reason=Reason.NOT_ANSWERING, facts=self._own_facts()
        )

    def _examined(self) -> Status:
        for _ in range(_STARTS):
            try:
                status = self._examine()
            except Rebooted as exc:
                log.info("%s: %s", self._modem.device_id, exc)
            else:
                self._rescue.answered()
                self._silence.over()
                self._unready.over()
                return status
        return self._degraded(Reason.BOOTING)

    def _why_away(self, exc: DeviceGone) -> tuple[DeviceState, Reason]:
        """An error at another modem's port says nothing about this modem."""
        if self._rescue.has_port():
            if isinstance(exc, PortBusy):
                return DeviceState.OFFLINE, Reason.CONNECTION_DEAD
            if isinstance(exc, PortForbidden):
                return DeviceState.UNAUTHORIZED, Reason.NOT_ALLOWED
        return DeviceState.ABSENT, Reason.NOT_PLUGGED_IN

    def _away(self, state: DeviceState, reason: Reason) -> Status:
        self._modem.detach()
        self.usable = False
        return Status(state=state, reason=reason)

    def _degraded(self, reason: Reason) -> Status:
        self.usable = False
        return Status(state=DeviceState.DEGRADED, reason=reason, facts=self._own_facts())

    def _examine(self) -> Status:
        if not has_settings(self._modem):
            greet(self._modem)
            self._modem.identity = read_identity(self._modem)
            if not self._modem.identity.imei:
                raise Transient("The modem does not say which one it is.")
        whose = self._whose()
        if whose is not Reason.NONE:
            return self._let_go(whose)
        reason = self._open_sim()
        if reason is Reason.OTHER_SIM and self._whose() is Reason.OTHER_MODEM:
            return self._let_go(Reason.OTHER_MODEM)
        if reason is not Reason.NONE:
            return self._degraded(reason)
        if not self._modem.settled and not self._settled():
            return self._degraded(Reason.OTHER_SIM)
        self.usable = True
        return self._with_network(self._network.read())

    def _let_go(self, reason: Reason) -> Status:
        """Frees the port of another device's modem, whose driver needs it, and forgets what was
        read.

        A bound modem is then searched elsewhere; one that is not bound stays at the port that a
        person gave.
        """
        status = self._degraded(reason)
        modem = self._modem
        modem.detach()
        if self._bound_imei is not None and modem.port is not None:
            self._search.pass_over(modem.port)
            modem.port = None
        modem.identity = self._iccid = self._imsi = None
        return status

    def _whose(self) -> Reason:
        """Reads the card only where nothing else tells sticks of one batch apart."""
        reason = self._seen()
        if reason is Reason.SAME_IMEI and self._iccid is None:
            self._see_card()
            reason = self._seen()
        return reason

    def _seen(self) -> Reason:
        identity = self._modem.identity
        if identity is None:
            return Reason.OTHER_MODEM
        listener, device_id = self._modem.listener, self._modem.device_id
        reason = listener.hardware_seen(device_id, identity.imei, self._iccid)
        if reason is Reason.NONE:
            self._bound_imei = identity.imei
        return reason

    # The SIM

    def _open_sim(self) -> Reason:
        """Leaves another SIM alone: does not open it if it shows, nor read or send with it."""
        state = sim_state(self._modem)
        if not state:
            self._iccid = self._imsi = None
            return Reason.NO_SIM
        if reason_of(state) is Reason.BOOTING:
            return Reason.BOOTING
        self._see_card()
        # Some modems tell nothing of a card until it is open.
        hidden = self._iccid is None and state == "SIM PIN"
        if not hidden and not self._is_own_sim():
            return Reason.OTHER_SIM
        if state == "SIM PIN":
            state = open_sim(self._modem, iccid=self._iccid)
            self._modem.settled = False
        if hidden and reason_of(state) is Reason.NONE:
            self._see_card()
            return Reason.NONE if self._is_own_sim() else Reason.OTHER_SIM
        return reason_of(state)

    def _see_card(self) -> None:
        iccid = read_iccid(self._modem)
        if iccid != self._iccid:
            self._iccid, self._imsi, self._modem.settled = iccid, None, False

    def _is_own_sim(self, *, number: str | None = None) -> bool:
        sim = Sim(iccid=self._iccid, number=number, imsi=self._imsi)
        return self._modem.listener.sim_seen(self._modem.device_id, sim)

    def _settled(self) -> bool:
        """Whether all is set; False where the open SIM turns out to be another subscription."""
        settle(self._modem, self._storages)
        self._imsi = read_imsi(self._modem)
        if not self._is_own_sim(number=read_number(self._modem)):
            return False
        self._receiver.restart()
        self._registered_s = time.monotonic()
        self._modem.truth_checked = False
        self._modem.awake.clear()
        self._modem.settled = True
        return True

    # The network

    def _with_network(self, network: NetworkStatus) -> Status:
        if network.registered:
            self._registered_s = time.monotonic()
            self._credit.ask_if_due(network.code)
        reason = self._hindrance(network)
        sends = network.registered and reason is Reason.NONE
        return Status(
            state=DeviceState.READY if reason is Reason.NONE else DeviceState.DEGRADED,
            reason=reason,
            channels=frozenset({Channel.SMS}) if sends else frozenset(),
            facts=self._all_facts(network),
        )

    def _hindrance(self, network: NetworkStatus) -> Reason:
        if network.denied:
            return Reason.BARRED
        lost_s = time.monotonic() - self._registered_s
        if not network.registered and lost_s > self._modem.options.network_lost_s:
            return Reason.NO_NETWORK
        return Reason.NO_CREDIT if self._credit.is_spent else Reason.NONE

    # Facts

    def _own_facts(self) -> DeviceFacts:
        identity = self._modem.identity or ModemIdentity(imei="")
        return DeviceFacts(
            hardware=HardwareFacts(
                port=self._modem.port,
                imei=identity.imei,
                manufacturer=identity.manufacturer,
                model=identity.model,
                firmware=identity.firmware,
            ),
            card=CardFacts(iccid=self._iccid, imsi=self._imsi, balance_cents=self._credit.cents),
        )

    def _all_facts(self, network: NetworkStatus) -> DeviceFacts:
        rooms = self._storages.count()
        return replace(
            self._own_facts(),
            network=network.facts(),
            storage=StorageFacts(
                storage_used=sum(used for used, _ in rooms.values()),
                storage_total=sum(total for _, total in rooms.values()),
            ),
            own={"storage": {name: list(room) for name, room in rooms.items()}},
        )
