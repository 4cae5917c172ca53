"""`/overview`: what a lead has to know now; with `wall=1` for a screen on the wall.

On a wall nobody is named, neither who waits nor which colleague has them: such a screen hangs where
visitors and passers-by see it, and initials are known to whoever knows the people of a branch.
"""

from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Reading, Visit
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission
from appliance.desk.reports import now
from appliance.desk.reports.now import LeadNow
from appliance.errors import NotFound

routes = APIRouter(route_class=PageRoute)


@routes.get("/overview")
async def overview_page(visit: Reading, wall: str = "") -> Response:
    must_lead(visit)
    cursor = visit.cursor
    template = "_overview_wall.html" if wall else "_overview.html"
    found = await _now(visit, named=not wall)
    if visit.partial:
        return visit.page(template, found=found)
    return visit.page("overview.html", found=found, cursor=cursor, wall=bool(wall), part=template)


def must_lead(visit: Visit) -> None:
    """Raises NotFound for who leads no branch."""
    if not visit.session.rights.has(Permission.REPORT_READ):
        raise NotFound("page")


async def _now(visit: Visit, *, named: bool) -> LeadNow:
    rights, histories = visit.session.rights, visit.services.histories
    return await visit.show(
        lambda conn: now.lead_now(conn, rights, histories, now_ms=visit.now_ms),
        shown if named else nobody,
    )


def shown(found: LeadNow) -> Sequence[Shown]:
    whom = [(each.contact_id, each.conversation_id) for each in found.longest]
    whom += [(each.contact_id, each.conversation_id) for each in found.failed]
    return [
        Shown(contact_id=contact, conversation_id=thread, listed=True) for contact, thread in whom
    ]


def nobody(_: LeadNow) -> Sequence[Shown]:
    return ()
