"""What the phone showed when the outcome of a send was unclear, for the person who decides."""

import asyncio

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Reading
from appliance.desk.inbox.pictures import require_picture
from appliance.errors import NotFound
from appliance.store.readings import Thing

routes = APIRouter(route_class=PageRoute)


@routes.get("/attempts/{attempt_id}/{name}")
async def picture(visit: Reading, attempt_id: str, name: str) -> Response:
    """Only a name that the attempt itself recorded leads to a file."""
    rights = visit.session.rights
    await visit.show(
        lambda conn: require_picture(conn, rights, attempt_id, name),
        lambda shown: [shown],
        thing=Thing.FILE,
    )
    path = visit.services.evidence_dir / attempt_id / name
    if not await asyncio.to_thread(path.is_file):
        raise NotFound("picture")
    return FileResponse(path, media_type="image/jpeg")
