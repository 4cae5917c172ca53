"""The bodies of requests and answers about archives."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from appliance.api.json.bodies import AnswerBody
from appliance.api.json.forms import DAY_OR_TIME, one_of, whole
from appliance.api.json.mapping import From


class ArchiveIn(BaseModel):
    """Of a line, a contact or a conversation: one of the three."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra=one_of("line", "contact", "conversation")
    )

    line: str | None = Field(None, description="Id or number of a line.", max_length=64)
    contact: str | None = Field(None, description="Id or number of a contact.", max_length=80)
    conversation: str | None = Field(None, description="Id of a conversation.", max_length=64)
    first: str | None = Field(
        None,
        alias="from",
        description="The first day as 2026-07-01, or a time; all there is if left out.",
        max_length=40,
        json_schema_extra=DAY_OR_TIME,
    )
    last: str | None = Field(
        None,
        alias="to",
        description="The last day, which counts, or the time before which it ends; else now.",
        max_length=40,
        json_schema_extra=DAY_OR_TIME,
    )
    period: str | None = Field(
        None,
        description="… or a quarter as `2026-Q3`, or a year as `2026`.",
        max_length=10,
        json_schema_extra=whole("(?:19[7-9][0-9]|20[0-9]{2})(?:-Q[1-4])?"),
    )
    format: Literal["pdf", "json", "zip"] = "pdf"
    language: Literal["nl", "en"] = Field("nl", description="Of its sentences.")


class ArchiveOut(AnswerBody):
    """A job. `url` is there when its file is."""

    id: str
    state: Annotated[
        Literal["queued", "running", "complete", "failed", "expired"], From("seen.state.value")
    ]
    url: str | None = Field(description="Where its file is, with the same rights as this.")
    format: Annotated[Literal["pdf", "json", "zip"], From("seen.job.format.value")]
    line: Annotated[str | None, From("seen.job.scope.line_id")]
    contact: Annotated[str | None, From("seen.job.scope.contact_id")]
    conversation: Annotated[str | None, From("seen.job.scope.conversation_id")]
    from_at: Annotated[datetime, From("seen.job.scope.from_ms")]
    to_at: Annotated[datetime, From("seen.job.scope.until_ms")]
    created_at: Annotated[datetime, From("seen.job.created_ms")]
    expires_at: Annotated[datetime | None, From("seen.job.expires_ms")] = Field(
        description="When its file is deleted."
    )
    messages: Annotated[int | None, From("seen.job.messages")] = Field(
        description="How many there are, once they are counted."
    )
    done: Annotated[int, From("seen.job.done")] = Field(description="How many are written.")
    bytes: Annotated[int | None, From("seen.job.bytes")]
    sha256: Annotated[str | None, From("seen.job.sha256")]
    chain: Annotated[str | None, From("seen.job.chain")] = Field(
        description="The last hash of its chain."
    )
    why: Annotated[str | None, From("seen.job.why")] = Field(
        description="Why it could not be made."
    )
