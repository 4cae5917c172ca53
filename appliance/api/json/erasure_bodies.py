"""The bodies of `/contacts/{id}/erase` and `/erasures`."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from appliance.api.json.bodies import AnswerBody
from appliance.api.json.forms import VISIBLE
from appliance.api.json.mapping import From

ErasureStateName = Literal["waiting", "erasing", "cleaning", "complete"]
StaysName = Literal["opt-out", "ledger", "log", "amounts", "others"]

_COUNTS = "How many of each kind: messages, media, notes, …"


def _something(schema: dict[str, Any]) -> None:
    """As for the word."""
    schema.update(VISIBLE)
    del schema["default"]


def _only_this_word(schema: dict[str, Any]) -> None:
    """Only a dry run goes without it."""
    schema["enum"] = ["ERASE"]
    del schema["default"]


class EraseIn(BaseModel):
    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"required": ["reason", "typed"]}
    )

    reason: str = Field(
        "",
        description="Why; names and numbers in it are not kept.",
        max_length=2_000,
        json_schema_extra=_something,
    )
    typed: str = Field(
        "",
        description="The word ERASE: it cannot be undone.",
        max_length=100,
        json_schema_extra=_only_this_word,
    )


class CopyOut(AnswerBody):
    name: str
    made_at: datetime
    until: datetime | None = Field(description="It goes by then; null: when somebody removes it.")


class CopiesAwayOut(AnswerBody):
    place: Literal["stick", "sftp"]
    kept: int = Field(description="How many lay there when the last one came.")
    made_at: datetime = Field(description="Of the newest.")


class TakenFileOut(AnswerBody):
    folder: str
    file: str = Field(description="Its own name; in `done/` its time stands before it.")
    taken_at: Annotated[datetime, From("ended_ms")]


class ErasurePreviewOut(AnswerBody):
    counts: dict[str, int] = Field(description=_COUNTS)
    stays: list[StaysName] = Field(description="What is kept of them all the same.")
    named: int = Field(description="Messages of other people in which they may be named.")
    copies: list[CopyOut] = Field(
        description="Copies that hold them until then; putting one back erases them again."
    )
    away: list[CopiesAwayOut] = Field(description="Copies on the stick and the server, too.")
    files: list[TakenFileOut] = Field(
        description="Files of watched folders that said something of them."
    )


class ErasureOut(AnswerBody):
    id: str
    state: ErasureStateName = Field(
        description="`complete` when free pages and the write-ahead log are clean, too."
    )
    counts: dict[str, int] = Field(description=f"{_COUNTS} As when it was asked.")
    contact: str
    reason: str
    left: int = Field(description="Messages that are still to be emptied.")
    asked_at: datetime
    erased_at: datetime | None = Field(description="From then on they are nobody here.")
    complete_at: datetime | None


class ErasureAskedOut(AnswerBody):
    id: str
    state: ErasureStateName
    counts: dict[str, int] = Field(description=_COUNTS)


_COUNTED: dict[str, Any] = {
    "messages": 214,
    "conversations": 1,
    "names": 2,
    "numbers": 1,
    "media": 9,
    "evidence": 3,
    "notes": 2,
    "drafts": 0,
    "calls": 1,
    "reactions": 4,
    "lists": 1,
    "rounds": 2,
    "groups": 0,
    "consent": 3,
    "mentions": 1,
}
_ID = "0198c8b4-7b1e-7d5a-9a51-6b1f0d2f4e77"
ERASE_IN: dict[str, Any] = {"reason": "She asked for it by letter.", "typed": "ERASE"}
ASKED: dict[str, Any] = {"id": _ID, "state": "waiting", "counts": _COUNTED}
PREVIEW: dict[str, Any] = {
    "counts": _COUNTED,
    "stays": ["opt-out", "ledger", "log", "amounts"],
    "named": 0,
    "copies": [
        {
            "name": "nightly-1774057500000.db.zst",
            "made_at": "2026-03-21T01:45:00.000Z",
            "until": "2026-07-23T01:45:00.000Z",
        }
    ],
    "away": [{"place": "stick", "kept": 10, "made_at": "2026-03-21T01:45:00.000Z"}],
    "files": [
        {"folder": "hr", "file": "people.csv", "taken_at": "2026-03-21T02:00:00.000Z"},
    ],
}
ERASURE: dict[str, Any] = {
    **ASKED,
    "state": "complete",
    "contact": "0198c8b4-0000-7000-8000-000000000001",
    "reason": "She asked for it by letter.",
    "left": 0,
    "asked_at": "2026-03-21T09:00:00.000Z",
    "erased_at": "2026-03-21T09:00:00.100Z",
    "complete_at": "2026-03-21T09:00:02.000Z",
}
