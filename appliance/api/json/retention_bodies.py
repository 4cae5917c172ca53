"""The bodies of requests and answers about how long things are kept."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from appliance.api.json.bodies import AnswerBody
from appliance.api.json.mapping import From
from appliance.store.terms import MAX_DAYS, Keeps, Relation, Terms

_TERM: dict[str, Any] = {"minimum": 1, "maximum": MAX_DAYS}
Days = Annotated[
    int | None,
    Field(
        description="1 to 36500; null: as for `any`, and there: kept for ever.",
        json_schema_extra=_TERM,
    ),
]


class KindsIn(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    texts: Days = None
    media: Days = None
    evidence: Days = None
    calls: Days = None


class RelationsIn(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    any: KindsIn = Field(KindsIn(), description="Everybody for whom nothing else is said.")
    self: KindsIn = Field(KindsIn(), description="Who wrote by themselves.")
    candidate: KindsIn = KindsIn()
    placed: KindsIn = KindsIn()
    ended: KindsIn = KindsIn()


class RetentionIn(BaseModel):
    """All of it: what is left out is not said any more, so it is kept."""

    model_config = ConfigDict(extra="forbid", strict=True)

    relations: RelationsIn = RelationsIn()
    audit: int | None = Field(
        None, description="Days for the log of reading; null: kept.", json_schema_extra=_TERM
    )

    @property
    def named(self) -> dict[str, int | None]:
        """Each by a name such as `placed.texts`."""
        found: dict[str, int | None] = {"audit": self.audit}
        for relation in Relation:
            kinds: KindsIn = getattr(self.relations, relation.value)
            found |= {
                f"{relation.value}.{each.value}": getattr(kinds, each.value) for each in Keeps
            }
        return found


class KindsOut(AnswerBody):
    texts: int | None
    media: int | None
    evidence: int | None
    calls: int | None


class RelationsOut(AnswerBody):
    any: KindsOut
    self: KindsOut
    candidate: KindsOut
    placed: KindsOut
    ended: KindsOut


class RetentionOut(AnswerBody):
    relations: RelationsOut = Field(description="Days; null as in what one puts.")
    audit: int | None
    saved_at: datetime | None = Field(description="Null: nobody has said anything; all is kept.")


class DueOut(AnswerBody):
    messages: int = Field(description="Messages whose text would go.")
    people: int = Field(description="With whom these were exchanged.")
    media: int = Field(description="Files that would go.")


class RunOut(AnswerBody):
    id: str
    state: Literal["running", "done"]
    begun_at: datetime
    ended_at: datetime | None
    by: str | None = Field(description="Null: it was due.")
    messages: int
    people: int
    media: int
    media_bytes: Annotated[int, From("bytes")]
    notes: int = Field(description="Of colleagues, about conversations.")
    evidence: int = Field(description="Attempts that kept no proof but that they were.")
    calls: int
    readings: int = Field(description="Entries of the log of reading.")
    steps: int = Field(description="Transactions.")
    longest_ms: int = Field(description="The longest of them.")
    freed: int = Field(description="Bytes by which the file of the database is smaller.")


def relations(terms: Terms) -> dict[str, dict[str, int | None]]:
    return {
        relation.value: {each.value: terms.days.get((relation, each)) for each in Keeps}
        for relation in Relation
    }


TERMS: dict[str, Any] = {
    "relations": {
        "any": {"texts": 730, "media": 730, "evidence": 90, "calls": 90},
        "self": {"texts": None, "media": 28, "evidence": None, "calls": None},
        "candidate": {"texts": None, "media": 28, "evidence": None, "calls": None},
        "placed": {"texts": None, "media": None, "evidence": None, "calls": None},
        "ended": {"texts": None, "media": 28, "evidence": None, "calls": None},
    },
    "audit": 180,
}
RETENTION: dict[str, Any] = {**TERMS, "saved_at": "2026-03-02T08:30:00.000Z"}
DUE: dict[str, Any] = {"messages": 12402, "people": 311, "media": 845}
RUN: dict[str, Any] = {
    "id": "01977d2e-1c22-7b63-9d75-66e102b3c4d9",
    "state": "done",
    "begun_at": "2026-03-03T03:05:00.000Z",
    "ended_at": "2026-03-03T03:19:41.000Z",
    "by": None,
    "messages": 12402,
    "people": 311,
    "media": 845,
    "media_bytes": 212_404_111,
    "notes": 96,
    "evidence": 4018,
    "calls": 31,
    "readings": 0,
    "steps": 1203,
    "longest_ms": 11,
    "freed": 6_291_456,
}
