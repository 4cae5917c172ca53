"""`/media/{id}`: a file of a message, and a small picture of it."""

from typing import Annotated

from fastapi import APIRouter, Request, Response, Security

from appliance.api.file_answers import file_answer, thumbnail_answer
from appliance.api.json.callers import Caller, identify
from appliance.api.json.documented import READ_PROBLEMS, answers
from appliance.api.late_route import LateRoute
from appliance.desk.access.tokens import Scope
from appliance.desk.inbox.attachments import SeenMedia, seen_by_token
from appliance.store.readings import Thing

router = APIRouter(prefix="/api/v1", tags=["media"], route_class=LateRoute)

_READS_MEDIA = Security(identify, scopes=[Scope.MEDIA_READ.value])


@router.get(
    "/media/{media_id}",
    operation_id="getMedia",
    summary="A file",
    response_model=None,
    response_class=Response,
    responses=answers(
        None,
        "…",
        *READ_PROBLEMS,
        "not-found",
        "range-not-satisfiable",
        description="Its bytes, as a whole or the range that was asked for. The type is what the"
        " content told, or `application/octet-stream` where a browser might run it.",
        media_type="application/octet-stream",
        other_types=["*/*"],
    ),
)
async def get_media(
    request: Request, caller: Annotated[Caller, _READS_MEDIA], media_id: str
) -> Response:
    found = await seen_media(caller, media_id)
    return await file_answer(request, caller.services, found.media)


@router.get(
    "/media/{media_id}/thumbnail",
    operation_id="getThumbnail",
    summary="A small picture of a picture",
    response_model=None,
    response_class=Response,
    responses=answers(
        None,
        "…",
        *READ_PROBLEMS,
        "not-found",
        "range-not-satisfiable",
        description="WebP, at most 480 pixels a side.",
        media_type="image/webp",
    ),
)
async def get_thumbnail(
    request: Request, caller: Annotated[Caller, _READS_MEDIA], media_id: str
) -> Response:
    found = await seen_media(caller, media_id)
    return await thumbnail_answer(request, caller.services, found.media)


async def seen_media(caller: Caller, media_id: str) -> SeenMedia:
    """Raises NotFound for one that the caller may not see; that it was looked at is noted."""
    return await caller.accesses.read(
        lambda conn: seen_by_token(conn, caller.sight, caller.token.id, media_id),
        lambda seen: [seen.shown],
        thing=Thing.FILE,
    )
