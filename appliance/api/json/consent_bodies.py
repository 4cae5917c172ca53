"""The bodies of answers about consent on a day, and of an objection."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from appliance.api.json.bodies import AnswerBody
from appliance.api.json.mapping import From

PROOF: dict[str, Any] = {
    "contact": "0195570e-8f10-7cc4-a1b2-0a0b0c0d0e01",
    "on": "2026-03-02T23:00:00.000Z",
    "lines": [
        {
            "number": "+31687654321",
            "line": "+31612345678",
            "branch": "Tilburg",
            "may_write": True,
            "why": "ok",
            "since": "2026-02-01T08:30:00.000Z",
        }
    ],
    "entries": [
        {
            "number": "+31687654321",
            "kind": "wrote_first",
            "channel": "whatsapp",
            "line": "+31612345678",
            "words": "Hoi, hebben jullie werk?",
            "source": None,
            "given_at": None,
            "by": "rule",
            "at": "2026-02-01T08:30:00.000Z",
            "message": "0195570e-8f10-7cc4-a1b2-0a0b0c0d0e02",
            "told": {
                "sent": "Welkom bij Tilburg!",
                "sent_at": "2026-02-01T08:30:01.000Z",
                "welcome": ["Welkom bij {branch}!"],
                "privacy": "Wat we bewaren: https://example.com/privacy",
            },
        }
    ],
}
OBJECTION: dict[str, Any] = {"words": "Rang on 2 March: no more messages from anybody here."}
OBJECTED: dict[str, Any] = {"contact": "0195570e-8f10-7cc4-a1b2-0a0b0c0d0e01", "cancelled": 2}


class StandingOut(AnswerBody):
    number: str
    line: Annotated[str, From("line_number")]
    branch: str
    may_write: Annotated[bool, From("verdict.allowed")]
    why: str = Field(description="`ok`, or the reason why it might not write.")
    since: str | None = Field(description="When the entry was recorded that decides.")


class ToldOut(AnswerBody):
    sent: str | None = Field(description="The welcome that they got within a day, as it was sent.")
    sent_at: str | None
    welcome: list[str] = Field(description="The words as they were set then; variants.")
    privacy: str | None


class LedgerEntryOut(AnswerBody):
    number: str
    kind: Annotated[str, From("kind.value")]
    channel: str | None
    line: Annotated[str | None, From("line_number")] = Field(
        description="Null: it counts for the whole company."
    )
    words: str | None = Field(description="What they wrote, or were shown.")
    source: str | None
    given_at: str | None = Field(description="When they gave it elsewhere.")
    by: str
    at: str
    message: str | None
    told: ToldOut | None = Field(description="What they were told, of one who wrote first.")


class ConsentProofOut(AnswerBody):
    contact: str
    on: str
    lines: Annotated[list[StandingOut], From("standings")]
    entries: list[LedgerEntryOut] = Field(description="The oldest first.")


class ObjectionIn(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    words: str = Field(description="What they said, and where.", min_length=1, max_length=1000)


class ObjectedOut(AnswerBody):
    contact: str
    cancelled: int = Field(description="How many waiting messages that cancelled.")
