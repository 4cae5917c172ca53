"""The live screen of one phone, for who manages it: a picture, a tap, Back."""

import logging
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import PlainTextResponse, Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Posting, Reading, Visit
from appliance.desk.lines import live_screen
from appliance.desk.lines.live_screen import LookedAt
from appliance.devices.kind import Kind, Remote
from appliance.devices.protocol import Driver
from appliance.errors import DeviceError, InvalidInput, NotFound

log = logging.getLogger(__name__)

routes = APIRouter(route_class=PageRoute)

_PRESS_WITHIN_S = 4.0
"""After that, the finger was meant for another screen."""


@routes.get("/devices/{device_id}/screen")
async def screen_page(visit: Reading, device_id: str) -> Response:
    return visit.page("screen.html", at=await _looked_at(visit, device_id))


@routes.get("/devices/{device_id}/screen/picture")
async def picture(visit: Reading, device_id: str) -> Response:
    """One picture; the header `Balie-Picture` says what it is of."""
    at = await _looked_at(visit, device_id)
    try:
        taken = await visit.web.looks.picture(at, visit.staff_id)
    except DeviceError as exc:
        log.info("no picture of %s: %s", device_id, exc)
        said = visit.words.text("The phone gives no picture now. Is it plugged in and switched on?")
        return PlainTextResponse(said, 503)
    headers = {"Balie-Picture": taken.of.value}
    return Response(taken.webp, media_type="image/webp", headers=headers)


@routes.post("/devices/{device_id}/screen/tap")
async def tap(
    visit: Posting, device_id: str, x: Annotated[float, Form()], y: Annotated[float, Form()]
) -> Response:
    """`x` and `y` are fractions of the picture's width and height."""
    if not (0 <= x < 1 and 0 <= y < 1):
        raise NotFound("place")
    return await _press(visit, device_id, "tap", lambda remote: lambda each: remote.tap(each, x, y))


@routes.post("/devices/{device_id}/screen/back")
async def back(visit: Posting, device_id: str) -> Response:
    return await _press(visit, device_id, "back", lambda remote: remote.back)


@routes.post("/devices/{device_id}/screen/end")
async def end(visit: Posting, device_id: str) -> Response:
    """The page was closed or hidden."""
    await _looked_at(visit, device_id)
    visit.web.looks.end(device_id, visit.staff_id)
    return Response(status_code=204)


async def _press(
    visit: Visit,
    device_id: str,
    what: str,
    errand_of: Callable[[Remote], Callable[[Driver], None]],
) -> Response:
    """Told before it is done. In the device's own thread, so never in the midst of a message."""
    at = await _looked_at(visit, device_id)
    remote = Kind.named(at.kind).remote
    if remote is None:
        raise NotFound("device")
    if at.is_sending:
        said = visit.words.text("The phone is sending a message now. Try again in a moment.")
        return PlainTextResponse(said, 409)
    await visit.write(
        lambda tx, rights: live_screen.pressed(
            tx, live_screen.find(tx.conn, rights, device_id), what, visit.staff_id
        )
    )
    try:
        await visit.services.ask_device(device_id, errand_of(remote), within_s=_PRESS_WITHIN_S)
    except InvalidInput:
        said = visit.words.text("This button reaches people: it is pressed on the phone only.")
        return PlainTextResponse(said, 422)
    except DeviceError as exc:
        log.info("%s was not pressed: %s", device_id, exc)
        said = visit.words.text("The phone did not do it. Look at the screen and try again.")
        return PlainTextResponse(said, 503)
    return Response(status_code=204)


async def _looked_at(visit: Visit, device_id: str) -> LookedAt:
    rights = visit.session.rights
    return await visit.read(lambda conn: live_screen.find(conn, rights, device_id))
