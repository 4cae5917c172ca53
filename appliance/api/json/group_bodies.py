"""The bodies of requests and answers about groups."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from appliance.api.json.bodies import AnswerBody
from appliance.api.json.forms import VISIBLE, Recipient
from appliance.api.json.mapping import From
from appliance.characters import MAX_NAME


class MemberOut(AnswerBody):
    name: str | None
    number: str | None = Field(description="null: the phone shows a name only.")
    contact: str | None
    admin: Annotated[bool, From("is_admin")]


class GuardOut(AnswerBody):
    """While it is on, this name and picture are put back when somebody changes them."""

    on: bool
    name: str | None
    picture: str | None


class GroupOut(AnswerBody):
    id: str
    line: str
    name: str = Field(description="What the phone shows.")
    picture: str | None = Field(
        description="The medium that the phone put there; null once somebody has changed it."
    )
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
    __base__=AnswerBody,
    __doc__=(
        "One change of a group. Of a member `from` is who went and `to` who came; of a picture they"
        " are media, null where Balie does not know it."
    ),
    **_JOURNAL,
)


class _WithPicture(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    picture: str | None = Field(
        None, description="The id of an uploaded JPEG or PNG; left out, it stays.", max_length=64
    )


class GroupIn(_WithPicture):
    """A group to make. Everybody who is to be in it must have written to this line."""

    line: str = Field(description="The line: its id or its number.", max_length=64)
    name: str = Field(json_schema_extra={**VISIBLE, "maxLength": MAX_NAME})
    members: list[Recipient] = Field(
        description="Numbers, or ids of contacts.", min_length=1, max_length=256
    )


class GroupPatchIn(_WithPicture):
    """What a group is to be called and to show from now on; its guard guards that."""

    name: str | None = Field(None, json_schema_extra={**VISIBLE, "maxLength": MAX_NAME})


class GuardIn(_WithPicture):
    """Without a name or picture the guard keeps the one that it had, else the present one."""

    on: bool
    name: str | None = Field(None, json_schema_extra={**VISIBLE, "maxLength": MAX_NAME})


class MembersIn(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    members: list[Annotated[str, Field(max_length=120)]] = Field(
        description="Numbers, or ids of contacts. Who is taken out may also be named as shown.",
        min_length=1,
        max_length=256,
    )


class NewMembersIn(MembersIn):
    """Who is to come is named so that they can be found."""

    members: list[Recipient] = Field(
        description="Numbers, or ids of contacts.", min_length=1, max_length=256
    )
