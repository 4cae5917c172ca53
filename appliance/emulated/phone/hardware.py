"""The parts of a phone that are no software: SIM, battery, lock and screen."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSim:
    """`number` is what the card says of itself, which operators often leave empty."""

    number: str
    iccid: str
    operator: str = "KPN"
    mcc_mnc: str = "20408"
    subscription: int = 1


@dataclass(slots=True, kw_only=True)
class Battery:
    """`temperature` is in tenths of a degree, `voltage` in millivolts, as Android prints them.

    `cycles` and `capacity` in percent stand in lines of Samsung's own; None: another maker's phone.
    """

    level: int = 80
    usb: bool = True
    health: int = 2
    temperature: int = 274
    voltage: int = 4352
    cycles: int | None = None
    capacity: int | None = None
    #: `dumpsys battery set` and `unplug` freeze what Android believes.
    updates_stopped: bool = False

    @property
    def status(self) -> int:
        """2 charging, 3 discharging, 5 full."""
        if not self.usb:
            return 3
        return 5 if self.level == 100 else 2


class LockKind(Enum):
    NONE = "none"
    SWIPE = "swipe"
    PIN = "pin"


@dataclass(slots=True, kw_only=True)
class ScreenLock:
    """Screen and keyguard.

    `bouncer` is the question for the PIN, `typed` what was answered so far.
    """

    kind: LockKind = LockKind.NONE
    pin: str = ""
    awake: bool = True
    keyguard: bool = False
    bouncer: bool = False
    typed: str = ""

    def wake(self) -> None:
        self.awake = True

    def sleep(self) -> None:
        self.awake = False
        self.bouncer = False
        self.typed = ""
        if self.kind is not LockKind.NONE:
            self.keyguard = True

    def restart(self, *, pin: str) -> None:
        """The phone restarts, dark and locked."""
        self.kind, self.pin = LockKind.PIN, pin
        self.sleep()

    def dismiss(self) -> None:
        """A swipe, or `wm dismiss-keyguard`: unlocks a phone without a PIN, else asks for it."""
        if not self.awake or not self.keyguard:
            return
        if self.kind is LockKind.PIN:
            self.bouncer = True
        else:
            self.unlock()

    def enter(self) -> None:
        """The PIN typed so far is confirmed."""
        right = self.typed == self.pin
        self.typed = ""
        if self.bouncer and right:
            self.unlock()

    def unlock(self) -> None:
        self.keyguard = False
        self.bouncer = False

    @property
    def open(self) -> bool:
        """Whether an app can be seen."""
        return self.awake and not self.keyguard
