"""What happens while a page of head office is open: what boxes tell, and what they are asked."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response

from appliance.api.web.changed_rows import MOST, Changed, told_rows
from appliance.api.web.live import Hint, Hints, hint_for, streamed
from appliance.api.web.page_route import PageRoute
from appliance.api.web.row_reads import RowsFound
from appliance.api.web.visit import Reading, Visit, session_of
from appliance.desk.access.rights import Permission
from appliance.desk.access.sight import sight_in
from appliance.desk.inbox import overview
from appliance.desk.inbox.overview import InboxLine
from appliance.desk.inbox.view_counts import LineCounts
from appliance.errors import NotFound
from appliance.events import Event, EventKind
from appliance.office.api.seen_boxes import SeenBox, seen_boxes
from appliance.office.head.callers import head_of
from appliance.office.tables import inbox_lists
from appliance.office.web.listing import counts_of_lines, rows_at_boxes
from appliance.office.web.places import ReplicaDesk, at_box, looking_into
from appliance.store.store import ReaderPool

routes = APIRouter(route_class=PageRoute)

_LIST: Hint = ("list", {})
_THEIRS = frozenset({EventKind.EMERGENCY_BEGAN, EventKind.EMERGENCY_ENDED})
"""About who is at the box: what one may at head office is the office's to say."""


@routes.get("/live")
async def live(
    visit: Reading,
    after: Annotated[str, Query(max_length=80)] = "",
    last_event_id: Annotated[str | None, Header(max_length=80)] = None,
) -> Response:
    return streamed(visit, last_event_id or after, _told)


@dataclass(slots=True)
class _ChangedAt:
    """What changed in the list: by box, and whether it is more than rows."""

    whole: bool = False
    by_box: dict[str, Changed] = field(default_factory=lambda: defaultdict(Changed))

    @property
    def is_whole(self) -> bool:
        return self.whole or any(each.whole for each in self.by_box.values())

    @property
    def many(self) -> int:
        return sum(len(each.conversations) + len(each.people) for each in self.by_box.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfficeKnows:
    """`known` are the conversations that are in the work list."""

    lines: Sequence[InboxLine]
    boxes: Mapping[str, SeenBox]
    known: Collection[str]
    counts: Sequence[LineCounts]
    several: bool


async def _told(visit: Visit, batch: Sequence[Event]) -> str:
    hints, changed = Hints(), _ChangedAt()
    for event in batch:
        cursor = visit.services.feed.cursor(event.seq)
        if event.kind is EventKind.OFFICE_HEARD:
            await _heard(visit, event.facts, hints, changed, cursor)
        elif event.kind is EventKind.OFFICE_ASKED:
            await _asked(visit, event, hints, changed, cursor)
        elif (hint := await hint_for(visit, event)) is not None:
            hints.add(hint, cursor)
            own = Changed()
            own.note(event)
            changed.whole = changed.whole or own.whole
    if (rows := await _rows(visit, changed)) is not None:
        hints.add(rows)
    return hints.text


async def _heard(
    visit: Visit, facts: Mapping[str, Any], hints: Hints, changed: _ChangedAt, cursor: str
) -> None:
    head = head_of(visit.request)
    piece = await head.heard.of(facts)
    if piece is None or facts["whole"]:
        hints.add(_LIST, cursor)
        changed.whole = True
    if piece is None:
        return
    there = looking_into(visit, ReplicaDesk(head, facts["box"]))
    if piece.holds_groups:
        there = await at_box(visit, facts["box"])
    for event in piece.events:
        hint = None if event.kind in _THEIRS else await hint_for(there, event)
        if hint is not None:
            hints.add(hint, cursor)
            changed.by_box[facts["box"]].note(event)


async def _asked(
    visit: Visit, event: Event, hints: Hints, changed: _ChangedAt, cursor: str
) -> None:
    """As the thread and its head show it at once; the list, whoever begins a conversation."""
    if event.conversation_id is None:
        if event.facts.get("by") == visit.staff_id:
            hints.add(_LIST, cursor)
            changed.whole = True
        return
    try:
        there = await at_box(visit, event.facts["box"])
    except NotFound:
        return
    rights = there.session.rights
    if not sight_in(rights, Permission.INBOX_READ).sees_at_once(event):
        return
    hints.add(("message", {"conversation": event.conversation_id, "received": False}), cursor)
    hints.add(("case", {"conversation": event.conversation_id}), cursor)
    changed.by_box[event.facts["box"]].conversations.add(event.conversation_id)


async def _rows(visit: Visit, changed: _ChangedAt) -> Hint | None:
    if changed.is_whole or changed.many > MOST:
        return _LIST
    if not changed.many:
        return None
    wanted: dict[str, str] = {}
    for box_id, each in changed.by_box.items():
        people = await _with_people(visit, box_id, each.people) if each.people else ()
        wanted |= dict.fromkeys((*each.conversations, *people), box_id)
    return await _rows_of(visit, wanted)


async def _with_people(visit: Visit, box_id: str, people: Collection[str]) -> Collection[str]:
    desk = ReplicaDesk(head_of(visit.request), box_id)
    return await desk.aread(lambda conn: overview.conversations_with(conn, people), ReaderPool.LIVE)


async def _rows_of(visit: Visit, wanted: Mapping[str, str]) -> Hint | None:
    reads = visit.session.rights.branches(Permission.INBOX_READ)

    def read(conn: sqlite3.Connection) -> _OfficeKnows:
        known = inbox_lists.lines_of(conn, list(wanted))
        lines = overview.lines(conn, visit.session.rights, visit.staff_id, only=set(known.values()))
        return _OfficeKnows(
            lines=lines,
            boxes={each.id: each for each in seen_boxes(conn)},
            known=known,
            counts=counts_of_lines(inbox_lists.waiting_by_line(conn, reads)),
            several=inbox_lists.has_several_lines(conn, reads),
        )

    office = await visit.services.store.aread(read, ReaderPool.LIVE)
    rows = await rows_at_boxes(visit, office.boxes, office.lines, wanted, ReaderPool.LIVE)
    session = await session_of(visit.web, visit.token)
    if session is None:
        return None
    gone = [each for each in wanted if each not in office.known]
    if session.rights != visit.session.rights or (gone and not office.lines):
        return _LIST
    found = RowsFound(
        rows=list(rows.values()),
        gone=gone,
        lines=office.lines,
        counts=office.counts,
        several=office.several,
    )
    return told_rows(visit, found)
