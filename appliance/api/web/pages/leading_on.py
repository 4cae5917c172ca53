"""Addresses that are no pages of their own: each leads on to where its thing stands."""

import sqlite3

from fastapi import APIRouter
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Reading, go
from appliance.desk.access.rights import Permission
from appliance.errors import NotFound
from appliance.store import lines

routes = APIRouter(route_class=PageRoute)


@routes.get("/settings/company")
async def company(visit: Reading) -> Response:
    """What a company sets stands with its branches."""
    if not visit.session.rights.has(Permission.STAFF_MANAGE):
        raise NotFound("page")
    return go(visit, "/settings/branches")


@routes.get("/devices/add")
async def add_device(visit: Reading) -> Response:
    if not visit.session.rights.has(Permission.DEVICE_MANAGE):
        raise NotFound("page")
    return go(visit, "/devices/enrol")


@routes.get("/devices/{device_id}")
async def device(visit: Reading, device_id: str) -> Response:
    """To its place among the devices. Raises NotFound for one whose numbers one may not see."""
    rights = visit.session.rights

    def read(conn: sqlite3.Connection) -> str | None:
        for line in lines.lines_of_device(conn, device_id):
            reads = rights.may(Permission.INBOX_READ, line.branch_id)
            if reads or rights.may(Permission.DEVICE_MANAGE, line.branch_id):
                return line.id
        return None

    line_id = await visit.read(read)
    if line_id is None:
        raise NotFound("device")
    return go(visit, f"/devices#v-{line_id}-{device_id}")
