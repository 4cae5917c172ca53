"""The list of head office's inbox: the work list says which, their replicas say what they are."""

import asyncio
import dataclasses
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from appliance.api.web.pages.inbox import BegunNote, ListPane
from appliance.api.web.pages.views import InboxView, Wanted
from appliance.api.web.visit import Visit
from appliance.api.web.words import office_sentences
from appliance.desk.access.accesses import Shown
from appliance.desk.inbox import overview
from appliance.desk.inbox.overview import ConversationRow, InboxLine, ListPage
from appliance.desk.inbox.view_counts import LineCounts
from appliance.errors import NotFound, StoreError
from appliance.office.api.asking import AT_ONCE
from appliance.office.api.fetched import is_away
from appliance.office.api.seen_boxes import SeenBox, boxes_of_branches, seen_boxes
from appliance.office.tables import inbox_lists, office_drafts
from appliance.office.tables.inbox_lists import InboxPlace, InboxWish
from appliance.office.web import begun
from appliance.office.web.places import at_box, box_shown
from appliance.slices import Privacy
from appliance.store.store import ReaderPool

MOST_OFFERED = 40
"""Lines to choose from: a longer list nobody reads."""
VIEWS = tuple(each for each in InboxView if each is not InboxView.UNREAD)
"""What is new for whom its boxes know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficePage:
    """What office.db says of a list; `boxes` are those with branches in sight."""

    lines: list[InboxLine]
    places: Sequence[InboxPlace]
    counts: Sequence[LineCounts]
    boxes: Mapping[str, SeenBox]
    drafts: Mapping[str, str]
    offered: Sequence[InboxLine] | None
    begun: Sequence[BegunNote]


async def shown_desk(visit: Visit, choices: Wanted) -> ListPane:
    """Raises NotFound for a line, and for a view, that does not exist for this person."""
    if choices.view not in VIEWS or choices.saved:
        raise NotFound("view")
    found = await visit.services.store.aread(lambda conn: _read(conn, visit, choices))
    page = found.places[: choices.rows]
    rows = await rows_at_boxes(visit, found.boxes, found.lines, {e.id: e.box_id for e in page})
    shown = [
        dataclasses.replace(rows[each.id], draft=found.drafts.get(each.id))
        for each in page
        if each.id in rows
    ]
    now_ms = visit.now_ms
    cut = [box_shown(each, now_ms) for each in found.boxes.values() if is_away(each, now_ms)]
    return ListPane(
        wanted=choices,
        lines=found.lines,
        page=ListPage(rows=shown, more=len(found.places) > len(page)),
        counts=found.counts,
        views=VIEWS,
        chooses=False,
        asks=choices.view is InboxView.NOT_ARRIVED,
        cut=cut,
        keeps_names=any(found.boxes[each.box_id].privacy is not Privacy.ALL for each in page),
        offered=found.offered,
        begun=found.begun,
    )


def _read(conn: sqlite3.Connection, visit: Visit, choices: Wanted) -> OfficePage:
    lines = list(overview.lines(conn, visit.session.rights, visit.staff_id))
    chosen = [each for each in lines if choices.line in ("", each.id)]
    if choices.line and not chosen:
        raise NotFound("line")
    is_missing = choices.view is InboxView.NOT_ARRIVED
    wish = InboxWish(
        which=None if is_missing else (choices.which, choices.order),
        staff_id=visit.staff_id,
        branch_ids={each.branch_id for each in chosen},
        line_id=choices.line,
        limit=choices.rows,
    )
    places = inbox_lists.page(conn, wish)
    branches = {each.branch_id for each in lines}
    waiting = inbox_lists.waiting_by_line(conn, branches)
    boxes = boxes_in_sight(conn, branches)
    return OfficePage(
        lines=lines,
        places=places,
        counts=counts_of_lines(waiting),
        boxes=boxes,
        drafts=office_drafts.replies(conn, visit.staff_id, [each.id for each in places]),
        offered=_offered(lines, chosen, waiting),
        begun=begun.of_visitor(conn, visit, lines, boxes),
    )


def counts_of_lines(waiting: Mapping[str, int]) -> Sequence[LineCounts]:
    """Head office counts who waits; what is somebody's own, and what did not arrive, it lists."""
    return [
        LineCounts(line_id=line_id, waiting=many, mine=0, missing=0)
        for line_id, many in waiting.items()
    ]


def _offered(
    lines: Sequence[InboxLine], chosen: Sequence[InboxLine], waiting: Mapping[str, int]
) -> Sequence[InboxLine] | None:
    """Of hundreds of lines those on which most wait, and the chosen one; None: all of them."""
    if len(lines) <= MOST_OFFERED:
        return None
    ids = {*list(waiting)[:MOST_OFFERED], *(each.id for each in chosen[:1])}
    return [each for each in lines if each.id in ids]


def boxes_in_sight(conn: sqlite3.Connection, branch_ids: Collection[str]) -> Mapping[str, SeenBox]:
    """By id, in the order of their names."""
    ids = set(boxes_of_branches(conn, branch_ids))
    return {each.id: each for each in seen_boxes(conn) if each.id in ids}


async def rows_at_boxes(
    visit: Visit,
    boxes: Mapping[str, SeenBox],
    lines: Sequence[InboxLine],
    wanted: Mapping[str, str],
    pool: ReaderPool = ReaderPool.PAGES,
) -> Mapping[str, ConversationRow]:
    """Those of these conversations that this person may see; `wanted` is the box by conversation.
    A box that has none to show, or none any more, holds up no other one.
    """
    readable = {each.id: each for each in lines}
    by_box: dict[str, list[str]] = defaultdict(list)
    for conversation_id, box_id in wanted.items():
        if box_id in boxes:
            by_box[box_id].append(conversation_id)
    turns = asyncio.Semaphore(AT_ONCE)

    async def of_box(box: SeenBox, ids: Sequence[str]) -> Sequence[ConversationRow]:
        async with turns:
            try:
                return await _rows_at(visit, box, readable, ids, pool)
            except (NotFound, StoreError):
                return ()

    told = await asyncio.gather(*(of_box(boxes[each], ids) for each, ids in by_box.items()))
    return {row.id: row for rows in told for row in rows}


async def _rows_at(
    visit: Visit,
    box: SeenBox,
    readable: Mapping[str, InboxLine],
    ids: Sequence[str],
    pool: ReaderPool,
) -> Sequence[ConversationRow]:
    there = await at_box(visit, box.id)
    groups = there.session.rights.groups

    def read(conn: sqlite3.Connection) -> Sequence[ConversationRow]:
        found = overview.rows_of(conn, visit.staff_id, ids).values()
        return [each for each in found if each.line_id in readable and not groups.hides(each.id)]

    shown = await there.accesses.read(read, _shown, pool)
    return [_told(visit, box, each) for each in shown]


def _shown(rows: Sequence[ConversationRow]) -> Sequence[Shown]:
    return [
        Shown(contact_id=each.contact_id, conversation_id=each.id, listed=True) for each in rows
    ]


def _told(visit: Visit, box: SeenBox, row: ConversationRow) -> ConversationRow:
    """Without a name and words where the box keeps them to itself."""
    if box.privacy is Privacy.ALL:
        return row
    return dataclasses.replace(
        row,
        title=office_sentences.somebody(visit.words, is_group=row.is_group),
        preview="…",
        sender=None,
        is_theirs=False,
        medium=None,
    )
