"""The bodies of requests and answers, as they are checked and as they are documented.

Answers are made as these models name their fields (`mapping.py`) and not checked again at run
time; the tests hold them against these models.
"""

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    create_model,
    field_validator,
)
from pydantic_core import PydanticCustomError

from appliance.api.json.mapping import From
from appliance.api.json.names import ChannelName, KindName, WantedChannel
from appliance.media.kinds import MediaKind, MediaState
from appliance.messages import MAX_TEXT
from appliance.store.incidents import IncidentKind
from appliance.store.line_settings import LineSettings

T = TypeVar("T")

MAX_TTL_S = 30 * 24 * 3600
"""One month: an office that needs longer means a list with a date, not a message."""

State = Literal[
    "queued",
    "sending",
    "unconfirmed",
    "sent",
    "delivered",
    "read",
    "failed",
    "refused",
    "expired",
    "cancelled",
    "received",
]


class MessageIn(BaseModel):
    """A message to send. It leaves only if the recipient agreed to hear from this line."""

    model_config = ConfigDict(extra="forbid", strict=True)

    line: str = Field(description="The line to send from: its id or its number.", max_length=64)
    group: str | None = Field(
        None, description="The id of a group to post in, in place of `to`.", max_length=64
    )
    to: str | None = Field(
        None,
        description="The recipient: a phone number, best as E.164, the id of a contact, or the"
        " `…@lid` of one whose number WhatsApp hides.",
        max_length=64,
        validate_default=True,
    )
    text: str = Field(
        "",
        description=f"What to say: 1 to {MAX_TEXT} characters, kept as they are (NFC). Beside a"
        " file it is the caption, which may be empty.",
    )
    channel: WantedChannel = Field(
        "auto",
        description="`auto`: an answer takes the channel on which they last wrote, where it can;"
        " all else WhatsApp where they have it, else SMS.",
    )
    media: list[str] | None = Field(
        None,
        max_length=30,
        description="The id of one file, from `POST /media`. The message then waits for a channel"
        " that carries files: WhatsApp.",
    )
    quotes: str | None = Field(
        None,
        max_length=64,
        description="The id of a message of the same conversation that this one answers. Balie"
        " shows it so; on their phone the message stands without the quote.",
    )
    ttl_s: int | None = Field(
        None,
        ge=1,
        le=MAX_TTL_S,
        description="Seconds after which it is too old to be worth sending; a day if left out.",
    )
    not_before: AwareDatetime | None = Field(
        None, description="ISO 8601 with an offset; it does not leave earlier."
    )

    @field_validator("to")
    @classmethod
    def _one_of_two(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("group") is None:
            raise PydanticCustomError("missing", "Say to whom.")
        if value is not None and info.data.get("group") is not None:
            raise PydanticCustomError("balie", "Give “to” or “group”, not both.")
        return value

    @field_validator("media")
    @classmethod
    def _no_files_to_groups(cls, value: object, info: ValidationInfo) -> object:
        if value and info.data.get("group") is not None:
            raise PydanticCustomError("balie", "Files cannot be sent to a group yet.")
        return value


class _Out(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ListIn(BaseModel):
    """One text to many: each gets a message of their own, or is told of with the reason."""

    model_config = ConfigDict(extra="forbid", strict=True)

    line: str = Field(description="The line to send from: its id or its number.", max_length=64)
    to: list[Annotated[str, Field(max_length=64)]] = Field(
        description="The recipients' phone numbers, best as E.164.", min_length=1, max_length=10_000
    )
    texts: list[str] = Field(
        description="Variants of what to say, taken in turn; `{naam}` is the recipient's name,"
        " `{voornaam}` the first word of it. More than 10 people never get the same words one"
        " after another.",
        min_length=1,
        max_length=20,
    )
    channel: WantedChannel = Field(
        "auto", description="`auto`: WhatsApp where they have it, else SMS."
    )
    ttl_s: int | None = Field(
        None,
        ge=1,
        le=MAX_TTL_S,
        description="Seconds after which it is too old to be worth sending; until the end of the"
        " day if left out.",
    )
    not_before: AwareDatetime | None = Field(
        None, description="ISO 8601 with an offset; it does not leave earlier."
    )


class AcceptedOut(_Out):
    """It is durable and will be sent once; `expected_at` null: nobody can know."""

    id: str
    state: State
    expected_at: datetime | None
    reason: str | None = Field(description="Why it does not leave at once, as a code.")


class CancelledOut(_Out):
    """Nothing of what the message says: that needs the scope to read messages."""

    id: str
    state: State


class RecipientOut(_Out):
    """One of a list: `id` is the message's, null in a dry run and when refused."""

    to: str
    verdict: Literal["accepted", "refused"]
    id: str | None
    text: str | None = Field(
        description="What they get, with their name in it for a token with `contacts:read`; "
        "for others the author's own words, `{naam}` and all."
    )
    expected_at: datetime | None
    reason: str | None = Field(
        description="Why it does not leave at once, or why it is refused, as a code."
    )


class ListOut(_Out):
    """In the order of the request. Nothing is kept in a dry run."""

    dry_run: bool
    accepted: int
    refused: int
    first_at: datetime | None
    last_at: datetime | None
    recipients: list[RecipientOut]


class ContactRef(_Out):
    """`id` is null for somebody in a group whom Balie does not know."""

    id: str | None
    number: str
    name: str | None


class MediaOut(_Out):
    """A file of a message. Its bytes are at `/media/{id}` while `state` is `here`."""

    id: str
    kind: MediaKind
    type: str = Field(description="FileType by the content, as a MIME type; empty before it came.")
    name: str
    bytes: int | None
    sha256: str | None
    seconds: int | None = Field(default=None, description="How long it lasts.")
    width: int | None = None
    height: int | None = None
    state: MediaState = Field(
        description="`fetching`: it is being brought from the phone; `on-phone-only`: Balie does"
        " not have it, or no more; `erased`: for good."
    )


class UploadOut(_Out):
    """A file that can be sent now."""

    id: str
    kind: MediaKind
    type: str
    name: str
    bytes: int
    sha256: str


class ReactionOut(_Out):
    emoji: str
    by: str = Field(description="The id of the contact.")


class MessageOut(_Out):
    id: str
    direction: Literal["in", "out"]
    line: str = Field(description="The line's id.")
    line_number: str
    conversation: str
    group: str | None
    contact: ContactRef
    channel: ChannelName | None = Field(description="null: not yet known, whichever works.")
    text: str
    origin: Literal["person", "notice", "technical"] = Field(
        description="Who speaks in what came in: only a person waits for an answer. A notice is"
        " automatic, such as that a voicemail waits; what is technical is meant for equipment."
    )
    media: list[MediaOut]
    state: State
    reason: str | None
    kind: Literal["reply", "automatic", "list", "confirmation"] | None
    author: str | None = Field(description="Who wrote it: staff, software or a rule, by name.")
    expected_at: datetime | None
    not_before: datetime | None
    expires_at: datetime | None
    created_at: datetime
    happened_at: datetime = Field(description="Where it stands in the conversation: as it came.")
    written_at: datetime | None = Field(
        description="When what came in was sent, as the phone or modem has it: it may have been on"
        " its way for hours."
    )
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    awaited: bool = Field(
        default=False, description="There when the phone cannot read it yet: no words of theirs."
    )
    edited: bool = Field(
        default=False, description="There when they changed it; `text` is what it says now."
    )
    deleted: bool = Field(
        default=False, description="There when they took it back; `text` is what it said."
    )
    reactions: list[ReactionOut] = Field(
        default=[], description="There when they put an emoji on it: the latest of each person."
    )
    quotes: str | None = Field(
        default=None, description="There when it answers a message: the id of that one."
    )
    typed_on_phone: bool = Field(
        default=False, description="There when somebody wrote it on the phone itself."
    )


class HistoryOut(_Out):
    """One change: what happened when, with the facts of it."""

    seq: int
    at: datetime
    kind: Annotated[str, From("kind.value")]
    facts: dict[str, Any]


class PartOut(_Out):
    """One SMS of a long one: whether it is proven to have left, and what the network reported."""

    part: Annotated[int, From("number")]
    state: Literal["sent", "missing", "unknown"]
    report: Literal["arrived", "failed", "trying"] | None
    reported_at: Annotated[datetime | None, From("report_ms")]


class EvidenceOut(_Out):
    """One try over one device, and what was seen that proves its outcome."""

    attempt: Annotated[str, From("id")]
    device: str
    channel: ChannelName
    started_at: datetime
    tapped_at: datetime | None
    ended_at: datetime | None
    outcome: Literal["sent", "partly", "not_sent", "unknown", "refused"] | None
    signature: str | None = Field(description="Added to the text: it left from another number.")
    parts: list[PartOut] = Field(description="Where the device tells the parts of an SMS apart.")
    seen: Annotated[dict[str, Any], From("evidence")]


class MessageDetailOut(MessageOut):
    earlier: list[str] = Field(
        default=[], description="There when it was edited: what it said before, oldest first."
    )
    history: list[HistoryOut]
    evidence: Annotated[list[EvidenceOut], From("attempts")]


class BranchRef(_Out):
    id: str
    name: str


class RouteOut(_Out):
    channel: ChannelName
    device: str


class FallbackOut(_Out):
    """When the line's messages take the next route, and which kinds of them may leave over
    another device than the line's own.
    """

    after_min: int
    kinds: Annotated[list[Literal["reply", "automatic", "list", "confirmation"]], From("classes")]


class LineOut(_Out):
    id: str
    number: str
    branch: BranchRef
    stopped: str | None = Field(description="Why nothing is sent until a person looks.")
    ready: list[ChannelName] = Field(description="The channels over which it can send now.")
    routes: list[RouteOut] = Field(description="Its ways to send, best first.")
    fallback: FallbackOut
    settings: LineSettings
    waiting: int = Field(description="Messages that have not left yet.")


class ContactOut(_Out):
    id: str
    name: str | None
    chosen_name: str | None = Field(description="What they call themselves.")
    office_name: str | None = Field(description="What the office calls them.")
    personnel_number: str | None
    numbers: list[str]
    created_at: datetime


class ConversationOut(_Out):
    id: str
    line: str
    contact: ContactRef | None
    group: str | None
    name: str | None
    last_message: str | None
    last_at: datetime | None
    last_in_at: datetime | None = Field(description="When they last wrote to this line.")
    created_at: datetime


class MemberOut(_Out):
    name: str | None
    number: str | None = Field(description="null: the phone shows a name only.")
    contact: str | None
    admin: Annotated[bool, From("is_admin")]


class GuardOut(_Out):
    """While it is on, this name and picture are put back when somebody changes them."""

    on: bool
    name: str | None
    picture: str | None


class GroupOut(_Out):
    id: str
    line: str
    name: str = Field(description="What the phone shows.")
    picture: str | None
    guard: GuardOut
    members: list[MemberOut] = Field(description="Who is to be added stands here at once.")
    created_at: datetime


_JOURNAL: dict[str, Any] = {  # `from` is a word of Python's
    "at": (datetime, ...),
    "what": (Literal["name", "picture", "member"], ...),
    "by": (Annotated[str | None, From("by_whom")], ...),
    "from": (Annotated[str | None, From("before")], ...),
    "to": (Annotated[str | None, From("after")], ...),
    "put_back": (bool, ...),
}
JournalOut = create_model(
    "JournalOut",
    __base__=_Out,
    __doc__="One change of a group. Of a member `from` is who went and `to` who came.",
    **_JOURNAL,
)


class _WithoutPicture(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    picture: None = Field(None, description="Leave out: a group's picture cannot be set yet.")

    @field_validator("picture", mode="before")
    @classmethod
    def _no_pictures_yet(cls, value: object) -> None:
        if value is not None:
            sentence = "The picture of a group cannot be set yet: leave “picture” out."
            raise PydanticCustomError("balie", sentence)


class GroupIn(_WithoutPicture):
    """A group to make. Everybody who is to be in it must have written to this line."""

    line: str = Field(description="The line: its id or its number.", max_length=64)
    name: str
    members: list[Annotated[str, Field(max_length=64)]] = Field(
        description="Numbers, or ids of contacts.", min_length=1, max_length=256
    )


class GroupPatchIn(_WithoutPicture):
    """What a group is to be called from now on; its guard guards that name."""

    name: str | None = None


class GuardIn(_WithoutPicture):
    """Without a name the guard keeps the one that it had, else the present one."""

    on: bool
    name: str | None = None


class MembersIn(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    members: list[Annotated[str, Field(max_length=120)]] = Field(
        description="Numbers, or ids of contacts. Who is taken out may also be named as shown.",
        min_length=1,
        max_length=256,
    )


class CallOut(_Out):
    id: str = Field(description="Event `call.missed` names it as its fact `call`.")
    line: str
    number: str = Field(description="Empty where the caller withheld it.")
    contact: str | None = Field(description="Whose number it is, where that is known.")
    at: datetime


class BalanceOut(_Out):
    cents: int
    at: datetime | None


class DeviceOut(_Out):
    id: str
    kind: KindName
    state: Literal["absent", "unauthorized", "offline", "ready", "degraded"]
    reason: str
    channels: list[ChannelName] = Field(description="Those that can send now.")
    sim_number: str | None
    imei: str | None = Field(description="The modem that it is bound to.")
    balance: BalanceOut | None = Field(description="The credit of a prepaid SIM.")
    facts: dict[str, Any] = Field(
        description="What it told of itself: of a modem its port, make, network, signal in dBm,"
        " roaming and storage; of a phone its battery."
    )
    lines: list[str]
    changed_at: datetime


class IncidentOut(_Out):
    id: str = Field(description="The events `incident.opened` and `.closed` name it so.")
    device: str | None = Field(description="Without device and line it is the machine itself.")
    line: str | None
    kind: IncidentKind
    since: datetime
    until: datetime | None = Field(description="Null while it is open.")
    stops: list[ChannelName] = Field(description="The channels over which nothing is sent.")
    sentence: str = Field(description="What is wrong and what to do, in English.")


class EventOut(_Out):
    """One row of the event log: ids and facts, never a text and never a number."""

    seq: int
    epoch: str = Field(description="The numbering; another one means that a backup was restored.")
    at: datetime
    kind: str
    branch: str | None
    line: str | None
    conversation: str | None
    contact: str | None
    message: str | None
    device: str | None
    staff: str | None
    facts: dict[str, Any]


class PageOut(_Out, Generic[T]):
    items: list[T]
    next: str | None = Field(description="For `after` on the next page; null on the last.")


class HealthOut(_Out):
    status: Literal["ok"]


class ProblemOut(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="The stable name of the problem.")
    field: str | None = Field(None, description="The field that is not right.")
    remedy: str | None = Field(None, description="What would change the answer.")
    errors: list[dict[str, str]] | None = Field(None, description="All fields that are not right.")
