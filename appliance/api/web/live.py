"""What happens while a page is open: hints from the event log, for what the reader may see.

A hint says what changed, never what it looks like: the page then asks again for the part that it
shows, in its own language and with its reader's rights. So a hint that comes twice or late does no
harm. A browser that reconnects sends the last id that it had, and gets the events since then.
"""

import asyncio
import contextlib
import dataclasses
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response, StreamingResponse

from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Reading, Visit, session_of
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import Sight
from appliance.events import Event, EventKind
from appliance.store.store import Lane

routes = APIRouter(route_class=PageRoute)

BEAT_S = 15.0
"""How often a quiet stream says that it is alive, and asks whether its reader still is."""
END_S = 1.0
"""How exactly the end of a stream follows the end of a session that nobody used."""

_ABOUT_MESSAGES = frozenset(
    {
        EventKind.MESSAGE_RECEIVED,
        EventKind.MESSAGE_CHANGED,
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
        EventKind.BRANCH_CHANGED,
        EventKind.LINE_ADDED,
        EventKind.LINE_REMOVED,
        EventKind.LINE_CHANGED,
        EventKind.LINE_STOPPED,
        EventKind.LINE_RESUMED,
        EventKind.LINE_CODE,
        EventKind.LINE_CROWDED,
    }
)
_ABOUT_STAFF = frozenset({EventKind.STAFF_CHANGED, EventKind.STAFF_LOGGED_OUT})


@routes.get("/live")
async def live(
    visit: Reading,
    after: Annotated[str, Query(max_length=80)] = "",
    last_event_id: Annotated[str | None, Header(max_length=80)] = None,
) -> Response:
    """`after` is where the page was drawn; a browser that reconnects sends a newer position."""
    position = visit.services.feed.position(last_event_id or after)
    # The JSON API's events use `fastapi.sse`, and these do not. It answers with `no-cache`, and
    # this stream needs `no-store`. It writes the id of a frame last, and a client that reads line
    # by line needs the id first. Its keep-alive comments would come on top of the beats, which have
    # to stay: at each beat the session is asked for again.
    return StreamingResponse(
        visit.web.streams.bounded(visit.token, _stream(visit, position)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(visit: Visit, position: int | None) -> AsyncGenerator[str, None]:
    feed = visit.services.feed
    if position is None:
        # Of another epoch, or lost: the stream cannot resume there, so the page is drawn anew.
        yield _frame("stale", {}, feed.cursor(feed.head))
        return
    reader = _Reader(visit)
    if not await reader.is_there():  # the session may have ended before `position`
        return
    yield _frame("beat", {}, feed.cursor(position))
    async for event in _with_pauses(feed.follow(position), reader.pause_s):
        if reader.may_be_gone(event):
            if not await reader.is_there():
                return
            yield _frame("beat", {})
        if event is not None and (hint := await _hint_for(reader.visit, event)) is not None:
            yield _frame(*hint, feed.cursor(event.seq))


@dataclass(slots=True)
class _Reader:
    """Who follows a stream, as last looked up."""

    visit: Visit
    asked_s: float = 0.0

    async def is_there(self) -> bool:
        """Asks whether the session is still open, and what its person may see now."""
        session = await session_of(self.visit.web, self.visit.token)
        if session is not None:
            self.visit = dataclasses.replace(self.visit, session=session)
        self.asked_s = time.monotonic()
        return session is not None

    def may_be_gone(self, event: Event | None) -> bool:
        """True when the session must be looked up again before the next event: the person may have
        logged out, been disabled, been given other rights, or been away for too long. It is looked
        up at each beat in any case.
        """
        if self._left_ms() <= 0 or time.monotonic() - self.asked_s >= BEAT_S:
            return True
        if event is None or event.kind not in _ABOUT_STAFF:
            return False
        return event.staff_id == self.visit.staff_id

    def pause_s(self) -> float:
        """Seconds until the next beat, or until the session ends by itself."""
        left_s = self.visit.services.clock.real_s(self._left_ms())
        return min(BEAT_S, max(END_S, left_s))

    def _left_ms(self) -> int:
        return self.visit.session.expires_ms - self.visit.now_ms


async def _with_pauses(
    events: AsyncIterator[Event], pause_s: Callable[[], float]
) -> AsyncIterator[Event | None]:
    """The events, and None whenever none came within the pause."""
    upcoming: asyncio.Task[Event | None] | None = None
    try:
        while True:
            upcoming = upcoming or asyncio.ensure_future(_next(events))
            await asyncio.wait({upcoming}, timeout=pause_s())
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
    known = [each.sees_at_once(event) for each in sights]
    if None not in known:
        return hint if any(known) else None
    seen = await visit.services.store.aread(
        lambda conn: any(each.sees_event(conn, event) for each in sights), Lane.LIVE
    )
    return hint if seen else None


def hint_of(event: Event) -> tuple[str, dict[str, Any]] | None:
    """The name of the hint and what it is about: ids only."""
    if event.kind in _ABOUT_MESSAGES:
        about = {
            "conversation": event.conversation_id,
            "message": event.message_id,
            "received": event.kind is EventKind.MESSAGE_RECEIVED
            and event.facts.get("origin") != "technical",
        }
        return "message", about
    if event.kind in _ABOUT_CONTACTS:
        return "contact", {"contact": event.contact_id, "conversation": event.conversation_id}
    if event.kind in _ABOUT_DEVICES:
        return "device", {"device": event.device_id, "line": event.line_id}
    return None


def _sights(rights: Rights, hint: str) -> Sequence[Sight]:
    """Hints about devices also go to people who may only read the inbox."""
    reads = Sight(rights.branches(Permission.INBOX_READ))
    return (
        (reads, Sight(rights.branches(Permission.DEVICE_MANAGE))) if hint == "device" else (reads,)
    )


def _frame(name: str, about: dict[str, Any], cursor: str = "") -> str:
    number = f"id: {cursor}\n" if cursor else ""
    return f"{number}event: {name}\ndata: {json.dumps(about)}\n\n"
