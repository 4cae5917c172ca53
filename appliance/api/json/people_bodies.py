"""The bodies of requests and answers about people."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from appliance.api.json.bodies import AnswerBody
from appliance.api.json.forms import VISIBLE, Number, Time
from appliance.api.json.office_bodies import ContactOut
from appliance.desk.contacts.changing import MAX_NOTES


class NumberIn(BaseModel):
    """As it stands in an answer, so that one may be changed and sent back."""

    model_config = ConfigDict(extra="ignore", strict=True)

    number: Number


class ContactPatchIn(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", strict=True)

    office_name: str | None = Field(None, description="What the office calls them.", max_length=200)
    name: str | None = Field(None, description="The same as `office_name`.", max_length=200)
    personnel_number: str | None = Field(None, max_length=200)
    numbers: list[Number | NumberIn] = Field(
        [],
        description="These and no others; the last one can be replaced.",
        max_length=20,
        json_schema_extra={"minItems": 1},
    )
    labels: list[Annotated[str, Field(max_length=64)]] = Field(
        [], description="Names of labels: these and no others.", max_length=50
    )
    fields: dict[str, str | None] = Field(
        {}, description="Those that it names; an empty one is taken away.", max_length=100
    )
    notes: str | None = Field(None, max_length=MAX_NOTES)
    blocked: bool = False
    state: Literal["self", "candidate", "placed", "ended"] = "candidate"
    state_since: Time | None = Field(None, description="Left out with a new `state`: since now.")


class ContactIn(ContactPatchIn):
    """Somebody new. It brings no consent: they have to write first. Without a branch they are the
    company's, or of the one branch that the token sees.
    """

    branch: str | None = Field(None, description="Its id or its name.", max_length=80)


class ContactByIn(ContactIn):
    """What the office says of somebody, who may be here already. It brings no consent."""

    numbers: list[Annotated[str, Field(max_length=80)] | NumberIn] = Field(
        [], description="Added to those that they have; none is taken away.", max_length=20
    )


class ContactsByItemIn(ContactByIn):
    personnel_number: str = Field(description="Who it is about.", max_length=200)


class ContactsByIn(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    items: list[ContactsByItemIn] = Field(min_length=1, max_length=500)


class ContactsByRowOut(AnswerBody):
    personnel_number: str
    verdict: Literal["new", "update", "same", "refused"]
    why: str = Field(description="Of a refused one: what is wrong, in English.")
    code: str | None = Field(description="Of a refused one: as a request of its own would answer.")
    contact: str | None
    other: str | None = Field(description="Who else has the number, where `number-taken`.")


class ContactsByOut(AnswerBody):
    items: list[ContactsByRowOut] = Field(description="In the order in which they came.")


class MergeIn(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    other: str = Field(description="Id or number of the other contact.", max_length=80)


class SplitIn(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    numbers: list[Number] = Field(
        description="Those of the other person.", min_length=1, max_length=20
    )


class UndoIn(BaseModel):
    """The newest joining or splitting is undone, if it was with this one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    other: str | None = Field(None, description="The id; left out: whoever it was with.")


class ImportedRowOut(AnswerBody):
    row: int = Field(description="As a spreadsheet counts: the head is row 1.")
    verdict: Literal["new", "update", "same", "double", "refused"]
    why: str
    contact: str | None


class ImportOut(AnswerBody):
    rows: list[ImportedRowOut]
    written: bool = Field(description="false: nothing was.")


class GoneContactOut(AnswerBody):
    """Somebody who is here no more: forget them, or their own card."""

    id: str
    updated_at: datetime
    erased_at: datetime | None = Field(None, description="All that was kept of them is gone.")
    joined_into: str | None = Field(None, description="The contact that they are part of now.")


class ListedContactOut(RootModel[ContactOut | GoneContactOut]):
    """One that is gone stands in answers to `updated_since` alone."""


class PastOut(AnswerBody):
    id: str
    at: datetime
    what: str = Field(description="`contact.created`, `.changed`, `.joined` or `.split`.")
    by: str | None = Field(description="The colleague or the software that did it.")
    fields: list[str] = Field(description="What is other since.")
    other: str | None = Field(description="The other contact, where two were joined or split.")
    undone: bool = Field(description="It took back what was joined or split before.")


class HoldIn(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "if": {"properties": {"on": {"const": True}}},
            "then": {
                "properties": {"reason": {"type": "string", **VISIBLE}},
                "required": ["reason"],
            },
        },
    )

    on: bool
    reason: str | None = Field(None, description="Why; needed to hold them.", max_length=2_000)
    until: Time | None = Field(None, description="It ends by itself then; else somebody ends it.")


class HoldOut(AnswerBody):
    on: bool
    reason: str | None
    since: datetime | None
    until: datetime | None
    by: str | None = Field(description="The colleague or the software that said so.")
