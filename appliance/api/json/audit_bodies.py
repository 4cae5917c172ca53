"""The bodies of answers about who changed and who read what."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from appliance.api.json.bodies import AnswerBody
from appliance.api.json.mapping import From

ENTRY: dict[str, Any] = {
    "at": "2026-03-02T08:30:00.000Z",
    "who": "0195570e-8f10-7cc4-a1b2-0a0b0c0d0e0f",
    "what": "read",
    "contact": "0195570e-8f10-7cc4-a1b2-0a0b0c0d0e01",
    "conversation": "0195570e-8f10-7cc4-a1b2-0a0b0c0d0e02",
}
SWITCH: dict[str, Any] = {"on": True}


class AuditOut(AnswerBody):
    at: str
    who: str = Field(description="Id of a colleague or a token; `cli` on the box itself.")
    what: Annotated[str, From("what.value")] = Field(
        description="`read`, `search`, `dossier`, `export`, `erase` or `change`."
    )
    contact: str | None = Field(None, description="Left out where it is about nobody.")
    conversation: str | None = Field(None, description="Likewise.")


class ReadingLogOut(AnswerBody):
    on: bool


class ReadingLogIn(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    on: bool
