"""`/conversations` of the office: the work list says which, their replicas say what they are."""

import asyncio
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request

from appliance.api.json.callers import Caller
from appliance.api.json.mapping import body_of
from appliance.api.json.office_bodies import ConversationOut
from appliance.desk.access.accesses import Accesses, Reader, Shown
from appliance.desk.inbox import directory
from appliance.desk.inbox.directory import ConversationEntry
from appliance.desk.inbox.selection import Sort
from appliance.desk.team.staff import colleague_named
from appliance.errors import InvalidInput
from appliance.ids import is_id
from appliance.office.api.fetched import without_marks
from appliance.office.api.seen_boxes import SeenBox, opened
from appliance.office.api.sights import sight_at, sight_here
from appliance.office.api.walks import AT, no_cursor, walk_of
from appliance.office.head.callers import head_of
from appliance.office.head.head import Head
from appliance.office.tables import listed
from appliance.office.tables.listed import ListedAt, ListedAtOffice, ListWish


async def conversations(
    request: Request, caller: Caller, boxes: Sequence[SeenBox], asked: Any
) -> dict[str, Any] | None:
    """The body of the answer. None where the work list cannot tell: it knows neither numbers of
    people nor names of labels, nor those of colleagues whom only a box knows.
    """
    if asked.contact is not None or asked.label is not None or walk_of(request).has_places:
        return None
    behind = _behind(request, asked)

    def read(conn: sqlite3.Connection) -> Sequence[ListedAtOffice] | None:
        try:
            assignee_id = _assignee(conn, asked.assignee)
        except InvalidInput:
            return None
        wish = ListWish(
            limit=asked.limit,
            sort=asked.sort,
            behind=behind,
            line_id=caller.sight.line(conn, asked.line).id if asked.line is not None else None,
            state=asked.state,
            assignee_id=assignee_id,
            waiting=asked.waiting,
        )
        return listed.page(conn, sight_here(conn, caller), wish)

    found = await caller.services.store.aread(read)
    if found is None:
        return None
    return await _body(request, caller, boxes, asked, found)


def _behind(request: Request, asked: Any) -> ListedAt | None:
    """Raises InvalidInput for a cursor of another order."""
    said, after = walk_of(request).at, asked.page.after
    if said is not None:
        if (found := listed.read_at(asked.sort, said)) is None:
            raise no_cursor()
        return found
    if after and asked.sort is not Sort.BEGUN:
        raise no_cursor()
    return ListedAt(place=0, id=after.lower()) if after else None


def _assignee(conn: sqlite3.Connection, named: str | None) -> str | None:
    """Raises InvalidInput."""
    if named is None or named == "nobody":
        return None if named is None else ""
    return named.lower() if is_id(named) else colleague_named(conn, named, field="assignee")


async def _body(
    request: Request,
    caller: Caller,
    boxes: Sequence[SeenBox],
    asked: Any,
    found: Sequence[ListedAtOffice],
) -> dict[str, Any]:
    page = found[: asked.limit - 1]
    entries = await _entries(head_of(request), caller, {each.id for each in boxes}, page)
    items = [body_of(ConversationOut, entries[each.id]) for each in page if each.id in entries]
    behind = None
    if len(found) > len(page):
        last = page[-1]
        behind = last.id if asked.sort is Sort.BEGUN else f"{AT}{last.place}-{last.id}"
    return {"items": without_marks(items), "next": behind}


async def _entries(
    head: Head, caller: Caller, boxes: set[str], page: Sequence[ListedAtOffice]
) -> Mapping[str, ConversationEntry]:
    by_box: dict[str, list[str]] = defaultdict(list)
    for each in page:
        if each.box_id in boxes:
            by_box[each.box_id].append(each.id)

    async def of_box(box_id: str) -> Sequence[ConversationEntry]:
        async with opened(head, box_id) as store:
            accesses = Accesses(
                store=store, who=Reader(token_id=caller.token.id), sink=caller.services.accessed
            )
            return await accesses.read(
                lambda conn: directory.entries(conn, sight_at(conn, caller), by_box[box_id]),
                lambda shown: [
                    Shown(contact_id=each.contact_id, conversation_id=each.id, listed=True)
                    for each in shown
                ],
            )

    told = await asyncio.gather(*(of_box(box_id) for box_id in by_box))
    return {entry.id: entry for entries in told for entry in entries}
