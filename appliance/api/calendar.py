"""`/calendar/{token}.ics`: what a calendar program reads. Its address is its key, so it is logged
nowhere, and a wrong one is told nothing.
"""

import sqlite3

from fastapi import APIRouter, Request
from fastapi.responses import Response

from appliance.api.address_brake import AddressBrake
from appliance.api.forwarded import address_of
from appliance.api.json.tags import tagged
from appliance.api.problems import problem
from appliance.api.services import Services
from appliance.desk.access.accesses import Reader, Shown
from appliance.desk.feeds import feeds
from appliance.desk.feeds.entries import FeedCalendar, calendar_of
from appliance.desk.feeds.feeds import Feed
from appliance.desk.feeds.ics import as_ics
from appliance.store.readings import ReadingKind, Thing
from appliance.store.store import ReaderPool

router = APIRouter()

_MOST_TOKEN = 100
_HEADERS = {"Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex"}


@router.get("/calendar/{token}.ics")
async def calendar(request: Request, token: str) -> Response:
    brake: AddressBrake = request.app.state.brake
    wait_s = brake.wait_s(address_of(request))
    if wait_s:
        return Response("Too many requests.", 429, {"Retry-After": str(wait_s)}, "text/plain")
    services: Services = request.app.state.services
    now_ms = services.clock.now_ms()
    feed = await services.store.aread(
        lambda conn: feeds.opened(conn, token[:_MOST_TOKEN], now_ms), ReaderPool.DOOR
    )
    if feed is None:
        return problem("not-found", "There is nothing at this address.").response()
    drawn = as_ics(await _read(services, feed))
    answer = Response(drawn, headers=_HEADERS, media_type="text/calendar; charset=utf-8")
    return tagged(request, answer)


async def _read(services: Services, feed: Feed) -> FeedCalendar:
    """In the log of reading it is the address that read: who has that, nobody knows."""
    accesses = services.accesses(Reader(feed_id=feed.id))
    now_ms = services.clock.now_ms()

    def read(conn: sqlite3.Connection) -> FeedCalendar:
        return calendar_of(conn, feed, now_ms)

    return await accesses.read(
        read,
        lambda found: [Shown(contact_id=each, listed=True) for each in found.contact_ids],
        what=ReadingKind.EXPORT,
        thing=Thing.PERSON,
    )
