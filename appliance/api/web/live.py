"""What happens while a page is open: hints from the event log, for what one may see.

A hint says what changed, never how it looks: the page asks again for the part that it shows, in
its own language and within its reader's rights, so a hint that comes twice or late does no harm.
A browser that comes back says the last one it had and gets the rest.
"""

import asyncio
import contextlib
import dataclasses
import json
import time
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response, StreamingResponse

from appliance.api.web.route import PageRoute
from appliance.api.web.visit import Reading, Visit, session_of
from appliance.desk.access import Permission, Rights
from appliance.desk.sight import Sight
from appliance.events import Event, EventKind

routes = APIRouter(route_class=PageRoute)

BEAT_S = 15.0
"""How often a quiet stream says that it is alive, and asks whether its reader still is."""

_ABOUT_MESSAGES = frozenset(
    {
        EventKind.MESSAGE_RECEIVED,
        EventKind.MESSAGE_STATE,
        EventKind.MESSAGE_PLANNED,
        EventKind.NEAR_STOP,
    }
)
_ABOUT_CONTACTS = frozenset(
    {EventKind.CONTACT_CHANGED, EventKind.CONTACT_JOINED, EventKind.CONSENT_RECORDED}
)
_ABOUT_DEVICES = frozenset(
    {
        EventKind.DEVICE_STATUS,
        EventKind.DEVICE_ENROLLED,
        EventKind.DEVICE_BALANCE,
        EventKind.BRANCH_ADDED,
        EventKind.LINE_ADDED,
        EventKind.LINE_REMOVED,
        EventKind.LINE_CHANGED,
        EventKind.LINE_STOPPED,
        EventKind.LINE_RESUMED,
    }
)


@routes.get("/live")
async def live(
    visit: Reading,
    after: Annotated[str, Query(max_length=80)] = "",
    last_event_id: Annotated[str | None, Header(max_length=80)] = None,
) -> Response:
    """`after` is where the page was drawn; a browser that comes back knows better."""
    position = visit.services.feed.position(last_event_id or after)
    return StreamingResponse(
        _stream(visit, position),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(visit: Visit, position: int | None) -> AsyncIterator[str]:
    feed = visit.services.feed
    if position is None:
        # Of another epoch, or lost: nothing can be caught up with, so the page is drawn anew.
        yield _frame("stale", {}, feed.cursor(feed.head))
        return
    yield _frame("beat", {}, feed.cursor(position))
    alive_s = time.monotonic()
    async for event in _with_pauses(feed.follow(position)):
        if event is not None and (hint := await _hint_for(visit, event)) is not None:
            yield _frame(*hint, feed.cursor(event.seq))
        if _may_end(visit, event) or time.monotonic() - alive_s >= BEAT_S:
            session = await session_of(visit.web, visit.token)
            if session is None:
                return
            visit = dataclasses.replace(visit, session=session)
            yield _frame("beat", {})
            alive_s = time.monotonic()


def _may_end(visit: Visit, event: Event | None) -> bool:
    """Its reader was disabled or logged out elsewhere: what comes next is not theirs any more."""
    if event is None or event.kind is not EventKind.STAFF_CHANGED:
        return False
    return event.staff_id == visit.staff_id


async def _with_pauses(events: AsyncIterator[Event]) -> AsyncIterator[Event | None]:
    """The events, and None whenever none came for a while."""
    upcoming: asyncio.Task[Event | None] | None = None
    try:
        while True:
            upcoming = upcoming or asyncio.ensure_future(_next(events))
            await asyncio.wait({upcoming}, timeout=BEAT_S)
            if not upcoming.done():
                yield None
                continue
            event, upcoming = upcoming.result(), None
            if event is None:
                return
            yield event
    finally:
        if upcoming is not None:
            upcoming.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await upcoming


async def _next(events: AsyncIterator[Event]) -> Event | None:
    return await anext(events, None)


async def _hint_for(visit: Visit, event: Event) -> tuple[str, dict[str, Any]] | None:
    if event.kind is EventKind.CONVERSATION_READ:
        own = event.staff_id == visit.staff_id
        return ("read", {"conversation": event.conversation_id}) if own else None
    hint = hint_of(event)
    if hint is None:
        return None
    sights = _sights(visit.session.rights, hint[0])
    seen = await visit.read(lambda conn: any(each.sees_event(conn, event) for each in sights))
    return hint if seen else None


def hint_of(event: Event) -> tuple[str, dict[str, Any]] | None:
    """The name of the hint and what it is about: ids only."""
    if event.kind in _ABOUT_MESSAGES:
        about = {
            "conversation": event.conversation_id,
            "message": event.message_id,
            "received": event.kind is EventKind.MESSAGE_RECEIVED,
        }
        return "message", about
    if event.kind in _ABOUT_CONTACTS:
        return "contact", {"contact": event.contact_id, "conversation": event.conversation_id}
    if event.kind in _ABOUT_DEVICES:
        return "device", {"device": event.device_id, "line": event.line_id}
    return None


def _sights(rights: Rights, hint: str) -> Sequence[Sight]:
    """Devices are shown to who reads the inbox beside them, too."""
    reads = Sight(rights.branches(Permission.INBOX_READ))
    return (
        (reads, Sight(rights.branches(Permission.DEVICE_MANAGE))) if hint == "device" else (reads,)
    )


def _frame(name: str, about: dict[str, Any], cursor: str = "") -> str:
    number = f"id: {cursor}\n" if cursor else ""
    return f"{number}event: {name}\ndata: {json.dumps(about)}\n\n"
