"""The search of head office, over all boxes at once, and its command bar."""

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.command_bar import MOST, CommandBarShown, people_of, ways_to
from appliance.api.web.pages.search import FoundPage, answered
from appliance.api.web.visit import Reading, Visit
from appliance.api.web.words import office_sentences, search_sentences
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission
from appliance.desk.access.sight import sight_in
from appliance.desk.inbox import overview
from appliance.desk.inbox.overview import InboxLine
from appliance.desk.search import finding, following
from appliance.desk.search.finding import Search
from appliance.desk.search.hits import Hit, HitKind, HitPage
from appliance.errors import InvalidInput, NotFound
from appliance.office.api import merging
from appliance.office.api.asking import FoundAt, of_those_that_can
from appliance.office.api.missing import MissingBoxes
from appliance.office.api.seen_boxes import SeenBox
from appliance.office.api.walks import BoxWalk
from appliance.office.head.callers import head_of
from appliance.office.web import not_searched
from appliance.office.web.listing import boxes_in_sight
from appliance.office.web.places import at_box
from appliance.slices import Privacy
from appliance.store.readings import ReadingKind, Thing

routes = APIRouter(route_class=PageRoute)

_LONGEST_CURSOR = 40_000
"""It has a place for each box."""


@dataclass(frozen=True, slots=True)
class HitsAtBox:
    """`left`: its index is not whole yet."""

    page: HitPage
    left: bool


@dataclass(frozen=True, slots=True)
class InSight:
    """What somebody may look into: their lines, and the boxes that have these."""

    lines: Sequence[InboxLine]
    boxes: Sequence[SeenBox]


@routes.get("/search")
async def search_page(
    visit: Reading,
    q: Annotated[str, Query(max_length=2000)] = "",
    after: Annotated[str, Query(max_length=_LONGEST_CURSOR)] = "",
) -> Response:
    if not visit.session.rights.has(Permission.INBOX_READ):
        raise NotFound("page")
    cursor = visit.cursor
    return answered(visit, await _found(visit, q, after), cursor)


@routes.get("/command-bar")
async def command_bar(visit: Reading, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    typed = q.strip()
    if typed:
        visit.accesses.tell(ReadingKind.SEARCH, Thing.SEARCH, words=q, ahead=True)
    people = await _people(visit, typed) if typed else ()
    shown = CommandBarShown(q=typed, ways=ways_to(visit, typed), people=people)
    return visit.page("_command_bar_choices.html", command_bar=shown)


async def in_sight(visit: Visit) -> InSight:
    def read(conn: sqlite3.Connection) -> InSight:
        lines = overview.lines(conn, visit.session.rights, visit.staff_id)
        boxes = boxes_in_sight(conn, {each.branch_id for each in lines})
        return InSight(lines, list(boxes.values()))

    return await visit.services.store.aread(read)


async def _found(visit: Visit, q: str, after: str) -> FoundPage:
    seen, missing = await in_sight(visit), MissingBoxes(head_of(visit.request))
    plain = FoundPage(q=q, lines={line.id: line for line in seen.lines}, goes_on=bool(after))
    if not q.strip():
        return plain
    asked = Search(q=q)
    try:
        walk = BoxWalk(after)
        told, refused = await of_those_that_can(
            seen.boxes, partial(_hits_at, visit, asked, walk), missing
        )
        wrong = [each for each in refused if isinstance(each, InvalidInput)]
        if wrong and not told:
            raise wrong[0]
        page, behind = merging.hits_of_all(
            asked, walk, [FoundAt(each.box, each.found.page) for each in told]
        )
    except InvalidInput as exc:
        return replace(plain, wrong=search_sentences.wrong(visit.words, exc))
    lacks = () if after else not_searched.of(visit, seen.boxes, missing.ids, q)
    return replace(
        plain,
        hits=page.hits,
        next=behind,
        left=any(each.found.left for each in told),
        not_searched=lacks,
        links=_links(told),
    )


async def _hits_at(visit: Visit, asked: Search, walk: BoxWalk, box: SeenBox) -> HitsAtBox:
    there = await at_box(visit, box.id)
    rights = there.session.rights
    sight = sight_in(rights, Permission.INBOX_READ)
    search = merging.search_of(asked, walk, walk.place(box.id))

    def read(conn: sqlite3.Connection) -> HitsAtBox:
        page = finding.found(conn, sight, search)
        return HitsAtBox(page, following.messages_left(conn) > 0)

    found = await there.show(read, lambda found: _shown(found.page.hits))
    hits = [told_hit(visit, box, each) for each in found.page.hits]
    return replace(found, page=replace(found.page, hits=hits))


def _shown(hits: Sequence[Hit]) -> Sequence[Shown]:
    return FoundPage(q="", hits=hits).shown


def told_hit(visit: Visit, box: SeenBox, hit: Hit) -> Hit:
    """Without a name and words where the box keeps them to itself."""
    if box.privacy is Privacy.ALL:
        return hit
    name = office_sentences.somebody(visit.words, is_group=hit.contact_id is None)
    said = "…" if hit.kind is HitKind.MESSAGE else name
    return replace(hit, title=name, snippet=said, marks=())


def _links(told: Sequence[FoundAt[HitsAtBox]]) -> dict[str, str]:
    """Who never wrote has a page at their box alone."""
    return {
        hit.id: f"{each.box.address}/people/{hit.contact_id}" if each.box.address else ""
        for each in told
        for hit in each.found.page.hits
        if hit.conversation_id is None
    }


async def _people(visit: Visit, q: str) -> Sequence[Hit]:
    """Those with whom there is a conversation: others have no page here."""
    if not visit.session.rights.has(Permission.INBOX_READ):
        return ()
    seen = await in_sight(visit)
    told = await people_at(visit, seen.boxes, q)
    return [hit for hit in told if hit.conversation_id is not None][:MOST]


async def people_at(visit: Visit, boxes: Collection[SeenBox], q: str) -> Sequence[Hit]:
    """People of these boxes, who was heard of last first."""

    async def of_box(box: SeenBox) -> Sequence[Hit]:
        there = await at_box(visit, box.id)
        rights = there.session.rights
        sight = sight_in(rights, Permission.INBOX_READ)
        return await there.show(lambda conn: people_of(conn, sight, q), _shown)

    known = [each for each in boxes if each.privacy is Privacy.ALL]
    missing = MissingBoxes(head_of(visit.request))
    told, _ = await of_those_that_can(known, of_box, missing)
    every = [hit for each in told for hit in each.found]
    return sorted(every, key=lambda hit: (hit.conversation_id is None, -hit.at_ms))
