"""`/privacy/access`: who may read what, which rights are new, and who took them in an emergency."""

from fastapi import APIRouter
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.privacy import must_be_officer
from appliance.api.web.visit import Reading
from appliance.desk.privacy import access
from appliance.store import branches
from appliance.store.branch_settings import BranchSettings

routes = APIRouter(route_class=PageRoute)


@routes.get("/privacy/access")
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
