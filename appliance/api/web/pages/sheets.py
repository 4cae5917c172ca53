"""The joined style sheets, from where the other static files are."""

from fastapi import APIRouter
from fastapi.responses import Response

from appliance.api.web import style_sheets
from appliance.errors import NotFound

routes = APIRouter()


@routes.get("/static/sheets/{name}.css")
async def joined(name: str) -> Response:
    try:
        return Response(style_sheets.joined(name), media_type="text/css")
    except KeyError as exc:
        raise NotFound("style sheet") from exc
