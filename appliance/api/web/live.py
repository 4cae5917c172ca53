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
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response, StreamingResponse

from appliance.api.web.route import PageRoute
from appliance.api.web.visit import Reading, Visit, session_of
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import Sight
from appliance.events import Event, EventKind

routes = APIRouter(route_class=PageRoute)

BEAT_S = 15.0
"""How often a quiet stream says that it is alive, and asks whether its reader still is."""
END_S = 1.0
"""How precisely a stream ends with a session that nobody used."""

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
    """`after` is where the page was drawn; a browser that comes back knows better."""
    position = visit.services.feed.position(last_event_id or after)
    # The JSON API's events go by `fastapi.sse`, and these do not. It answers with `no-cache`, and
    # what a page is told is `no-store`. It writes the id of a frame last, and who reads this stream
    # line by line has the id first. Its comments would come on top of the beats, which have to
    # stay: at each of them the session is asked for again.
    return StreamingResponse(
        visit.web.streams.bounded(visit.token, _stream(visit, position)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(visit: Visit, position: int | None) -> AsyncGenerator[str, None]:
    feed = visit.services.feed
    if position is None:
        # Of another epoch, or lost: nothing can be caught up with, so the page is drawn anew.
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
    """Who follows a stream, as of when that was last asked."""

    visit: Visit
    asked_s: float = 0.0

    async def is_there(self) -> bool:
        """Asks whether the session is still open, and what it may see now."""
        session = await session_of(self.visit.web, self.visit.token)
        if session is not None:
            self.visit = dataclasses.replace(self.visit, session=session)
        self.asked_s = time.monotonic()
        return session is not None

    def may_be_gone(self, event: Event | None) -> bool:
        """They logged out, were let go, have other rights or went away long ago: what comes next
        may not be theirs any more. At each beat they are asked all the same.
        """
        if self._left_ms() <= 0 or time.monotonic() - self.asked_s >= BEAT_S:
            return True
        if event is None or event.kind not in _ABOUT_STAFF:
            return False
        return event.staff_id == self.visit.staff_id

    def pause_s(self) -> float:
        """Until the next beat, or until the session ends by itself."""
        left_s = self.visit.services.clock.real_s(self._left_ms())
        return min(BEAT_S, max(END_S, left_s))

    def _left_ms(self) -> int:
        return self.visit.session.expires_ms - self.visit.now_ms


async def _with_pauses(
    events: AsyncIterator[Event], pause_s: Callable[[], float]
) -> AsyncIterator[Event | None]:
    """The events, and None whenever none came for a while."""
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
    seen = await visit.read(lambda conn: any(each.sees_event(conn, event) for each in sights))
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
    """Devices are shown to who reads the inbox beside them, too."""
    reads = Sight(rights.branches(Permission.INBOX_READ))
    return (
        (reads, Sight(rights.branches(Permission.DEVICE_MANAGE))) if hint == "device" else (reads,)
    )


def _frame(name: str, about: dict[str, Any], cursor: str = "") -> str:
    number = f"id: {cursor}\n" if cursor else ""
    return f"{number}event: {name}\ndata: {json.dumps(about)}\n\n"
