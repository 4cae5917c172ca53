"""The modem behind its port: SIM, storages, settings, radio. AT commands work on this."""

from enum import IntEnum

from appliance.emulated.modem.dialogue import AtSession
from appliance.emulated.modem.faults import ModemFaultKind, ModemFaults
from appliance.emulated.modem.memory import Memory
from appliance.emulated.modem.results import CMS_NO_SIM, CMS_PIN, CMS_PUK, CmeError, CmsError
from appliance.emulated.modem.settings import AtSettings
from appliance.emulated.modem.sim import SimCard, SimLock
from appliance.emulated.modem.spec import ModemSpec
from appliance.emulated.world.timers import Timers

_CME_OF_LOCK = {SimLock.PIN: 11, SimLock.PUK: 12}
_CMS_OF_LOCK = {SimLock.PIN: CMS_PIN, SimLock.PUK: CMS_PUK}
_ROAMING_OPERATOR = ("Telekom.de", "26201")


class RegistrationState(IntEnum):
    """<stat> of +CREG."""

    OFF = 0
    HOME = 1
    SEARCHING = 2
    DENIED = 3
    ROAMING = 5


class Equipment:
    """State only; sending and receiving are in modules beside it."""

    def __init__(
        self, spec: ModemSpec, *, timers: Timers, dialogue: AtSession, settings: AtSettings
    ) -> None:
        self.spec = spec
        self.timers = timers
        self.dialogue = dialogue
        self.settings = settings
        self.imei, imsi, iccid = spec.with_identities()
        self.sim: SimCard | None = SimCard(
            number=spec.number, iccid=iccid, imsi=imsi, pin=spec.pin, puk=spec.puk
        )
        self.faults = ModemFaults(seed=self.imei)
        self.memories = {
            "SM": Memory("SM", spec.sim_slots),
            "ME": Memory("ME", spec.modem_slots),
            "SR": Memory("SR", spec.report_slots),
        }
        self.operator, self.mcc_mnc = spec.operator, spec.mcc_mnc
        self.rssi, self.ber = 21, 0
        self.powered = False

    @property
    def present_sim(self) -> SimCard | None:
        return None if self.faults.standing(ModemFaultKind.NO_SIM) else self.sim

    @property
    def registration(self) -> RegistrationState:
        sim = self.present_sim
        if not self.powered or self.settings.cfun != 1:
            return RegistrationState.OFF
        if sim is None or sim.lock is not SimLock.OPEN:
            return RegistrationState.OFF
        if self.faults.standing(ModemFaultKind.NO_NETWORK):
            return RegistrationState.SEARCHING
        if self.faults.standing(ModemFaultKind.BARRED):
            return RegistrationState.DENIED
        if self.faults.standing(ModemFaultKind.ROAMING):
            return RegistrationState.ROAMING
        return RegistrationState.HOME

    @property
    def served(self) -> bool:
        """Whether messages and calls come and go now."""
        return self.registration in {RegistrationState.HOME, RegistrationState.ROAMING}

    @property
    def serving_operator(self) -> tuple[str, str]:
        """Name and MCC with MNC of the network that serves the modem now."""
        if self.registration is RegistrationState.ROAMING:
            return _ROAMING_OPERATOR
        return self.operator, self.mcc_mnc

    def card(self) -> SimCard:
        """The open SIM; +CME ERROR where there is none or it is locked."""
        sim = self.present_sim
        if sim is None:
            raise CmeError(10)
        if sim.lock in _CME_OF_LOCK:
            raise CmeError(_CME_OF_LOCK[sim.lock])
        return sim

    def check_messages(self) -> None:
        """Raises +CMS ERROR where the SIM allows no work with messages."""
        sim = self.present_sim
        if sim is None:
            raise CmsError(CMS_NO_SIM)
        if sim.lock in _CMS_OF_LOCK:
            raise CmsError(_CMS_OF_LOCK[sim.lock])

    def is_stuffed(self, memory: Memory) -> bool:
        """Whether a fault leaves no room in it."""
        return memory.name != "SR" and bool(self.faults.standing(ModemFaultKind.STORAGE_FULL))

    def memory(self, place: int) -> Memory:
        """1 is <mem1>, which reads and deletes; 2 is <mem2>, writes and sends; 3 is <mem3>,
        receives.
        """
        return self.memories[self.settings.memories[place - 1]]
