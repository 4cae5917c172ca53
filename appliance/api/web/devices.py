"""The devices: whether each is healthy, and what a person should do if not."""

from fastapi import APIRouter
from fastapi.responses import Response

from appliance.api.web.route import PageRoute
from appliance.api.web.visit import Posting, Reading, go
from appliance.desk import equipment
from appliance.desk.access import Permission
from appliance.errors import NotFound
from appliance.store import lines

routes = APIRouter(route_class=PageRoute)


@routes.get("/devices")
async def devices_page(visit: Reading) -> Response:
    cursor = visit.cursor
    numbers = await visit.read(lambda conn: equipment.numbers(conn, visit.session.rights))
    if visit.partial:
        return visit.page("_devices.html", numbers=numbers)
    may_add = visit.session.rights.may(Permission.STAFF_MANAGE, None)
    return visit.page("devices.html", numbers=numbers, cursor=cursor, may_add=may_add)


@routes.post("/lines/{line_id}/resume")
async def resume(visit: Posting, line_id: str) -> Response:
    """A person has looked at the phone and says that it may send again."""
    numbers = await visit.read(lambda conn: equipment.numbers(conn, visit.session.rights))
    if not any(each.line_id == line_id and each.may_manage for each in numbers):
        raise NotFound("line")
    await visit.write(lambda tx: lines.resume_line(tx, line_id, staff_id=visit.staff_id))
    visit.services.planned()
    return go(visit, "/devices")
