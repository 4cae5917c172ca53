"""`/settings`: the key that signs webhooks. What brakes a line is set in Balie itself."""

import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from appliance.api.json.callers import forbidden
from appliance.api.problems import ProblemError, problem
from appliance.api.smsgate.paths import PREFIX
from appliance.api.smsgate.visitors import visitor_of
from appliance.desk.access import tokens
from appliance.desk.smsgate import passes
from appliance.errors import InvalidInput
from appliance.store.key_at_hand import house_key

router = APIRouter(prefix=PREFIX, include_in_schema=False)


@router.get("/settings")
async def get_settings(request: Request) -> JSONResponse:
    """Of the token itself. With the key one signs as Balie does for as long as the token lives, so
    a pass has to be made for it.
    """
    visitor = await visitor_of(request)
    if visitor.by_pass is not None and not visitor.by_pass.rights.reads_settings:
        raise forbidden(passes.SETTINGS)
    key = await visitor.caller.services.store.aread(
        lambda conn: tokens.signing_key(conn, house_key(conn), visitor.token_id)
    )
    webhooks: dict[str, Any] = {"signing_key": key, "internet_required": False}
    return JSONResponse({"webhooks": webhooks})


@router.put("/settings")
@router.patch("/settings")
async def change_settings(request: Request) -> JSONResponse:
    await visitor_of(request)
    try:
        wanted = json.loads(await request.body())
    except ValueError as exc:
        raise ProblemError(problem("bad-request", "The body is not JSON.")) from exc
    first = next(iter(wanted), "settings") if isinstance(wanted, dict) else "settings"
    sentence = "Pace, limits and all other settings are a line's own: they are set in Balie."
    raise InvalidInput(str(first)[:80], sentence)
