"""The JSON that the control address takes."""

from base64 import b64decode
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
)

from appliance.emulated.phone.faults import FaultKind
from appliance.emulated.phone.whatsapp.closed import Registering
from appliance.emulated.phone.whatsapp.media import MediumKind
from appliance.emulated.phone.whatsapp.model import Change
from appliance.emulated.phone.whatsapp.notices import NoticeKind
from appliance.emulated.world.numbers import e164


def _number(value: str) -> str:
    number = e164(value)
    if number is None:
        raise ValueError(f"{value} is no phone number")
    return number


def _sender(value: str) -> str:
    """A number, or a name such as operators send from."""
    return e164(value) or value


Number = Annotated[str, AfterValidator(_number)]
Sender = Annotated[str, Field(min_length=1), AfterValidator(_sender)]


class _PhoneBody(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    phone: str = Field(default="", validation_alias=AliasChoices("phone", "serial", "line"))


class MediumBody(BaseModel):
    """The medium of a WhatsApp message; its caption is the message's `text`. `data` are the bytes
    of its file, in base64.
    """

    model_config = ConfigDict(extra="forbid")

    kind: MediumKind
    name: str = ""
    length: str = Field(default="", pattern=r"^(\d+:\d\d)?$")
    pages: int = Field(default=0, ge=0)
    downloaded: bool = True
    data: Annotated[bytes, BeforeValidator(b64decode)] = b""
    late_ms: int = Field(default=0, ge=0)


class MessageToPhone(_PhoneBody):
    """Somebody writes or calls; with `name` the phone has them in its phone book unless `saved` is
    false. `jid` is the chat's, if it is not the sender's own: `…@lid`, `status@broadcast`,
    `…@newsletter`. A `waiting` message cannot be decrypted yet. `quotes` are the words of the
    message that it answers. `subscription` is the SIM over which an SMS or a call comes, as the
    phone notes it; -1 where it notes none.
    """

    kind: Literal["message"] = "message"
    phone: str = Field(default="", validation_alias=AliasChoices("phone", "serial", "line", "to"))
    channel: Literal["whatsapp", "sms", "call"] = "whatsapp"
    sender: Sender = Field(validation_alias=AliasChoices("from", "sender"))
    text: str = ""
    name: str = ""
    saved: bool = True
    group: str = ""
    jid: str = Field(default="", pattern=r"^([\w.:-]+@[a-z.]+)?$")
    medium: MediumBody | None = None
    waiting: bool = False
    quotes: str = ""
    at_ms: int | None = None
    subscription: int | None = None


class ChangeMessage(_PhoneBody):
    """Changes a WhatsApp message that came, by the id that its injection returned."""

    kind: Literal["change"]
    id: str
    to: Change
    text: str = ""


class React(_PhoneBody):
    """Somebody puts an emoji on what the phone wrote to them, or posted in a group of this name."""

    kind: Literal["reaction"]
    sender: Number = Field(alias="from")
    emoji: str = "👍"
    text: str = ""
    group: str = ""


class WhatsAppNotice(_PhoneBody):
    """WhatsApp says what it is doing; with `from` the notification names that person's chat."""

    kind: Literal["notice"]
    what: NoticeKind
    sender: Number | None = Field(default=None, alias="from")


class WhatsAppCall(_PhoneBody):
    """Somebody calls over WhatsApp: a missed call, or one that still rings.

    With `shortcut` false the notification names no chat.
    """

    kind: Literal["whatsapp-call"]
    sender: Number = Field(alias="from")
    name: str = ""
    ringing: bool = False
    shortcut: bool = True


class PhoneSwitch(_PhoneBody):
    kind: Literal["unlock", "authorise", "wake", "sleep", "home"]


class Dismiss(_PhoneBody):
    """Notifications are swiped away: all, or those of one sender."""

    kind: Literal["dismiss"]
    sender: Sender | None = Field(default=None, alias="from")


class ReadOnPhone(_PhoneBody):
    """The contact reads what the phone sent."""

    kind: Literal["read"]
    sender: Number = Field(alias="from")


class SeenElsewhere(_PhoneBody):
    """The chat is opened on another device of the account."""

    kind: Literal["seen-elsewhere"]
    sender: Number = Field(alias="from")


class SaidElsewhere(_PhoneBody):
    """The account writes from another device; a standing notification echoes it."""

    kind: Literal["said-elsewhere"]
    to: Number
    text: str


class TypedOnPhone(_PhoneBody):
    """Somebody writes on the phone itself: in the chat, or as an answer in its notification."""

    kind: Literal["typed"]
    channel: Literal["whatsapp", "sms"] = "whatsapp"
    to: str = Field(description="A number, or the jid of a chat of WhatsApp.", min_length=1)
    text: str = Field(min_length=1)
    in_shade: bool = False


class Archive(_PhoneBody):
    """A chat goes into WhatsApp's archive, or out of it."""

    kind: Literal["archive"]
    jid: str
    on: bool = True


class PlugPhoneSim(_PhoneBody):
    """`slot` 1 is the second slot."""

    kind: Literal["plug-sim"]
    slot: Literal[0, 1] = 0
    iccid: str = Field(pattern=r"^\d{18,20}$")
    number: Number | Literal[""] = ""
    operator: str = "KPN"


class UnplugSim(_PhoneBody):
    kind: Literal["unplug-sim"]
    slot: Literal[0, 1] = 0


class SmsSim(_PhoneBody):
    """The SIM over which the phone sends SMS; -1 when it asks each time."""

    kind: Literal["sms-sim"]
    subscription: int


class SetBattery(_PhoneBody):
    """`temperature` in tenths of a degree. With `cycles` or `capacity`, in percent, it is a phone
    of Samsung.
    """

    kind: Literal["battery"]
    level: int | None = Field(default=None, ge=0, le=100)
    temperature: int | None = None
    health: int | None = Field(default=None, ge=1, le=7)
    usb: bool | None = None
    cycles: int | None = Field(default=None, ge=0)
    capacity: int | None = Field(default=None, ge=0, le=100)


class SetStorage(_PhoneBody):
    """How much room the phone has left; WhatsApp's own page for a full one is a fault."""

    kind: Literal["storage"]
    free_mb: int = Field(ge=0)


class AndroidSmsLimit(_PhoneBody):
    """Android's own limit for SMS, as if the phone had been started with these settings. A field
    that is left out is missing in the settings. Texts are taken as they are, nonsense too.
    """

    kind: Literal["sms-limit"]
    max_count: int | str | None = None
    interval_ms: int | str | None = None


class ChangePhone(_PhoneBody):
    """Somebody changes the phone's language, as `de-DE`, installs WhatsApp or takes it off, or goes
    through its registration: `registers` is the page that they came to. What is left out stays.
    """

    kind: Literal["by-person"]
    locale: str | None = Field(default=None, pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")
    whatsapp: bool | None = None
    registers: Registering | None = None


class Radio(_PhoneBody):
    """Data and radio on or off; the cable stays."""

    kind: Literal["radio"]
    on: bool


class Introduce(_PhoneBody):
    """How a number behaves from now on; a field that is left out stays as it is. With a `lid`
    WhatsApp hides the number and shows that account.
    """

    kind: Literal["person"]
    number: Number
    lid: str | None = Field(default=None, pattern=r"^(\d+@lid)?$")
    whatsapp: bool | None = None
    reads: bool | None = None
    answers: bool | None = None
    delivered_ms: int | None = Field(default=None, ge=0)
    read_ms: int | None = Field(default=None, ge=0)


class Spinner(_PhoneBody):
    """How long WhatsApp looks a number up."""

    kind: Literal["lookup"]
    ms: int = Field(ge=0)


class ShowRecording(_PhoneBody):
    """The phone shows what a file of `balie record` holds; without a file its own again."""

    kind: Literal["recording"]
    file: str = ""


class ChangeOwnProfile(_PhoneBody):
    """Somebody gives the phone's own WhatsApp account another name or picture, or registers it
    with another number; an empty one does not show.
    """

    kind: Literal["own-profile"]
    name: str | None = None
    picture: str | None = None
    number: str | None = None


class ChangeGroup(_PhoneBody):
    """Somebody else changes a group, by its present subject or its jid. `by` and `person` are
    numbers. `notify`: the phone says so in a notification.
    """

    kind: Literal["group"]
    group: str
    what: Literal[
        "rename", "icon", "add", "remove", "make-admin", "take-admin", "lock", "quiet", "refuse"
    ]
    by: str = ""
    to: str = ""
    person: str = ""
    notify: bool = True


Injection = (
    MessageToPhone
    | ChangeMessage
    | React
    | WhatsAppNotice
    | WhatsAppCall
    | PhoneSwitch
    | Dismiss
    | ReadOnPhone
    | SeenElsewhere
    | SaidElsewhere
    | TypedOnPhone
    | Archive
    | PlugPhoneSim
    | UnplugSim
    | SmsSim
    | SetBattery
    | SetStorage
    | AndroidSmsLimit
    | ChangePhone
    | Radio
    | Introduce
    | ChangeOwnProfile
    | ChangeGroup
    | Spinner
    | ShowRecording
)
_INJECTION: TypeAdapter[Injection] = TypeAdapter(Annotated[Injection, Field(discriminator="kind")])


class FaultBody(_PhoneBody):
    """`times` null: until it is lifted. `method` narrows the fault to an RPC method or to `shell`;
    a lost tap to the last word of the resource id; a fault of shell commands to a part of the
    command.
    """

    fault: FaultKind
    times: int | None = Field(default=None, ge=1)
    seconds: float = Field(default=5.0, ge=0)
    method: str | None = None
    lift: bool = False


class TruthBody(BaseModel):
    """What left at this moment or later."""

    model_config = ConfigDict(extra="forbid")

    since: int = 0


def injection(body: Any) -> Injection:
    """Raises pydantic.ValidationError; a body without `kind` is a message."""
    if isinstance(body, dict):
        body = {"kind": "message", **body}
    return _INJECTION.validate_python(body)
