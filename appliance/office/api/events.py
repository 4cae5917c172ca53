"""`/events` of the office: what all boxes tell, numbered in the order in which it came here.

The events are those of the replicas; the numbers are the office's (`tables/office_log.py`), so a
cursor means one place whatever the boxes do. An event has its box's id beside what a box says.
Where events of a box are no more, because it was put back to an earlier day or its replica cannot
be read, a `reset` with its id says so: nothing is passed over in silence.
"""

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
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
from appliance.errors import NotFound, StoreUnavailable
from appliance.events import Event
from appliance.office.api.asking import boxes_in_sight
from appliance.office.api.missing import is_of_reading
from appliance.office.api.seen_boxes import SeenBox, opened
from appliance.office.api.sights import sight_at
from appliance.office.head.callers import head_of
from appliance.office.head.head import Head
from appliance.office.head.readable import hold_if_damaged
from appliance.office.tables import office_log, replica_link
from appliance.office.tables.office_log import LoggedBatch
from appliance.office.tables.replica_link import LinkState
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _ToldOfBatch:
    """What a caller sees of one batch. `lacks`: there is more in it, and it is no more here."""

    last_seq: int
    box_id: str = ""
    told: Sequence[_ToldOfAll] = ()
    goes_back: bool = False
    lacks: bool = False


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
        description=f"{DESCRIPTION} A `reset` with a `box` is about that box alone: it was put "
        "back to an earlier day, or what the office has of it cannot be read.",
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
        try:
            async for batch in _since(request, caller, seq):
                for told in _of_batch(feed, batch):
                    yield told
                seq = batch.last_seq
        except StoreUnavailable:
            return  # who follows comes again, and goes on from where they are


def _has_ended(caller: Caller) -> bool:
    return caller.token.has_ended(caller.services.clock.now_ms())


def _position(feed: EventFeed, last_event_id: str | None, newest: int) -> int | None:
    """As `EventFeed.position`, in the office's numbers."""
    found = _POSITION.fullmatch(last_event_id or "")
    if found is None or found[1] not in (None, f"{feed.epoch}:"):
        return None
    return int(found[2]) if int(found[2]) <= newest else None


async def _since(request: Request, caller: Caller, seq: int) -> AsyncIterator[_ToldOfBatch]:
    """Batch by batch."""
    head, store = head_of(request), caller.services.store
    while batches := await store.aread(partial(_batches, seq), ReaderPool.LIVE):
        seen = {each.id: each for each in await boxes_in_sight(caller)}
        for batch in batches:
            if (box := seen.get(batch.box_id)) is None:
                found = _ToldOfBatch(last_seq=batch.last_seq)
            else:
                found = await _seen_of(head, caller, box, batch)
            yield replace(found, told=[each for each in found.told if each.seq > seq])
            seq = batch.last_seq


def _batches(seq: int, conn: sqlite3.Connection) -> Sequence[LoggedBatch]:
    return office_log.after(conn, seq, limit=_BATCHES)


async def _seen_of(head: Head, caller: Caller, box: SeenBox, batch: LoggedBatch) -> _ToldOfBatch:
    """Of an epoch that was given up what the copy had: the other numbers mean other events now.
    Raises StoreUnavailable, after which the caller may go on from there.
    """
    gone = _gone(batch)
    if box.unreadable:
        return gone
    try:
        async with opened(head, box.id) as replica:
            state = await replica.aread(replica_link.read, ReaderPool.LIVE)
            until = batch.last
            if state.epoch != batch.epoch:
                until = await caller.services.store.aread(
                    lambda conn: min(
                        office_log.stands_until(conn, batch), _kept_until(state, batch.epoch)
                    ),
                    ReaderPool.LIVE,
                )
            read = partial(_read, caller, batch, state.epoch, until)
            return await replica.aread(read, ReaderPool.LIVE)
    except NotFound:
        return gone
    except Exception as exc:
        if isinstance(exc, StoreUnavailable) or not is_of_reading(exc):
            raise
        await asyncio.to_thread(hold_if_damaged, head.store, box.id, exc)
        return gone


def _kept_until(state: LinkState, epoch: str) -> int:
    """The last event of that epoch that the box still knew after it was put back."""
    shared = state.shared_with(epoch)
    return -1 if shared is None else shared


def _gone(batch: LoggedBatch) -> _ToldOfBatch:
    return _ToldOfBatch(last_seq=batch.last_seq, box_id=batch.box_id, lacks=True)


def _read(
    caller: Caller, batch: LoggedBatch, epoch: str, until: int, conn: sqlite3.Connection
) -> _ToldOfBatch:
    with replica_link.at_one_moment(conn):
        if replica_link.read(conn).epoch != epoch:
            return _gone(batch)  # it was put back this very moment
        found = events.after(conn, batch.first - 1, limit=batch.many)
        here = [each for each in found if each.seq <= until]
        sight = sight_at(conn, caller)
        told = [
            _ToldOfAll(seq=batch.seq + place, box_id=batch.box_id, event=event)
            for place, event in enumerate(here)
            if sight.sees_event(conn, event)
        ]
    return _ToldOfBatch(
        last_seq=batch.last_seq,
        box_id=batch.box_id,
        told=told,
        goes_back=batch.goes_back,
        lacks=len(here) < batch.many,
    )


def _of_batch(feed: EventFeed, batch: _ToldOfBatch) -> Iterator[ServerSentEvent]:
    if batch.goes_back and batch.told:
        yield _reset(feed, batch.told[0].seq - 1, batch.box_id)
    for told in batch.told:
        yield _sent(feed, told)
    if batch.lacks or (batch.goes_back and not batch.told):
        yield _reset(feed, batch.last_seq, batch.box_id)


def _reset(feed: EventFeed, seq: int, box_id: str) -> ServerSentEvent:
    body = {"epoch": feed.epoch, "seq": seq, "box": box_id}
    return ServerSentEvent(event="reset", raw_data=json.dumps(body), id=feed.cursor(seq))


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
