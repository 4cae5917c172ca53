"""The files of messages, for who may read the conversation."""

from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import Response

from appliance.api.file_answers import file_answer, thumbnail_answer
from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Reading, Visit
from appliance.desk.inbox.attachments import SeenMedia, seen_by_staff
from appliance.store.readings import Thing

routes = APIRouter(route_class=PageRoute)


@routes.get("/media/{media_id}")
async def file(request: Request, visit: Reading, media_id: str) -> Response:
    seen = await _see(visit, media_id)
    return await file_answer(request, visit.services, seen.media)


@routes.get("/media/{media_id}/thumbnail")
async def thumbnail(request: Request, visit: Reading, media_id: str) -> Response:
    seen = await _see(visit, media_id, small=True)
    return await thumbnail_answer(request, visit.services, seen.media)


async def _see(visit: Visit, media_id: str, *, small: bool = False) -> SeenMedia:
    """A small picture belongs to the thread that shows it."""
    rights = visit.session.rights
    return await visit.show(
        lambda conn: seen_by_staff(conn, rights, visit.staff_id, media_id),
        lambda seen: [replace(seen.shown, listed=small)],
        thing=Thing.FILE,
    )
