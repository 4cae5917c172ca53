"""The inbox of head office: the page, and its list by itself."""

from fastapi import APIRouter
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.views import Choices, InboxView, Wanted
from appliance.api.web.visit import Reading, Visit, go, in_header
from appliance.desk.access.rights import Permission
from appliance.office.web.listing import shown_desk

routes = APIRouter(route_class=PageRoute)


@routes.get("/")
async def first_page(visit: Reading) -> Response:
    """Who waits; for who reads nothing, what they look after."""
    if visit.session.rights.has(Permission.INBOX_READ):
        return await _page(visit, Wanted(view=InboxView.WAITING))
    manages = visit.session.rights.may(Permission.DEVICE_MANAGE, None)
    return go(visit, "/boxes" if manages else "/me")


@routes.get("/inbox/{view}")  # noqa: FAST003 -- the choices take it
async def inbox_page(visit: Reading, choices: Choices) -> Response:
    if not visit.session.rights.has(Permission.INBOX_READ):
        return go(visit, "/")
    return await _page(visit, choices)


async def _page(visit: Visit, choices: Wanted) -> Response:
    if visit.partial:
        return visit.page("_no_thread_panes.html")
    cursor = visit.cursor
    desk = await shown_desk(visit, choices)
    return visit.page("inbox.html", desk=desk, thread=None, card=None, cursor=cursor)


@routes.get("/list")
async def list_part(visit: Reading, choices: Choices, chosen: str = "") -> Response:
    """`chosen`: somebody clicked, so the browser's address is changed, too."""
    desk = await shown_desk(visit, choices)
    answer = visit.page("_list_parts.html", desk=desk)
    if chosen:
        shown = desk.wanted
        beside = f"/c/{shown.open}{shown.query()}"
        answer.headers["HX-Replace-Url"] = in_header(beside if shown.open else shown.address())
    return answer
