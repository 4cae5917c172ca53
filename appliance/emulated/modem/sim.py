"""The SIM card: who it is, and its PIN."""

from dataclasses import dataclass
from enum import Enum

from appliance.emulated.modem.results import CmeError

_PIN_TRIES, _PUK_TRIES = 3, 10


class SimLock(Enum):
    """What +CPIN? says."""

    OPEN = "READY"
    PIN = "SIM PIN"
    PUK = "SIM PUK"


@dataclass(slots=True, kw_only=True)
class SimCard:
    """`pin` empty is a card that asks for none."""

    number: str
    iccid: str
    imsi: str
    pin: str = ""
    puk: str = "12345678"
    lock: SimLock = SimLock.OPEN
    pin_tries: int = _PIN_TRIES
    puk_tries: int = _PUK_TRIES

    def power_up(self) -> None:
        """The card asks for its PIN again; a blocked PIN stays blocked."""
        if not self.pin_tries:
            self.lock = SimLock.PUK
        elif self.pin:
            self.lock = SimLock.PIN

    def enter_pin(self, pin: str) -> None:
        if self.lock is SimLock.PUK:
            raise CmeError(12)
        if self.lock is SimLock.OPEN:
            raise CmeError(3)
        if pin != self.pin:
            self.pin_tries -= 1
            self.lock = SimLock.PIN if self.pin_tries else SimLock.PUK
            raise CmeError(16)
        self.pin_tries = _PIN_TRIES
        self.lock = SimLock.OPEN

    def unblock(self, puk: str, new_pin: str) -> None:
        if self.lock is not SimLock.PUK:
            raise CmeError(3)
        if not self.puk_tries:
            raise CmeError(13)
        if puk != self.puk:
            self.puk_tries -= 1
            raise CmeError(16)
        self.pin = new_pin
        self.pin_tries, self.puk_tries = _PIN_TRIES, _PUK_TRIES
        self.lock = SimLock.OPEN
