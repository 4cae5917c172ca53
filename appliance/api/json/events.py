"""`/events`: the event log as server-sent events. A client can follow it and resume."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

from appliance.api.json import examples
from appliance.api.json.bodies import EventOut
from appliance.api.json.callers import Caller, ReadsEvents
from appliance.api.json.documented import answers
from appliance.api.json.times import iso
from appliance.api.late_route import LateRoute
from appliance.desk.access import tokens
from appliance.events import Event, EventKind
from appliance.store.feed import EventFeed
from appliance.store.store import ReaderPool

router = APIRouter(prefix="/api/v1", tags=["events"], route_class=LateRoute)

DESCRIPTION = (
    "A stream that does not end. First `hello` with the `epoch` and the `seq` it starts after, or "
    "`reset` when it cannot go on where `Last-Event-ID` says (a backup was restored): read "
    "everything anew. Then each event under its kind; a comment every 15 seconds when it is quiet."
)
STREAM = (
    'event: hello\ndata: {"epoch": "01977d2e-8c99-72cb-a4ec-d5d879203b42", "seq": 43}\n'
    "id: 01977d2e-8c99-72cb-a4ec-d5d879203b42:43\n\n"
    f"event: message.state\ndata: {json.dumps(examples.EVENT)}\n"
    "id: 01977d2e-8c99-72cb-a4ec-d5d879203b42:44\n\n"
)


@router.get(
    "/events",
    operation_id="followEvents",
    summary="Follow what happens",
    response_class=EventSourceResponse,
    responses=answers(
        EventOut,
        STREAM,
        "unauthorized",
        "forbidden",
        "invalid-input",
        "store-unavailable",
        media_type="text/event-stream",
        description=DESCRIPTION,
    ),
)
async def follow_events(
    caller: ReadsEvents,
    last_event_id: Annotated[
        str | None, Header(description="The `id` of the last event that was read.")
    ] = None,
) -> AsyncIterator[ServerSentEvent]:
    feed = caller.services.feed
    position = feed.position(last_event_id)
    start = feed.head if position is None else position
    if not await is_valid(caller):
        return
    lost = bool(last_event_id) and position is None
    yield ServerSentEvent(
        event="reset" if lost else "hello",
        raw_data=json.dumps({"epoch": feed.epoch, "seq": start}),
        id=feed.cursor(start),
    )
    async for event in feed.follow(start):
        if ends(caller, event):
            return
        if await _sees(caller, event):
            yield ServerSentEvent(
                event=event.kind.value,
                raw_data=json.dumps(_body(feed, event)),
                id=feed.cursor(event.seq),
            )


async def is_valid(caller: Caller) -> bool:
    """Asked once the start of the stream is known. A revoked token is still believed for half a
    second. Without this question it could follow for ever, because the event that ends its stream
    lies before the start.
    """
    token_id, now_ms = caller.token.id, caller.services.clock.now_ms()
    return await caller.services.store.aread(
        lambda conn: tokens.is_valid(conn, token_id, now_ms), ReaderPool.DOOR
    )


def ends(caller: Caller, event: Event) -> bool:
    """True when the token was revoked or has ended during the stream, or may see other groups from
    now on: who follows comes again and is looked up anew.
    """
    if caller.token.has_ended(caller.services.clock.now_ms()):
        return True
    if event.kind is EventKind.GROUP_CHANGED and event.facts.get("what") == "rights":
        return True
    return event.kind is EventKind.TOKEN_REVOKED and event.facts.get("token") == caller.token.id


async def _sees(caller: Caller, event: Event) -> bool:
    known = caller.sight.sees_at_once(event)
    if known is not None:
        return known
    return await caller.services.store.aread(
        lambda conn: caller.sight.sees_event(conn, event), ReaderPool.LIVE
    )


def _body(feed: EventFeed, event: Event) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "epoch": feed.epoch,
        "at": iso(event.at_ms),
        "kind": event.kind.value,
        "branch": event.branch_id,
        "line": event.line_id,
        "conversation": event.conversation_id,
        "contact": event.contact_id,
        "message": event.message_id,
        "device": event.device_id,
        "staff": event.staff_id,
        "facts": event.facts,
    }
