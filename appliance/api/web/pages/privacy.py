"""`/privacy`: what people asked about their data, and what became of it."""

from fastapi import APIRouter
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Reading, Visit
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import Sight
from appliance.errors import NotFound

routes = APIRouter(route_class=PageRoute)


@routes.get("/privacy")
async def privacy_page(visit: Reading) -> Response:
    must_be_officer(visit)
    return visit.page("privacy.html")


def officer_sight(rights: Rights) -> Sight:
    """The people of the branches whose privacy somebody guards."""
    return Sight(rights.branches(Permission.PRIVACY_MANAGE), rights.groups)


def must_be_officer(visit: Visit) -> None:
    """Raises NotFound for who guards no branch's privacy."""
    if not visit.session.rights.has(Permission.PRIVACY_MANAGE):
        raise NotFound("page")
