"""What the phone showed when the outcome of a send was unclear, for the person who decides."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Reading, Visit
from appliance.desk.inbox.pictures import require_picture
from appliance.errors import NotFound
from appliance.media.blurring import blurred
from appliance.store.readings import Thing

routes = APIRouter(route_class=PageRoute)


@routes.get("/attempts/{attempt_id}/{name}")
async def picture(
    visit: Reading,
    attempt_id: str,
    name: str,
    is_blurred: Annotated[bool, Query(alias="blurred")] = False,
) -> Response:
    """Only a name that the attempt itself recorded leads to a file. A page shows it blurred; who
    opens it is noted.
    """
    if is_blurred:
        return await _blurred(visit, attempt_id, name)
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


async def _blurred(visit: Visit, attempt_id: str, name: str) -> Response:
    """What leaves the house here shows nobody, so it is no read."""
    rights = visit.session.rights
    await visit.read(lambda conn: require_picture(conn, rights, attempt_id, name))
    made = await asyncio.to_thread(blurred, visit.services.evidence_dir / attempt_id / name)
    if made is None:
        raise NotFound("picture")
    return Response(made, media_type="image/webp")
