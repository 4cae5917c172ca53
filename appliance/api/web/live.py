"""What happens while a page is open: hints from the event log, for what the reader may see.

A hint says what changed by ids; the page then asks again for the part that it shows. Only the rows
of the list come with the stream (`changed_rows.py`), in the reader's language and within their
rights, because many pages show the same. A hint that comes twice or late does no harm. A browser
that reconnects sends the last id that it had, and gets the events since then.
"""

import asyncio
import dataclasses
import functools
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass, field
from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response, StreamingResponse

from appliance.api.web.changed_rows import ABOUT_LINES, Changed, hint_of_rows
from appliance.api.web.page_route import PageRoute
from appliance.api.web.presence import Onlooker
from appliance.api.web.visit import Reading, Visit, session_of
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import Sight, sight_in
from appliance.desk.notices.news import for_colleagues
from appliance.events import Event, EventKind
from appliance.store.store import ReaderPool

routes = APIRouter(route_class=PageRoute)

Hint = tuple[str, Mapping[str, object]]
"""The name of a hint, and what it is about."""
Tell = Callable[[Visit, Sequence[Event]], Awaitable[str]]
"""The frames that a reader is told of these events."""

BEAT_S = 2.0
"""How often a quiet stream says that it is alive: a page that hears nothing for two beats says so
(`SILENT_MS` in `static/live.js`).
"""
ASK_S = 15.0
"""How often a stream asks whether its reader is still there, also when nothing says otherwise."""
GATHER_S = 0.1
"""After a hint so long none is told: what happens meanwhile is one hint."""
GATHER_TIMES = 4
"""So many times as long as the hint took, where that is longer: a machine that cannot keep up tells
more at once instead of ever later.
"""
LOOK_S = 0.5
"""How often it is looked who types, while somebody is beside the reader."""
END_S = 1.0
"""How exactly the end of a stream follows the end of a session that nobody used."""

_ABOUT_MESSAGES = frozenset(
    {
        EventKind.MESSAGE_RECEIVED,
        EventKind.MESSAGE_CHANGED,
        EventKind.MESSAGE_STATE,
        EventKind.MESSAGE_PLANNED,
        EventKind.NEAR_STOP,
        EventKind.MESSAGE_CARE,
    }
)
_BETWEEN_MESSAGES = frozenset(
    {EventKind.CALL_MISSED, EventKind.CONVERSATION_ADOPTED, EventKind.CONVERSATION_NOTED}
)
_ABOUT_CONTACTS = frozenset(
    {
        EventKind.CONTACT_CHANGED,
        EventKind.CONTACT_JOINED,
        EventKind.CONTACT_SPLIT,
        EventKind.CONSENT_RECORDED,
    }
)
_ABOUT_CONVERSATIONS = {
    EventKind.GROUP_CHANGED: "group",
    EventKind.GROUP_STOPPED: "group",
    EventKind.CONVERSATION_ASSIGNED: "case",
    EventKind.CONVERSATION_DONE: "case",
    EventKind.CONVERSATION_REOPENED: "case",
    EventKind.CONVERSATION_SNOOZED: "case",
    EventKind.CONVERSATION_RETURNED: "case",
    EventKind.CONVERSATION_LABELLED: "case",
}
"""The name of the hint, where it is about one conversation."""
_ABOUT_DEVICES = ABOUT_LINES | {
    EventKind.DEVICE_STATUS,
    EventKind.DEVICE_ENROLLED,
    EventKind.DEVICE_BALANCE,
    EventKind.DEVICE_ADOPTION,
    EventKind.DEVICE_PORT,
}
_ABOUT_MANY = {
    EventKind.LIST_SEND: "send",
    EventKind.ROUND_STARTED: "round",
    EventKind.ROUND_PERSON: "round",
    EventKind.ROUND_FILLED: "round",
    EventKind.ROUND_REOPENED: "round",
    EventKind.ROUND_CLOSED: "round",
    EventKind.ROUND_CANCELLED: "round",
}
"""What goes to many, and the name of the hint: the event tells its id under the same name."""
_ABOUT_EMERGENCIES = frozenset({EventKind.EMERGENCY_BEGAN, EventKind.EMERGENCY_ENDED})
_ABOUT_STAFF = _ABOUT_EMERGENCIES | {EventKind.STAFF_CHANGED, EventKind.STAFF_LOGGED_OUT}


@routes.get("/live")
async def live(
    visit: Reading,
    after: Annotated[str, Query(max_length=80)] = "",
    last_event_id: Annotated[str | None, Header(max_length=80)] = None,
) -> Response:
    """`after` is where the page was drawn; a browser that reconnects sends a newer position."""
    return streamed(visit, last_event_id or after, _told)


def streamed(visit: Visit, cursor: str, tell: Tell) -> Response:
    """What happens from `cursor` on, as `tell` says it."""
    position = visit.services.feed.position(cursor)
    # The JSON API's events use `fastapi.sse`, and these do not. It answers with `no-cache`, and
    # this stream needs `no-store`. It writes the id of a frame last, and a client that reads line
    # by line needs the id first. Its keep-alive comments would come on top of the beats, which have
    # to stay: a page that hears none says so, and it cannot hear a comment.
    return StreamingResponse(
        visit.web.streams.bounded(visit.token, _stream(visit, position, tell)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(visit: Visit, position: int | None, tell: Tell) -> AsyncGenerator[str, None]:
    feed = visit.services.feed
    if position is None:
        # Of another epoch, or lost: the stream cannot resume there, so the page is drawn anew.
        yield _frame("stale", {}, feed.cursor(feed.head))
        return
    reader = _Reader(visit)
    if not await reader.is_there():  # the session may have ended before `position`
        return
    yield _frame("beat", {}, feed.cursor(position))
    async with aclosing(feed.batches(position, reader.pause_s)) as batches:
        async for batch in batches:
            if reader.may_be_gone(batch) and not await reader.is_there():
                return
            began_s = time.monotonic()
            told = await tell(reader.visit, batch)
            took_s = time.monotonic() - began_s
            if told := told + reader.presence() or reader.beat():
                reader.told_s = time.monotonic()
                yield told
            if batch:
                await asyncio.sleep(max(GATHER_S, GATHER_TIMES * took_s))


async def _told(visit: Visit, batch: Sequence[Event]) -> str:
    hints, changed = Hints(), Changed()
    for event in batch:
        if (hint := await hint_for(visit, event)) is not None:
            hints.add(hint, visit.services.feed.cursor(event.seq))
            changed.note(event)
    if (rows := await hint_of_rows(visit, changed)) is not None:
        hints.add(rows)
    return hints.text


class Hints:
    """Sent as one piece, so that who has heard the last one has the rows, too. Each is said once,
    where it was said last: many events may say the same.
    """

    def __init__(self) -> None:
        self._frames: dict[str, str] = {}

    def add(self, hint: Hint, cursor: str = "") -> None:
        plain = _frame(*hint)
        self._frames.pop(plain, None)
        self._frames[plain] = f"{_number(cursor)}{plain}"

    @property
    def text(self) -> str:
        return "".join(self._frames.values())


@dataclass(slots=True)
class _Reader:
    """Who follows a stream, as last looked up."""

    visit: Visit
    asked_s: float = 0.0
    told_s: float = field(default_factory=time.monotonic)
    around: Mapping[str, Sequence[Onlooker]] = field(default_factory=dict)

    async def is_there(self) -> bool:
        """Asks whether the session is still open, and what its person may see now: nothing, where
        they lack the passkey that the house wants of them.
        """
        session = await session_of(self.visit.web, self.visit.token)
        if session is not None:
            self.visit = dataclasses.replace(self.visit, session=session)
        self.asked_s = time.monotonic()
        return session is not None and not self.visit.must_add_passkey

    def may_be_gone(self, batch: Sequence[Event]) -> bool:
        """True when the session must be looked up again before these are told: the person may have
        logged out, been disabled, been given other rights, or been away for too long. It is looked
        up now and then in any case.
        """
        if self._left_ms() <= 0 or time.monotonic() - self.asked_s >= ASK_S:
            return True
        return any(
            is_about_rights(event)
            or (event.kind in _ABOUT_STAFF and event.staff_id == self.visit.staff_id)
            for event in batch
        )

    def pause_s(self) -> float:
        """Seconds until the next beat, or until the session ends by itself."""
        left_s = self.visit.services.clock.real_s(self._left_ms())
        next_s = min(self._until_beat_s(), max(END_S, left_s))
        return min(next_s, LOOK_S) if self.around else next_s

    def beat(self) -> str:
        """Empty before its time."""
        return "" if self._until_beat_s() > 0 else _frame("beat", {})

    def presence(self) -> str:
        """Who else is where this person is, where that is other than was told last."""
        seen = self.visit.web.presence.around(self.visit.staff_id, self.visit.now_ms)
        other = {each: seen.get(each, ()) for each in (*self.around, *seen)}
        frames = [
            _frame("presence", {"conversation": each, "people": [asdict(who) for who in people]})
            for each, people in other.items()
            if list(people) != list(self.around.get(each, ()))
        ]
        self.around = seen
        return "".join(frames)

    def _until_beat_s(self) -> float:
        return max(0.0, self.told_s + BEAT_S - time.monotonic())

    def _left_ms(self) -> int:
        return self.visit.session.expires_ms - self.visit.now_ms


async def hint_for(visit: Visit, event: Event) -> Hint | None:
    """None where the reader may not see what it is about, and where no page shows that."""
    if event.kind is EventKind.CONVERSATION_READ:
        own = event.staff_id == visit.staff_id
        return ("read", {"conversation": event.conversation_id}) if own else None
    if event.kind in _ABOUT_EMERGENCIES:
        return _hint_of_emergency(visit, event)
    if is_about_rights(event):
        # Who sees it no more is told, too.
        hint: Hint | None = ("list", {})
        event = dataclasses.replace(event, conversation_id=None, facts={})
    else:
        hint = hint_of(event)
    if hint is None:
        return None
    sights = _sights(visit.session.rights, hint[0])
    hint = _with_news(hint, event, visit.staff_id)
    known = [each.sees_at_once(event) for each in sights]
    if None not in known:
        return hint if any(known) else None
    seen = await visit.desk.aread(
        lambda conn: any(each.sees_event(conn, event) for each in sights), ReaderPool.LIVE
    )
    return hint if seen else None


def _with_news(hint: Hint, event: Event, staff_id: str) -> Hint:
    """Says why the reader is to be told of it by sound or notification, where a colleague made it
    theirs; that somebody wrote says so by itself.
    """
    personal = for_colleagues(event)
    if personal is None or staff_id not in personal[1]:
        return hint
    return hint[0], {**hint[1], "news": personal[0].value}


def _hint_of_emergency(visit: Visit, event: Event) -> Hint | None:
    """For its own person, whose pages show other things from now on, and for who reads there."""
    own, reads = event.staff_id == visit.staff_id, visit.session.rights
    branches = reads.branches(Permission.INBOX_READ)
    concerned = branches is None or (event.branch_id in branches if event.branch_id else branches)
    ended = event.kind is EventKind.EMERGENCY_ENDED
    return ("emergency", {"own": own, "ended": ended}) if own or concerned else None


def is_about_rights(event: Event) -> bool:
    """Whether a group is held to other people from now on."""
    return event.kind is EventKind.GROUP_CHANGED and event.facts.get("what") == "rights"


def hint_of(event: Event) -> Hint | None:
    """The name of the hint and what it is about: ids only."""
    if event.kind in _ABOUT_MESSAGES:
        about = {
            "conversation": event.conversation_id,
            "message": event.message_id,
            "received": event.kind is EventKind.MESSAGE_RECEIVED
            and event.facts.get("origin") != "technical",
        }
        return "message", about
    if event.kind in _BETWEEN_MESSAGES or event.kind is EventKind.CONTACT_ERASED:
        return _hint_between_messages(event)
    if event.kind in _ABOUT_CONTACTS:
        return "contact", {"contact": event.contact_id, "conversation": event.conversation_id}
    if name := _ABOUT_CONVERSATIONS.get(event.kind):
        return name, {"conversation": event.conversation_id}
    if name := _ABOUT_MANY.get(event.kind):
        return name, {name: event.facts[name]}
    about_device = {"device": event.device_id, "line": event.line_id}
    return ("device", about_device) if event.kind in _ABOUT_DEVICES else None


def _hint_between_messages(event: Event) -> Hint:
    """No thread shows a call of somebody without a conversation: the list does. Nor is there one of
    somebody who was erased.
    """
    if event.conversation_id is None:
        return "list", {}
    return "message", {"conversation": event.conversation_id, "received": False}


@functools.lru_cache(maxsize=256)
def _sights(rights: Rights, hint: str) -> Sequence[Sight]:
    """Hints about devices also go to people who may only read the inbox."""
    reads = sight_in(rights, Permission.INBOX_READ)
    return (
        (reads, Sight(rights.branches(Permission.DEVICE_MANAGE))) if hint == "device" else (reads,)
    )


def _frame(name: str, about: Mapping[str, object], cursor: str = "") -> str:
    return f"{_number(cursor)}event: {name}\ndata: {json.dumps(about)}\n\n"


def _number(cursor: str) -> str:
    return f"id: {cursor}\n" if cursor else ""
