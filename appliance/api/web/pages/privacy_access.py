"""`/privacy/access`: who may read what, which rights are new, and who took them in an emergency."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.privacy import must_be_officer
from appliance.api.web.visit import Posting, Reading, go
from appliance.desk.privacy import access
from appliance.desk.team import emergency
from appliance.store import branches
from appliance.store.branch_settings import BranchSettings

routes = APIRouter(route_class=PageRoute)


PAGE = "/privacy/access"


@routes.get(PAGE)
async def access_page(visit: Reading) -> Response:
    must_be_officer(visit)
    rights = visit.session.rights
    named = await visit.read(branches.branches)
    return visit.page(
        "privacy_access.html",
        found=await visit.read(lambda conn: access.shown(conn, rights)),
        places={each.id: each.name for each in named},
        zone=BranchSettings().zone,
    )


@routes.post(f"{PAGE}/end")
async def end(visit: Posting, emergency_id: Annotated[str, Form(max_length=40)] = "") -> Response:
    """Raises NotFound for one in a branch whose privacy the officer does not guard."""
    await visit.write(
        lambda tx, rights: emergency.end_one(tx, rights, emergency_id, by_staff_id=visit.staff_id)
    )
    return go(visit, PAGE)
