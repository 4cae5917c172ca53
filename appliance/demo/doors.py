"""Pages that only the demo has: to log in as somebody with one click, and to pull a phone out."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.browsers import browser_of
from appliance.api.web.cookies import SESSION
from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.login import enter
from appliance.api.web.visit import AtDoorPosting, Posting, go
from appliance.desk.access import sessions
from appliance.desk.team import staff
from appliance.errors import NotFound
from appliance.store.store import Tx

Pull = Callable[[str, bool], None]
"""Takes the phone of a number out, or puts it back; blocks for a moment."""


def doors(pull: Pull) -> APIRouter:
    routes = APIRouter(route_class=PageRoute)

    @routes.post("/demo/login")
    async def log_in_as(guest: AtDoorPosting, name: Annotated[str, Form()] = "") -> Response:
        services = guest.web.services
        if services.demo is None or name not in services.demo.names:
            raise NotFound("page")
        before, browser = SESSION.read(guest.request), browser_of(guest.request)

        def begin(tx: Tx) -> sessions.NewSession:
            who = staff.named(tx.conn, name)
            return sessions.begin(tx, who.id, before=before, browser=browser)

        session = await services.store.awrite(begin)
        return enter(guest, session, await guest.web.door.device_cookie(name), "/")

    @routes.post("/demo/phone")
    async def move_phone(
        visit: Posting,
        number: Annotated[str, Form()] = "",
        what: Annotated[Literal["out", "back"], Form()] = "out",
    ) -> Response:
        demo = visit.services.demo
        if demo is None or number not in demo.numbers:
            raise NotFound("page")
        await asyncio.to_thread(pull, number, what == "out")
        return go(visit, "/devices")

    return routes
