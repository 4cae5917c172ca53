"""`/care`: how often people sent what should not be kept, and what became of it."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from appliance.api.json.bodies import AnswerBody
from appliance.api.json.declared import One, nobody
from appliance.api.json.now import Now
from appliance.desk.access.sight import Sight
from appliance.desk.access.tokens import Scope
from appliance.desk.privacy.care import counting
from appliance.desk.privacy.care.counting import CareCount
from appliance.store.care_marks import CareKind

_EXAMPLE: dict[str, Any] = {
    "items": [
        {
            "branch": "01977a4e-5d37-7a4c-9f1e-0c9d5c1f6a01",
            "week": "2026-03-02",
            "kind": "bsn",
            "marked": 3,
            "hidden": 1,
            "removed": 2,
            "none": 0,
            "open": 1,
        }
    ],
    "next": None,
}


class CareOut(AnswerBody):
    branch: str
    week: str = Field(description="Its Monday, in the zone of the branch.")
    kind: CareKind
    marked: int
    hidden: int = Field(description="Of these, hidden at once by the rule of the branch.")
    removed: int
    none: int = Field(description="Somebody saw that it was none.")
    open: int = Field(description="Nobody has seen to it.")


class CarePageOut(AnswerBody):
    items: list[CareOut]
    next: None = Field(description="A quarter of a year is one page.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    count: CareCount

    @property
    def branch(self) -> str:
        return self.count.branch_id

    @property
    def week(self) -> str:
        return self.count.week.isoformat()

    @property
    def kind(self) -> CareKind:
        return self.count.kind

    @property
    def marked(self) -> int:
        return self.count.marked

    @property
    def hidden(self) -> int:
        return self.count.hidden

    @property
    def removed(self) -> int:
        return self.count.removed

    @property
    def none(self) -> int:
        return self.count.none

    @property
    def open(self) -> int:
        return self.count.open


@dataclass(frozen=True, slots=True, kw_only=True)
class _CountedPage:
    items: Sequence[_Counted]
    next: None = None


async def _now_ms(now_ms: Now) -> int:
    return now_ms


def _read(conn: sqlite3.Connection, sight: Sight, now_ms: int) -> _CountedPage:
    found = counting.of_branches(conn, sight, now_ms)
    return _CountedPage(items=[_Counted(count=each) for branch in found for each in branch.counts])


READS = (
    One(
        tag="reports",
        path="/care",
        scope=Scope.PRIVACY_WRITE,
        name="countCare",
        summary="How often people sent what should not be kept",
        description="By branch, the newest week first: a BSN, a bank number, a document, health.",
        asked=_now_ms,
        read=_read,
        model=CarePageOut,
        example=_EXAMPLE,
        shown=nobody,
    ),
)
