"""Every declared read of a box, answered from the replicas of all boxes.

A read of one thing is done at the replica that has it; a list is merged over those in sight. What
the office itself has (who did what here) it reads in its own database.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from appliance.api.json import reads
from appliance.api.json.callers import Caller
from appliance.api.json.declared import Answer, Read
from appliance.api.json.tags import tagged
from appliance.errors import NotFound
from appliance.office.api import listing, merging, unsent
from appliance.office.api.asking import (
    FoundAt,
    boxes_in_sight,
    of_each,
    of_one,
    read_at,
    sees_whole_box,
)
from appliance.office.api.claims import OfficeConversationOut, claimed
from appliance.office.api.fetched import WITHHELD, whole, without_marks
from appliance.office.api.seen_boxes import SeenBox
from appliance.office.api.sights import sight_here
from appliance.office.api.walks import walk_of
from appliance.office.head.callers import head_of
from appliance.slices import Privacy

OWN = {"listAudit", "getReadingLog"}
"""Of the office itself: who read what here."""
AT_THE_BOX = {
    *("listWebhooks", "getWebhook", "listDeliveries"),
    *("listArchives", "getArchive", "listRetentionRuns", "getRetentionRun", "getErasure"),
}
"""What no box tells its office."""
OF_NOBODY = {"getHours", "getRules"}
OF_A_THREAD = {"getConversation", "listConversationMessages", "listNotes", "getMessage"}
"""What these show hangs on nobody's sight, once the thread itself is in it."""
CONVERSATIONS = {"listConversations", "getConversation"}


def add_reads(router: APIRouter) -> None:
    for read in reads.READS:
        if read.name in OWN:
            read.add_to(router, _own)
        elif read.name not in AT_THE_BOX:
            _with_claim(read).add_to(router, _answer_of(read))


def _with_claim(read: Read[Any, Any]) -> Read[Any, Any]:
    """As the document describes it at the office."""
    if read.name not in CONVERSATIONS:
        return read
    example = {**read.example, "claim_asked": None}
    return replace(read, model=OfficeConversationOut, example=example)


def _answer_of(read: Read[Any, Any]) -> Answer:
    """The read itself, of a box, is what is done; the one in the route is what is documented."""
    if read.name == "search":
        chosen = _search
    elif read.name == "countCare":
        chosen = _counted
    elif "{" in read.path:
        chosen = _one
    else:
        chosen = _many

    async def answer(_: Read[Any, Any], request: Request, caller: Caller, asked: Any) -> Response:
        return await chosen(read, request, caller, asked)

    return answer


async def _own(read: Read[Any, Any], request: Request, caller: Caller, asked: Any) -> Response:
    found = await caller.accesses.read(
        lambda conn: read.read(conn, sight_here(conn, caller), asked),
        lambda found: read.whom(found, asked),
    )
    read.tell(caller.accesses, asked)
    return tagged(request, JSONResponse(read.body(found, asked)))


async def _one(read: Read[Any, Any], request: Request, caller: Caller, asked: Any) -> Response:
    head = head_of(request)
    try:
        at = await of_one(
            request, caller, lambda box: read_at(head, box, caller, read, asked), what="thing"
        )
    except NotFound:
        if read.name != "getMessage":
            raise
        body = await unsent.shown(caller, asked)
        return tagged(request, JSONResponse(body))
    read.tell(caller.accesses, asked)
    body, headers = await _known(read, request, caller, at, read.body(at.found, asked))
    return await _told(read, request, caller, body, headers)


async def _known(
    read: Read[Any, Any],
    request: Request,
    caller: Caller,
    at: FoundAt[Any],
    body: dict[str, Any],
) -> tuple[dict[str, Any], Mapping[str, str]]:
    """A box answers the office with all that it has. So what shows a person as a branch sees them
    is fetched for those only who see all branches of that box.
    """
    if at.box.privacy is Privacy.ALL or read.name in OF_NOBODY:
        return body, {}
    if read.name in OF_A_THREAD or await sees_whole_box(head_of(request), caller, at.box):
        return await whole(request, caller, at.box, body)
    return without_marks(body), {WITHHELD: "privacy"}


async def _many(read: Read[Any, Any], request: Request, caller: Caller, asked: Any) -> Response:
    head, walk = head_of(request), walk_of(request)
    boxes = await boxes_in_sight(caller)
    if read.name == "listConversations" and (
        body := await listing.conversations(request, caller, boxes, asked)
    ):
        return await _told(read, request, caller, body, _blank(boxes))

    async def page(box: SeenBox) -> Any:
        at_box = merging.placed(read, asked, walk.place(box.id))
        return await read_at(head, box, caller, read, at_box)

    found = await of_each(boxes, page)
    read.tell(caller.accesses, asked)
    body = without_marks(merging.page_of_all(read, asked, walk, found))
    return await _told(read, request, caller, body, _blank(boxes))


async def _told(
    read: Read[Any, Any],
    request: Request,
    caller: Caller,
    body: dict[str, Any],
    headers: Mapping[str, str],
) -> Response:
    if read.name in CONVERSATIONS:
        body = await claimed(caller, body)
    return tagged(request, JSONResponse(body, headers=dict(headers)))


async def _search(read: Read[Any, Any], request: Request, caller: Caller, asked: Any) -> Response:
    head, walk = head_of(request), walk_of(request)
    boxes = await boxes_in_sight(caller)

    async def page(box: SeenBox) -> Any:
        at_box = merging.search_of(asked, walk, walk.place(box.id))
        return await read_at(head, box, caller, read, at_box)

    found = await of_each(boxes, page)
    if not walk.is_begun:
        read.tell(caller.accesses, asked)
    hits, behind = merging.hits_of_all(asked, walk, found)
    body = {**read.body(hits, asked), "next": behind}
    return tagged(request, JSONResponse(body, headers=dict(_blank(boxes))))


async def _counted(read: Read[Any, Any], request: Request, caller: Caller, asked: Any) -> Response:
    """Figures by branch: each box has those of its own."""
    head = head_of(request)
    boxes = await boxes_in_sight(caller)
    found = await of_each(boxes, lambda box: read_at(head, box, caller, read, asked))
    items = [item for each in found for item in read.body(each.found, asked)["items"]]
    return tagged(request, JSONResponse({"items": items, "next": None}))


def _blank(boxes: Any) -> Mapping[str, str]:
    """A list is not fetched: what its boxes keep to themselves is blank in it."""
    kept = any(each.privacy is not Privacy.ALL for each in boxes)
    return {WITHHELD: "privacy"} if kept else {}
