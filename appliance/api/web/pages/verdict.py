"""What the composer says of writing: may one write now, and if not, why not."""

from fastapi import APIRouter
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Reading
from appliance.desk.inbox import thread

routes = APIRouter(route_class=PageRoute)


@routes.get("/c/{conversation_id}/verdict")
async def verdict_part(visit: Reading, conversation_id: str) -> Response:
    rights = visit.session.rights
    about = await visit.read(lambda conn: thread.conversation(conn, rights, conversation_id))
    return visit.page("_verdict.html", about=about)
