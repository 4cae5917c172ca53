"""A kind of device: all that the house asks of one, in the one object that it exports.

The runtime says at the start which kinds there are (`runtime/kinds.py`). All other code asks for a
kind here, by the name that is stored with each device, and compares with no kind's name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any, Protocol

from pydantic import BaseModel

from appliance.channels import Channel
from appliance.clock import Clock
from appliance.devices.complaint import Complaint
from appliance.devices.device_facts import DeviceFacts
from appliance.devices.modem_protocol import ModemListener
from appliance.devices.protocol import Driver
from appliance.devices.recording import Recorder
from appliance.devices.tour import Tour
from appliance.devices.worker import Rhythm
from appliance.enrolment import Enrolling
from appliance.errors import SetupError
from appliance.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccount:
    """What a device logs in with at a service: what its kind was told of it, and the secret."""

    settings: Mapping[str, Any]
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountField:
    """One thing that a person gives to log in with, as a page asks it. `label` and `hint` are
    English as in `phrases`; `sample` shows the form that it has.
    """

    name: str
    label: str
    hint: str = ""
    sample: str = ""
    is_secret: bool = False
    is_needed: bool = True


ANY_ACCOUNT = (
    AccountField(name="address", label="Address"),
    AccountField(name="secret", label="Token or password", is_secret=True, is_needed=False),
)
"""Of a kind that does not say what it wants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAccount:
    """What a person gave, as it is kept. `address` is the same for the same account, whatever its
    secret is; `name` is what people call it; `note` says what the service could not be asked, or
    has to say against it.
    """

    address: str
    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """A device as the database has it. `facts` are those that its driver told. `account` is None
    for one that has none, and where the key that sealed its secret is not here.
    """

    id: str
    address: str
    imei: str | None = None
    facts: DeviceFacts = field(default_factory=DeviceFacts)
    account: ServiceAccount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Something that is plugged into this machine and may be a device of the kind."""

    address: str
    state: str


class PictureOf(Enum):
    SCREEN = "screen"
    #: The screen is off.
    DARK = "dark"
    #: It is on and the picture black: the app in front allows none.
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    webp: bytes
    of: PictureOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """How a person looks at a screen from afar and presses on it. Each may raise DeviceError."""

    #: By the device's address; any thread, also while the device works.
    look: Callable[[str], Picture]
    #: In the device's own thread, at fractions of width and height. Raises InvalidInput for what is
    #: not pressed from afar.
    tap: Callable[[Driver, float, float], None]
    #: In the device's own thread.
    back: Callable[[Driver], None]


class Watch(Protocol):
    """Notices sooner than a device's own thread that it came or went."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def follow(self, address: str, changed: Callable[[], None]) -> None: ...

    def forget(self, address: str) -> None: ...


class DriverFactory(Protocol):
    def __call__(
        self,
        device: Enrolled,
        *,
        listener: ModemListener,
        clock: Clock,
        settings: BaseModel | None,
    ) -> Driver:
        """`settings` is an instance of the kind's own model, None where the kind has no model."""
        ...


def _no_driver(
    device: Enrolled, *, listener: ModemListener, clock: Clock, settings: BaseModel | None
) -> Driver:
    del listener, clock, settings
    raise SetupError(f"Nothing on this machine drives {device.address}.")


def _nothing_wrong(enrolled: Sequence[Enrolled]) -> Sequence[Complaint]:
    del enrolled
    return ()


def _nothing_there() -> Sequence[Seen]:
    return ()


def _nothing_to_do() -> None:
    return


def _not_on_usb(address: str, settings: BaseModel | None) -> str | None:
    del address, settings
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`name` is stored with each device; `label` is what people call one, English as in `phrases`,
    and `icon` the picture beside it. `channels` are those that a new line gets, best first.

    `doctor` and `plugged_in` may take a while; `prepare` is called once before the devices start
    and raises nothing.
    """

    name: str
    label: str
    icon: str = "modem"
    channels: Sequence[Channel] = ()
    make_driver: DriverFactory = _no_driver
    make_watch: Callable[[], Watch] | None = None
    prepare: Callable[[], None] = _nothing_to_do
    doctor: Callable[[Sequence[Enrolled]], Sequence[Complaint]] = _nothing_wrong
    plugged_in: Callable[[], Sequence[Seen]] = _nothing_there
    #: What a device at this address tells of itself on USB, by which its port is found; None: its
    #: port is not to be switched.
    usb_serial: Callable[[str, BaseModel | None], str | None] = _not_on_usb
    #: How one that is plugged in is made ready for a number, where that takes more than a port.
    make_enroller: Callable[[], Enrolling] | None = None
    rhythm: Rhythm = field(default_factory=Rhythm)
    #: Takes what the device shows, without what people wrote.
    record: Recorder | None = None
    #: Asks the device what is not known for certain of its kind, with a person beside it.
    tour: Tour | None = None
    #: None: it has no screen, or none that can be seen from afar.
    remote: Remote | None = None
    #: The model of the table in the config file that has the kind's name.
    settings: type[BaseModel] | None = None
    #: Sentences that differ from those of other kinds: what is wrong, and what a person should do.
    sentences: Mapping[Reason, tuple[str, str]] = field(default_factory=dict)
    #: Its doctor is asked on a machine without devices, too.
    is_expected: bool = False
    #: Checks what a person gave to log in with, by the names of its fields, and the secret; asks
    #: the service where it can. Raises InvalidInput for what cannot be right.
    read_account: Callable[[Mapping[str, str], str], GivenAccount] | None = None
    #: What a page asks for `read_account`; the secret is one of them.
    account_fields: Sequence[AccountField] = ANY_ACCOUNT
    #: How one gets such an account, and what `read_account` may say against what was given:
    #: English as in `phrases`.
    about_account: str = ""
    account_sentences: Sequence[str] = ()
    #: One has the number of a line, or is a SIM that lines fall back on. Else it stands beside
    #: them, as a bot or a mailbox: it is no fallback, and nobody plugs it in.
    has_sim: bool = True
    #: Lines may share one and fall back on it. A message that arrives at it is of its own SIM,
    #: whichever line it is for.
    is_shared: bool = False
    #: It tells each message once, so it must hear when nobody kept that.
    tells_once: bool = False
    #: It deletes what it has told, so nothing of a person is left there.
    is_emptied: bool = False
    #: What a person is asked who takes somebody off it, in English as in `phrases`: the chat, and
    #: one message. It says as `care_sentences` does for a phone; empty: as of a phone.
    removal_sentences: Sequence[str] = ()
    #: Always reads the same identity of the same SIM.
    always_reads_sim: bool = False
    #: It keeps what it sent, so it can be asked long afterwards whether a message left over it.
    keeps_sent: bool = False
    #: Gives each part to the network itself, and tells what the network says of it.
    hands_to_network: bool = False

    @classmethod
    def named(cls, name: str) -> "Kind":
        """A kind that is not known any more drives nothing; what its devices did is still shown."""
        return _KNOWN.get(name) or _unknown(name)

    @classmethod
    def known(cls) -> Sequence["Kind"]:
        return list(_KNOWN.values())


_KNOWN: dict[str, Kind] = {}


@lru_cache(maxsize=64)
def _unknown(name: str) -> Kind:
    return Kind(name=name, label=name)


def learn(kind: Kind) -> None:
    """From now on there are devices of this kind. Called before the first is asked for."""
    _KNOWN[kind.name] = kind
    for channel in kind.channels:
        Channel.learn(channel)
