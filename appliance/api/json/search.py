"""`/search`: messages, people and conversations that hold some words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query

from appliance.api.json import examples
from appliance.api.json.bodies import PageOut
from appliance.api.json.declared import Read
from appliance.api.json.forms import VISIBLE
from appliance.api.json.mapping import body_of
from appliance.api.json.office_bodies import HitOut
from appliance.api.json.paging import MAX_LIMIT, After, cursor
from appliance.desk.access.accesses import Accesses, Shown
from appliance.desk.access.tokens import Scope
from appliance.desk.search import finding
from appliance.desk.search.finding import Search
from appliance.desk.search.hits import PAGE, HitKind, HitPage
from appliance.errors import InvalidInput
from appliance.store.readings import ReadingKind, Thing


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hits(Read[Search, HitPage]):
    """A page of hits; `model` and `example` are for one."""

    def body(self, found: HitPage, asked: Search) -> dict[str, Any]:
        del asked
        return {"items": [body_of(self.model, hit) for hit in found.hits], "next": found.next}

    def whom(self, found: HitPage, asked: Search) -> Iterable[Shown]:
        del asked
        return (
            Shown(contact_id=hit.contact_id, conversation_id=hit.conversation_id, listed=True)
            for hit in found.hits
        )

    def tell(self, accesses: Accesses, asked: Search) -> None:
        if not asked.after:
            accesses.tell(ReadingKind.SEARCH, Thing.SEARCH, words=asked.q)

    @property
    def answer(self) -> tuple[type[PageOut[HitOut]], dict[str, Any]]:
        return PageOut[HitOut], {"items": [self.example], "next": None}


async def _asked(
    q: Annotated[
        str,
        Query(
            description="Words, all of which must be there; in quotes if beside each other."
            " Filters: `from:` whoever wrote, by the beginning of a name or number; `line:`;"
            " `label:`; `before:` and `after:` a day as 2026-03-31, `after:` with that day;"
            " `has:photo`; `is:failed`.",
            json_schema_extra=VISIBLE,
        ),
    ],
    kind: Annotated[HitKind | None, Query(description="Only these.")] = None,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Items on a page.")] = PAGE,
) -> Search:
    if not q.strip():
        raise InvalidInput("q", "Write what you look for.")
    return Search(q=q, kind=kind, after=cursor(after), limit=limit)


READS = (
    _Hits(
        tag="directory",
        path="/search",
        scope=Scope.MESSAGES_READ,
        name="search",
        summary="Find messages, people and conversations",
        description="The newest first; before the first messages some people and conversations."
        " A page may be short although there is a next one.",
        asked=_asked,
        read=finding.found,
        model=HitOut,
        example=examples.HIT,
    ),
)
