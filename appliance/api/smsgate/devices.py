"""`/devices`: the lines, which stand for the phones that SMSGate's clients know."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from appliance.api.json.times import iso, iso_or_none
from appliance.api.problems import ProblemError, problem
from appliance.api.smsgate.paths import PREFIX
from appliance.api.smsgate.visitors import visitor_of
from appliance.desk.access.tokens import Scope
from appliance.desk.smsgate.gateways import Gateway, gateways

router = APIRouter(prefix=PREFIX, include_in_schema=False)


@router.get("/device")
@router.get("/devices")
async def list_devices(request: Request) -> JSONResponse:
    caller = (await visitor_of(request, Scope.LINES_READ)).caller
    now_ms = caller.services.clock.now_ms()
    found = await caller.services.store.aread(lambda conn: gateways(conn, caller.sight, now_ms))
    return JSONResponse([_body(each) for each in found])


@router.delete("/device/{device_id}")
@router.delete("/devices/{device_id}")
async def remove_device(request: Request, device_id: str) -> JSONResponse:
    caller = (await visitor_of(request, Scope.LINES_READ)).caller
    await caller.services.store.aread(lambda conn: caller.sight.line(conn, device_id))
    sentence = "A line is removed in Balie itself, with `balie line remove`."
    raise ProblemError(problem("method-not-allowed", sentence))


def _body(each: Gateway) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": each.name,
        "createdAt": iso(each.created_ms),
        "updatedAt": iso(each.seen_ms or each.created_ms),
        "lastSeen": iso_or_none(each.seen_ms),
    }
