"""The bodies of requests and answers, as they are checked and as they are documented.

Answers are made as these models name their fields (`mapping.py`) and not checked again at run
time; the tests hold them against these models.
"""

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from appliance.api.json.forms import VISIBLE, Recipient, Shown, one_of
from appliance.api.json.mapping import From
from appliance.api.json.names import ChannelName, WantedChannel
from appliance.desk.outgoing.attaching import MOST_FILES
from appliance.media.kinds import MediaKind, MediaState
from appliance.messages import MAX_TEXT

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


_NOTHING_TO_SAY: dict[str, Any] = {
    "properties": {
        "text": {"not": VISIBLE},
        "media": {"anyOf": [{"type": "null"}, {"type": "array", "maxItems": 0}]},
    }
}


class MessageIn(BaseModel):
    """A message to send. It leaves only if the recipient agreed to hear from this line."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={**one_of("to", "group"), "not": _NOTHING_TO_SAY},
    )

    line: str = Field(description="The line to send from: its id or its number.", max_length=64)
    group: str | None = Field(
        None, description="The id of a group to post in, in place of `to`.", max_length=64
    )
    to: Recipient | None = Field(
        None,
        description="The recipient: a phone number, best as E.164, the id of a contact, the"
        " `…@lid` of one whose number WhatsApp hides, or somebody on a channel with identities of"
        " its own, such as `telegram:123456789`.",
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
        " all else WhatsApp where they have it, else SMS. A channel that is named takes what it"
        " writes to of the same person: a number that is joined with a bot's chat goes to that.",
    )
    media: list[str] | None = Field(
        None,
        max_length=MOST_FILES,
        description="The ids of files, from `POST /media`, in the order in which they leave. Each"
        " is a message of its own on the phone, the text stands below the first one, and `sent`"
        " means that all of them left. The message waits for a channel that carries files:"
        " WhatsApp.",
    )
    quotes: str | None = Field(
        None,
        max_length=64,
        description="The id of a message of the same conversation that this one answers. On their"
        " phone it is a text that answers a text; where the phone cannot prove that, and for all"
        " else, it stands there without the quote, and `quoted` in the evidence says so. In a"
        " group, a text that would answer one of several messages that look alike does not leave."
        " Beside `media` it is refused: WhatsApp makes no answer of a file.",
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


class AnswerBody(BaseModel):
    """Its checks are worked out for who checks, which no running Balie does."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class ListIn(BaseModel):
    """One text to many: each gets a message of their own, or is told of with the reason."""

    model_config = ConfigDict(extra="forbid", strict=True)

    line: str = Field(description="The line to send from: its id or its number.", max_length=64)
    to: list[Recipient] = Field(
        description="The recipients' phone numbers, best as E.164.", min_length=1, max_length=10_000
    )
    texts: list[Shown] = Field(
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


class AcceptedOut(AnswerBody):
    """It is durable and will be sent once; `expected_at` null: nobody can know."""

    id: str
    state: State
    expected_at: datetime | None
    reason: str | None = Field(description="Why it does not leave at once, as a code.")


class CancelledOut(AnswerBody):
    """Nothing of what the message says: that needs the scope to read messages."""

    id: str
    state: State


class RecipientOut(AnswerBody):
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


class ListOut(AnswerBody):
    """In the order of the request. Nothing is kept in a dry run."""

    dry_run: bool
    accepted: int
    refused: int
    first_at: datetime | None
    last_at: datetime | None
    recipients: list[RecipientOut]


class ContactRef(AnswerBody):
    """`id` is null for somebody in a group whom Balie does not know."""

    id: str | None
    number: str
    name: str | None


class MediaOut(AnswerBody):
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


class UploadOut(AnswerBody):
    """A file that can be sent now."""

    id: str
    kind: MediaKind
    type: str
    name: str
    bytes: int
    sha256: str


class ReactionOut(AnswerBody):
    emoji: str
    by: str | None = Field(
        description="The id of the contact; null for somebody in a group who is none."
    )


class MessageOut(AnswerBody):
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
    imported: bool = Field(
        default=False,
        description="There when it was read from a phone that had it before Balie came.",
    )
    undated: bool = Field(
        default=False,
        description="There when the phone did not show the day of such a message: `happened_at` is"
        " only its place then.",
    )


class HistoryOut(AnswerBody):
    """One change: what happened when, with the facts of it."""

    seq: int
    at: datetime
    kind: Annotated[str, From("kind.value")]
    facts: dict[str, Any]


class PartOut(AnswerBody):
    """One SMS of a long one: whether it is proven to have left, and what the network reported."""

    part: Annotated[int, From("number")]
    state: Literal["sent", "missing", "unknown"]
    report: Literal["arrived", "failed", "trying"] | None
    reported_at: Annotated[datetime | None, From("report_ms")]


class EvidenceOut(AnswerBody):
    """One try over one device, and what was seen that proves its outcome."""

    attempt: Annotated[str, From("id")]
    device: str
    channel: ChannelName
    started_at: datetime
    tapped_at: datetime | None
    ended_at: datetime | None
    outcome: Literal["sent", "partly", "not_sent", "unknown", "refused"] | None
    signature: str | None = Field(
        description="Added to the text: it left from another number, or without its files."
    )
    parts: list[PartOut] = Field(description="Where the device tells the parts of an SMS apart.")
    seen: Annotated[dict[str, Any], From("evidence")]


class MessageDetailOut(MessageOut):
    earlier: list[str] = Field(
        default=[], description="There when it was edited: what it said before, oldest first."
    )
    history: list[HistoryOut]
    evidence: Annotated[list[EvidenceOut], From("attempts")]


class EventOut(AnswerBody):
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


class PageOut(AnswerBody, Generic[T]):
    items: list[T]
    next: str | None = Field(description="For `after` on the next page; null on the last.")


class HealthOut(AnswerBody):
    """`trial`: this version is on trial; it answers, and neither sends nor takes anything."""

    status: Literal["ok", "trial"]


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
