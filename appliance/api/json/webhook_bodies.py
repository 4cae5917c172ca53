"""The bodies of requests and answers about webhooks."""

import re
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from appliance.api.json.bodies import AnswerBody
from appliance.api.json.forms import Time, whole
from appliance.api.json.mapping import From
from appliance.desk.webhooks.event_names import WANTED

ContentName = Literal["ids", "full"]
_URL = "https anywhere; http inside the company's own network."
_ADDRESS = whole("https?://[!-~]{1,1992}")
_EVENTS = "Names such as `message.received`, groups such as `message.*`, or `*`."
_CONTENT = "`ids`: no text, number or name. `full`: the message, too, as `GET /messages` shows it."
_NAMES = whole("|".join(re.escape(each) for each in WANTED))
_Events = Annotated[
    list[Annotated[str, Field(json_schema_extra=_NAMES)]],
    Field(max_length=100, description=_EVENTS, json_schema_extra={"minItems": 1}),
]


class WebhookOut(AnswerBody):
    id: str
    url: str
    events: list[str]
    line: str | None = Field(description="The line's id; null: all lines that its token sees.")
    branch: str | None = Field(description="Null: every branch.")
    content: ContentName
    enabled: bool
    off_why: Literal["person", "token", "gone", "failing"] | None = Field(
        description="Why it is off: somebody paused it, its token was revoked, it answered 410, or"
        " nothing arrived there for five days."
    )
    failing_since: Annotated[datetime | None, From("failing_ms")]
    created_at: datetime


class NewWebhookOut(WebhookOut):
    secret: str = Field(description="`whsec_…`; shown here and at `rotate` only.")


class AttemptOut(AnswerBody):
    at: datetime
    status: int | None = Field(description="What was answered.")
    error: str | None = Field(description="Why nothing was, such as `timeout`.")
    took_ms: int


class DeliveryOut(AnswerBody):
    id: str = Field(description="The `webhook-id`.")
    type: str
    state: Literal["pending", "delivered", "failed"]
    event: Annotated[int, From("event_seq")] = Field(description="`seq` of its event.")
    created_at: datetime
    next_at: Annotated[datetime | None, From("next_ms")] = Field(
        description="When it is tried again."
    )
    attempts: list[AttemptOut]


class RotatedOut(AnswerBody):
    secret: str
    previous_expires_at: datetime = Field(description="Until then both secrets sign.")


class ToldAgainOut(AnswerBody):
    id: str = Field(description="The `webhook-id` of what is sent.")


class ReplayOut(AnswerBody):
    since: datetime


class WebhookIn(BaseModel):
    """Where to post what happens."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: str = Field(description=_URL, json_schema_extra=_ADDRESS)
    events: _Events
    line: str | None = Field(None, description="Its id or number.", max_length=64)
    content: ContentName = Field("ids", description=_CONTENT)


class WebhookPatchIn(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: str | None = Field(None, description=_URL, json_schema_extra=_ADDRESS)
    events: _Events | None = None
    content: ContentName | None = Field(None, description=_CONTENT)
    enabled: bool | None = None


class ReplayIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    since: Time = Field(description="With its offset.")
