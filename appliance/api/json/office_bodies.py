"""The bodies of answers about what an office has: lines, contacts, devices, and what is wrong."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from appliance.api.json.bodies import AnswerBody, ContactRef
from appliance.api.json.mapping import From
from appliance.api.json.names import ChannelName, KindName
from appliance.desk.search.hits import HitKind
from appliance.store.incidents import IncidentKind
from appliance.store.line_settings import LineSettings


class BranchRef(AnswerBody):
    id: str
    name: str


class RouteOut(AnswerBody):
    channel: ChannelName
    device: str


class FallbackOut(AnswerBody):
    """When the line's messages take the next route, and which kinds of them may leave over
    another device than the line's own.
    """

    after_min: int
    kinds: Annotated[list[Literal["reply", "automatic", "list", "confirmation"]], From("classes")]


class LineOut(AnswerBody):
    id: str
    number: str
    branch: BranchRef
    stopped: str | None = Field(description="Why nothing is sent until a person looks.")
    ready: list[ChannelName] = Field(description="The channels over which it can send now.")
    routes: list[RouteOut] = Field(description="Its ways to send, best first.")
    fallback: FallbackOut
    settings: LineSettings
    waiting: int = Field(description="Messages that have not left yet.")


class NumberOut(AnswerBody):
    number: str
    on_whatsapp: bool | None = Field(description="Null while nobody has asked WhatsApp.")


class ContactOut(AnswerBody):
    id: str
    name: str | None
    chosen_name: str | None = Field(description="What they call themselves.")
    office_name: str | None = Field(description="What the office calls them.")
    personnel_number: str | None
    numbers: list[NumberOut]
    labels: list[str]
    fields: dict[str, str] = Field(description="The office's own.")
    notes: str | None = Field(description="Of the token's branch, else of the company.")
    blocked: bool = Field(description="Nothing is written to them.")
    state: Literal["self", "candidate", "placed", "ended"] = Field(
        description="`self`: they wrote by themselves, and nobody said more yet."
    )
    state_since: datetime = Field(description="Since when they stand so with the agency.")
    created_at: datetime
    updated_at: datetime = Field(description="When anything of this was last changed.")


class StaffRef(AnswerBody):
    id: str
    name: str


class ConversationOut(AnswerBody):
    id: str
    line: str
    contact: ContactRef | None
    group: str | None
    name: str | None
    last_message: str | None
    last_at: datetime | None
    last_in_at: datetime | None = Field(description="When they last wrote to this line.")
    created_at: datetime
    state: Literal["open", "done"] = Field(description="A new message of theirs ends `done`.")
    assignee: StaffRef | None = Field(description="The colleague who has it.")
    labels: list[str]
    snoozed_until: datetime | Literal["reply"] | None = Field(
        description="Put away until then, or until they write; it is not among those that wait."
    )
    waiting_since: Annotated[datetime | None, From("waiting_ms")] = Field(
        description="The first message that no answer is proven sent to; null: nobody waits."
    )
    closing_note: str | None = Field(description="What was said when it was last done.")


class CallOut(AnswerBody):
    id: str = Field(description="Event `call.missed` names it as its fact `call`.")
    line: str
    number: str = Field(description="Empty where the caller withheld it.")
    contact: str | None = Field(description="Whose number it is, where that is known.")
    at: datetime
    channel: str | None = Field(description="Null: over the mobile network.")


class BalanceOut(AnswerBody):
    cents: int
    at: datetime | None


class DeviceOut(AnswerBody):
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


class HitOut(AnswerBody):
    kind: HitKind
    id: str = Field(description="Of the message, the contact or the conversation.")
    conversation: str | None = Field(description="Null for a person with whom there is none.")
    contact: str | None
    line: str | None
    at: datetime = Field(description="Of a person and a conversation: when they were last heard.")
    title: str = Field(description="Who it is about, or whom it is with.")
    snippet: str
    marks: list[tuple[int, int]] = Field(
        description="Where in `snippet` the words stand: from and to, in code points."
    )
    link: str | None = Field(description="Its place among the pages.")


class IncidentOut(AnswerBody):
    id: str = Field(description="The events `incident.opened` and `.closed` name it so.")
    device: str | None = Field(description="Without device and line it is the machine itself.")
    line: str | None
    kind: IncidentKind
    since: datetime
    until: datetime | None = Field(description="Null while it is open.")
    stops: list[ChannelName] = Field(description="The channels over which nothing is sent.")
    sentence: str = Field(description="What is wrong and what to do, in English.")
