"""Words of enrolment: what a plugged device is, what a person does next, and what was set on it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Protocol

from appliance.clock import Clock


class EnrolStep(IntEnum):
    """The five steps to a working number, as a person goes through them."""

    CABLE = 1
    ALLOW = 2
    PHONE = 3
    APPS = 4
    NUMBER = 5


class ToDo(StrEnum):
    """The one thing that comes next; the first of them that is true, in this order."""

    #: The machine does not list it.
    PLUG_IN = "plug-in"
    #: It is on the cable, and USB debugging is off.
    DEBUGGING = "debugging"
    #: This machine may not open its USB port.
    USB_RIGHTS = "usb-rights"
    RECONNECT = "reconnect"
    #: It shows recovery, a boot loader, or is half started.
    RESTART = "restart"
    ALLOW = "allow"
    WAIT = "wait"
    BOOT = "boot"
    UNLOCK = "unlock"
    #: Its maker keeps the taps of a computer out until a second switch is on.
    SECOND_SWITCH = "second-switch"
    LANGUAGE = "language"
    INSERT_SIM = "insert-sim"
    ONE_SIM = "one-sim"
    WRONG_SIM = "wrong-sim"
    INSTALL = "install-whatsapp"
    UPDATE = "update-whatsapp"
    REGISTER = "register-whatsapp"
    # The pages of its registration, as a person goes through them at the phone.
    REGISTER_TERMS = "register-terms"
    REGISTER_NUMBER = "register-number"
    #: WhatsApp would call the phone to prove its number.
    REGISTER_CALL = "register-call"
    #: The phone that had the number before is asked.
    REGISTER_OLD_PHONE = "register-old-phone"
    REGISTER_CODE = "register-code"
    REGISTER_PIN = "register-pin"
    REGISTER_CAPTCHA = "register-captcha"
    REGISTER_EMAIL = "register-email"
    REGISTER_PASSKEY = "register-passkey"
    REGISTER_RESTORE = "register-restore"
    REGISTER_NAME = "register-name"
    #: WhatsApp does not take this phone.
    REGISTER_BLOCKED = "register-blocked"
    #: WhatsApp shows something that only a person may answer.
    LOOK = "look-at-whatsapp"
    #: It is registered with another number than the chosen one.
    WRONG_ACCOUNT = "wrong-whatsapp"
    SMS_APP = "sms-app"
    #: Nothing is in the way: it can be given a number.
    NUMBER = "number"

    @property
    def step(self) -> EnrolStep:
        return _STEPS[self]

    @property
    def registers(self) -> bool:
        """A person is at work on WhatsApp's registration, or is to begin with it."""
        return self in _REGISTERING


_T, _S = ToDo, EnrolStep
_REGISTERING = frozenset(each for each in ToDo if each.value.startswith("register-"))
_STEPS: Mapping[ToDo, EnrolStep] = {
    _T.PLUG_IN: _S.CABLE,
    _T.DEBUGGING: _S.CABLE,
    _T.USB_RIGHTS: _S.CABLE,
    _T.RECONNECT: _S.CABLE,
    _T.RESTART: _S.CABLE,
    _T.ALLOW: _S.ALLOW,
    _T.WAIT: _S.PHONE,
    _T.BOOT: _S.PHONE,
    _T.UNLOCK: _S.PHONE,
    _T.SECOND_SWITCH: _S.PHONE,
    _T.LANGUAGE: _S.PHONE,
    _T.INSERT_SIM: _S.APPS,
    _T.ONE_SIM: _S.APPS,
    _T.WRONG_SIM: _S.APPS,
    _T.INSTALL: _S.APPS,
    _T.UPDATE: _S.APPS,
    **dict.fromkeys(_REGISTERING, _S.APPS),
    _T.LOOK: _S.APPS,
    _T.WRONG_ACCOUNT: _S.APPS,
    _T.SMS_APP: _S.APPS,
    _T.NUMBER: _S.NUMBER,
}


class Advice(StrEnum):
    """What only a person can do at the phone, and what no number has to wait for."""

    NO_AUTO_UPDATE = "no-auto-update"
    NO_RCS = "no-rcs"
    AUTOSTART = "autostart"
    #: Android refused to except WhatsApp from saving the battery.
    BATTERY = "battery"
    #: WhatsApp's page does not show with which number it is registered.
    COMPARE = "compare-number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """What was read of a device without changing anything on it; empty where it was not told.

    `whatsapp` has the version of each app of WhatsApp by its package. `numbers` has one entry for
    each SIM, None where the card does not say its number, and `cards` has the numbers of the cards
    themselves.
    """

    address: str
    to_do: ToDo
    maker: str = ""
    model: str = ""
    android: str = ""
    language: str = ""
    whatsapp: Mapping[str, str] = field(default_factory=dict)
    numbers: Sequence[str | None] = ()
    cards: Sequence[str | None] = ()
    advice: Sequence[Advice] = ()

    @property
    def name(self) -> str:
        """As people call it: `Samsung SM-A546B`."""
        said = self.model.casefold().startswith(self.maker.casefold())
        maker = "" if said else self.maker[:1].upper() + self.maker[1:]
        return f"{maker} {self.model}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSetting:
    """A setting of a phone before and after Balie. `old` None: it was missing."""

    namespace: str
    name: str
    old: str | None
    new: str


class SettingOutcome(StrEnum):
    """What became of one setting; it was read again afterwards."""

    SET = "set"
    #: It was so before.
    ALREADY = "already"
    #: The phone did not take it, or does not say.
    REFUSED = "refused"
    PUT_BACK = "put-back"
    #: A person has changed it since, so it stays as it is.
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingTold:
    setting: KeptSetting
    outcome: SettingOutcome


class Probe(StrEnum):
    """The parts of the test from end to end; nothing is sent to anybody."""

    NOTIFICATIONS = "notifications"
    CLOCK = "clock"
    SIM = "sim"
    SMS = "sms"
    SCREEN = "screen"
    WHATSAPP = "whatsapp"
    #: With which number it is registered.
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """How far it came: done where `portrait.to_do` is NUMBER. `passed` are the probes that were
    made and worked; `failed` is the one that did not.
    """

    portrait: Portrait
    settings: Sequence[SettingTold] = ()
    passed: Sequence[Probe] = ()
    failed: Probe | None = None


class Stage(StrEnum):
    """What is being done to a device just now."""

    LOOKING = "looking"
    SETTING = "setting"
    TESTING = "testing"
    PUTTING_BACK = "putting-back"


class SettingsMemory(Protocol):
    """What Balie has set on one device. Durable on return."""

    def kept(self) -> Sequence[KeptSetting]: ...

    def remember(self, settings: Sequence[KeptSetting]) -> None:
        """Called before they are set. What was kept under the same name gives way."""
        ...

    def forget(self, settings: Sequence[KeptSetting]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentWish:
    """`number` is what the device's SIM and its account are to have. `driven`: a driver has the
    device in hand, so nothing is opened and nothing pressed on it.
    """

    address: str
    number: str
    driven: bool = False


class Enrolling(Protocol):
    """How devices of one kind are enrolled. Every call blocks, and raises DeviceError; `plugged`
    raises SetupError.
    """

    def plugged(self) -> Mapping[str, Portrait | None]:
        """What is plugged in, by address; None where it can be looked at."""
        ...

    def look(self, address: str) -> Portrait:
        """Only reads."""
        ...

    def enrol(
        self,
        wanted: EnrolmentWish,
        memory: SettingsMemory,
        clock: Clock,
        tell: Callable[[Stage], None],
    ) -> Enrolment: ...

    def release(self, address: str, memory: SettingsMemory) -> Sequence[SettingTold]:
        """Puts back what is kept, and forgets what is back."""
        ...
