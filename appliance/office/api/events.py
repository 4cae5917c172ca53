"""`/events` of the office: what all boxes tell, numbered in the order in which it came here.

The events are those of the replicas; the numbers are the office's (`tables/office_log.py`), so a
cursor means one place whatever the boxes do. An event has its box's id beside what a box says.
"""

import json
import re
import sqlite3
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import Field

from appliance.api.json.bodies import EventOut
from appliance.api.json.callers import Caller, ReadsEvents
from appliance.api.json.documented import answers
from appliance.api.json.events import DESCRIPTION, STREAM, ends, is_valid
from appliance.api.json.times import iso
from appliance.errors import NotFound
from appliance.events import Event
from appliance.office.api.asking import boxes_in_sight
from appliance.office.api.seen_boxes import opened
from appliance.office.api.sights import sight_at
from appliance.office.head.callers import head_of
from appliance.office.head.head import Head
from appliance.office.tables import office_log, replica_link
from appliance.office.tables.office_log import LoggedBatch
from appliance.store import events
from appliance.store.feed import EventFeed
from appliance.store.store import ReaderPool

router = APIRouter(prefix="/api/v1", tags=["events"])

_LOOKS_S = 0.2
"""How soon news of a box is noticed while nothing happens at the office itself."""
_BATCHES = 20
_POSITION = re.compile("([0-9a-f-]{36}:)?([0-9]{1,18})")


class OfficeEventOut(EventOut):
    box: str = Field(description="The box that told it; `seq` and `epoch` are the office's.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _ToldOfAll:
    seq: int
    box_id: str
    event: Event


@router.get(
    "/events",
    operation_id="followEvents",
    summary="Follow what happens",
    response_class=EventSourceResponse,
    responses=answers(
        OfficeEventOut,
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
    request: Request,
    caller: ReadsEvents,
    last_event_id: Annotated[
        str | None, Header(description="The `id` of the last event that was read.")
    ] = None,
) -> AsyncIterator[ServerSentEvent]:
    feed, store = caller.services.feed, caller.services.store
    newest = await store.aread(office_log.last_seq, ReaderPool.LIVE)
    position = _position(feed, last_event_id, newest)
    seq = newest if position is None else position
    if not await is_valid(caller):
        return
    lost = bool(last_event_id) and position is None
    yield ServerSentEvent(
        event="reset" if lost else "hello",
        raw_data=json.dumps({"epoch": feed.epoch, "seq": seq}),
        id=feed.cursor(seq),
    )
    async for own in feed.batches(feed.head, lambda: _LOOKS_S):
        if _has_ended(caller) or any(ends(caller, each) for each in own):
            return
        async for batch in _since(request, caller, seq):
            for told in batch[1]:
                yield _sent(feed, told)
            seq = batch[0]


def _has_ended(caller: Caller) -> bool:
    return caller.token.has_ended(caller.services.clock.now_ms())


def _position(feed: EventFeed, last_event_id: str | None, newest: int) -> int | None:
    """As `EventFeed.position`, in the office's numbers."""
    found = _POSITION.fullmatch(last_event_id or "")
    if found is None or found[1] not in (None, f"{feed.epoch}:"):
        return None
    return int(found[2]) if int(found[2]) <= newest else None


async def _since(
    request: Request, caller: Caller, seq: int
) -> AsyncIterator[tuple[int, Sequence[_ToldOfAll]]]:
    """Batch by batch: its last number, and what the caller sees of it."""
    head, store = head_of(request), caller.services.store
    while batches := await store.aread(partial(_batches, seq), ReaderPool.LIVE):
        seen = {each.id for each in await boxes_in_sight(caller)}
        for batch in batches:
            told = await _seen_of(head, caller, batch) if batch.box_id in seen else ()
            yield batch.last_seq, [each for each in told if each.seq > seq]
            seq = batch.last_seq


def _batches(seq: int, conn: sqlite3.Connection) -> Sequence[LoggedBatch]:
    return office_log.after(conn, seq, limit=_BATCHES)


async def _seen_of(head: Head, caller: Caller, batch: LoggedBatch) -> Sequence[_ToldOfAll]:
    """Nothing of an epoch that was given up: its numbers mean other events now."""

    def read(conn: sqlite3.Connection) -> Sequence[_ToldOfAll]:
        if replica_link.read(conn).epoch != batch.epoch:
            return ()
        found = events.after(conn, batch.first - 1, limit=batch.many)
        sight = sight_at(conn, caller)
        return [
            _ToldOfAll(seq=batch.seq + place, box_id=batch.box_id, event=event)
            for place, event in enumerate(found)
            if event.seq <= batch.last and sight.sees_event(conn, event)
        ]

    try:
        async with opened(head, batch.box_id) as replica:
            return await replica.aread(read, ReaderPool.LIVE)
    except NotFound:
        return ()


def _sent(feed: EventFeed, told: _ToldOfAll) -> ServerSentEvent:
    event = told.event
    body: dict[str, Any] = {
        "seq": told.seq,
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
        "box": told.box_id,
    }
    return ServerSentEvent(
        event=event.kind.value, raw_data=json.dumps(body), id=feed.cursor(told.seq)
    )
