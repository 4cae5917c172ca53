"""Screens that stopped an attempt because nobody knew them, and the rules made of them."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import FileResponse, Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Posting, Reading, go
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.inbox import pictures
from appliance.desk.lines import screens
from appliance.errors import NotFound
from appliance.store.readings import Thing
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/devices/screens"
_LEAVE, _STOP, _PRESS = "leave", "stop", "press-"


@routes.get(PAGE)
async def screens_page(visit: Reading) -> Response:
    rights = visit.session.rights
    if not rights.has(Permission.DEVICE_MANAGE):
        raise NotFound("page")
    seen, rules = await visit.read(
        lambda conn: (screens.waiting(conn, rights), screens.rules(conn, rights))
    )
    return visit.page("screens.html", seen=seen, rules=rules)


@routes.get(f"{PAGE}/{{screen_id}}/picture")
async def picture(visit: Reading, screen_id: str) -> Response:
    """The last picture that was kept with the attempt that it stopped; it may show a chat."""
    rights = visit.session.rights
    attempt_id, name, _ = await visit.show(
        lambda conn: pictures.of_screen(conn, screens.find(conn, rights, screen_id).shown),
        lambda found: [found[2]],
        thing=Thing.FILE,
    )
    path = visit.services.evidence_dir / attempt_id / name
    if not await asyncio.to_thread(path.is_file):
        raise NotFound("picture")
    return FileResponse(path, media_type="image/jpeg")


@routes.post(f"{PAGE}/{{screen_id}}")
async def settle(
    visit: Posting,
    screen_id: str,
    do: Annotated[str, Form()] = "",
    phrase: Annotated[str, Form()] = "",
) -> Response:
    """`do` is `leave`, `stop`, or `press-` and the place of a button."""
    place = do.removeprefix(_PRESS)
    if do not in (_LEAVE, _STOP) and not (do.startswith(_PRESS) and place.isdecimal()):
        raise NotFound("choice")

    def work(tx: Tx, rights: Rights) -> None:
        if do == _LEAVE:
            screens.leave(tx, rights, screen_id, staff_id=visit.staff_id)
            return
        press = None if do == _STOP else int(place)
        screens.make_rule(
            tx, rights, screen_id, press=press, phrase=phrase, staff_id=visit.staff_id
        )

    await visit.write(work)
    return go(visit, PAGE)


@routes.post("/devices/rules/{rule_id}/remove")
async def remove_rule(visit: Posting, rule_id: str) -> Response:
    await visit.write(
        lambda tx, rights: screens.remove_rule(tx, rights, rule_id, staff_id=visit.staff_id)
    )
    return go(visit, PAGE)
