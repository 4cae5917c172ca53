"""A page says that somebody looks at a conversation, types there, or has left it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Posting
from appliance.desk.inbox import thread

routes = APIRouter(route_class=PageRoute)


@routes.post("/c/{conversation_id}/here")
async def be_here(
    visit: Posting,
    conversation_id: str,
    what: Annotated[Literal["looks", "types", "sent", "leaves"], Form()] = "looks",
) -> Response:
    presence, now_ms = visit.web.presence, visit.now_ms
    if what == "leaves":
        presence.gone(conversation_id, visit.staff_id)
        return Response(status_code=204)
    rights = visit.session.rights
    about = await visit.read(lambda conn: thread.conversation(conn, rights, conversation_id))
    who = {"conversation_id": about.id, "staff_id": visit.staff_id}
    if what == "sent":
        presence.stopped_typing(**who, now_ms=now_ms)
    else:
        presence.here(**who, name=visit.session.name, now_ms=now_ms, typing=what == "types")
    return Response(status_code=204)
