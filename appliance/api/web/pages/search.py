"""The page of the search, and what it finds by itself while somebody types."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.people import writing
from appliance.api.web.visit import Reading, Visit, in_header
from appliance.api.web.words import search_sentences
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission
from appliance.desk.access.sight import Sight, sight_in
from appliance.desk.contacts import beginnable
from appliance.desk.contacts.beginnable import BeginWay
from appliance.desk.inbox import overview
from appliance.desk.inbox.overview import InboxLine
from appliance.desk.search import finding, following
from appliance.desk.search.finding import Search
from appliance.desk.search.hits import Hit, HitKind, HitPage
from appliance.errors import InvalidInput, NotFound
from appliance.store.branch_settings import BranchSettings
from appliance.store.readings import ReadingKind, Thing

routes = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSearched:
    """Why something is not found here; `places` are where it may be: a name and an address, which
    is empty where nobody knows one. `more` are not named.
    """

    sentence: str
    places: Sequence[tuple[str, str]]
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPage:
    """What is shown for `q`. `wrong` says what is not right about it. `left`: messages of before
    the index are still being taken in. `links` are the addresses of hits that are not at the usual
    one; an empty one is none.
    """

    q: str
    hits: Sequence[Hit] = ()
    next: str | None = None
    lines: Mapping[str, InboxLine] = field(default_factory=dict)
    wrong: str = ""
    left: bool = False
    goes_on: bool = False
    #: Where one may write first to people with whom nothing was ever said, by their ids.
    begins: Mapping[str, BeginWay] = field(default_factory=dict)
    not_searched: Sequence[NotSearched] = ()
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> Sequence[Shown]:
        return [
            Shown(contact_id=hit.contact_id, conversation_id=hit.conversation_id, listed=True)
            for hit in self.hits
        ]

    @property
    def people(self) -> Sequence[Hit]:
        return self._of(HitKind.CONTACT)

    @property
    def conversations(self) -> Sequence[Hit]:
        """Those of the people above are not named a second time."""
        people = {hit.id for hit in self.people}
        return [hit for hit in self._of(HitKind.CONVERSATION) if hit.contact_id not in people]

    @property
    def messages(self) -> Sequence[Hit]:
        return self._of(HitKind.MESSAGE)

    @property
    def further(self) -> str:
        """The address of the next page."""
        return f"/search?{urlencode({'q': self.q, 'after': self.next})}"

    def link(self, hit: Hit) -> str:
        return self.links.get(hit.id, hit.link)

    def zone(self, hit: Hit) -> str:
        line = self.lines.get(hit.line_id or "")
        return line.zone if line else BranchSettings().zone

    def place(self, hit: Hit) -> str:
        """The branch of its line, where the reader has several lines."""
        line = self.lines.get(hit.line_id or "")
        return line.branch if line and len(self.lines) > 1 else ""

    def _of(self, kind: HitKind) -> Sequence[Hit]:
        return [hit for hit in self.hits if hit.kind is kind]


@routes.get("/search")
async def search_page(
    visit: Reading,
    q: Annotated[str, Query(max_length=2000)] = "",
    after: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    if not visit.session.rights.has(Permission.INBOX_READ):
        raise NotFound("page")
    cursor = visit.cursor
    found = await visit.show(lambda conn: _found(conn, visit, q, after), lambda page: page.shown)
    return answered(visit, found, cursor)


def answered(visit: Visit, found: FoundPage, cursor: str) -> Response:
    """The page, or what was found by itself. The log of reading hears of the search."""
    q, after = found.q, found.goes_on
    if q.strip() and not after:
        visit.accesses.tell(ReadingKind.SEARCH, Thing.SEARCH, words=q, ahead=visit.partial)
    if not visit.partial:
        return visit.page("search.html", found=found, cursor=cursor)
    answer = visit.page("_hits.html", found=found)
    if not after:
        address = f"/search?{urlencode({'q': q})}" if q else "/search"
        answer.headers["HX-Replace-Url"] = in_header(address)
    return answer


def _found(conn: sqlite3.Connection, visit: Visit, q: str, after: str) -> FoundPage:
    rights = visit.session.rights
    sight = sight_in(rights, Permission.INBOX_READ)
    lines = overview.lines(conn, rights, visit.staff_id)
    plain = FoundPage(
        q=q,
        lines={line.id: line for line in lines},
        left=following.messages_left(conn) > 0,
        goes_on=bool(after),
    )
    try:
        page = _asked(conn, sight, q, after)
    except InvalidInput as exc:
        return replace(plain, wrong=search_sentences.wrong(visit.words, exc))
    silent = [each.contact_id for each in page.hits if each.conversation_id is None]
    ways = {each: beginnable.ways(conn, writing(rights), each) for each in silent if each}
    begins = {each: found[0] for each, found in ways.items() if found}
    return replace(plain, hits=page.hits, next=page.next, begins=begins)


def _asked(conn: sqlite3.Connection, sight: Sight, q: str, after: str) -> HitPage:
    if not q.strip():
        return HitPage(hits=(), next=None)
    return finding.found(conn, sight, Search(q=q, after=after or None))
