"""The bodies of requests and answers about what a team does with its conversations."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from appliance.api.json.bodies import AnswerBody, MediaOut
from appliance.api.json.forms import VISIBLE
from appliance.api.json.office_bodies import StaffRef
from appliance.desk.team import labels, saved_views

_DONE_LATER: dict[str, Any] = {
    "state": {"const": "done"},
    "snoozed_until": {"type": "string"},
}
"""A conversation is done or put away, not both."""


class ConversationPatchIn(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "not": {"required": ["state", "snoozed_until"], "properties": _DONE_LATER}
        },
    )

    state: Literal["open", "done"] = "open"
    assignee: str | None = Field(
        None, description="A colleague's id or name; null: nobody has it any more.", max_length=80
    )
    labels: list[Annotated[str, Field(max_length=64)]] = Field(
        [], description="Names of labels: these and no others.", max_length=50
    )
    snoozed_until: AwareDatetime | Literal["reply"] | None = Field(
        None, description="A time, `reply` for until they write, or null: back among the others."
    )
    closing_note: str | None = Field(None, description="Goes with the state `done`.")


class FilterIn(BaseModel):
    """What the list of conversations takes; or `q`, a search, for which nothing else counts."""

    model_config = ConfigDict(extra="forbid", strict=True)

    line: str | None = Field(None, max_length=64)
    state: Literal["open", "done"] | None = None
    assignee: str | None = Field(None, max_length=80)
    label: str | None = Field(None, max_length=64)
    waiting: bool | None = None
    sort: Literal["begun", "recent", "waiting"] | None = None
    q: str | None = Field(None, max_length=500)


class ViewOut(AnswerBody):
    id: str
    name: str
    shared: bool = Field(description="false: its maker's alone.")
    filter: dict[str, Any]
    branch: str | None = Field(description="null: of every branch.")
    created_at: datetime


class ViewPageOut(AnswerBody):
    items: list[ViewOut]
    next: str | None


class ViewIn(BaseModel):
    """Without a branch it is for every branch that the token sees."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(json_schema_extra={**VISIBLE, "maxLength": saved_views.MAX_NAME})
    shared: bool = False
    filter: FilterIn
    branch: str | None = Field(None, description="Its id or its name.", max_length=80)


class ViewPatchIn(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str | None = Field(None, json_schema_extra={**VISIBLE, "maxLength": saved_views.MAX_NAME})
    shared: bool | None = None
    filter: FilterIn | None = None


class NoteOut(AnswerBody):
    id: str
    conversation: str
    text: str
    author: str | None = Field(description="The colleague or the software that wrote it.")
    mentions: list[StaffRef] = Field(description="Whom it names after an `@`.")
    media: list[MediaOut] = Field(description="Its files. They are never sent.")
    created_at: datetime


class NoteIn(BaseModel):
    """A note for colleagues. It is never sent to anybody."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(description="`@` and a name tells that colleague of it. Empty beside files.")
    media: list[Annotated[str, Field(max_length=64)]] = Field(
        [], description="Ids of files that were uploaded for this note alone."
    )


class LabelOut(AnswerBody):
    id: str
    name: str
    branch: str | None = Field(description="null: of every branch.")
    created_at: datetime


class LabelIn(BaseModel):
    """Without a branch it is for every branch that the token sees."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(json_schema_extra={**VISIBLE, "maxLength": labels.MAX_NAME})
    branch: str | None = Field(None, description="Its id or its name.", max_length=80)


class LabelPatchIn(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(json_schema_extra={**VISIBLE, "maxLength": labels.MAX_NAME})
