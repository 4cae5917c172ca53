"""`/devices`: the lines, which stand for the phones that SMSGate's clients know."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from appliance.api.dropin import caller_in
from appliance.api.json.times import iso, iso_or_none
from appliance.api.smsgate.paths import PREFIX
from appliance.desk.access.tokens import Scope
from appliance.desk.smsgate.gateways import Gateway, gateways

router = APIRouter(prefix=PREFIX)


@router.get("/device")
@router.get("/devices")
async def list_devices(request: Request) -> JSONResponse:
    caller = await caller_in(request, Scope.LINES_READ.value)
    now_ms = caller.services.clock.now_ms()
    found = await caller.services.store.aread(lambda conn: gateways(conn, caller.sight, now_ms))
    return JSONResponse([_body(each) for each in found])


def _body(each: Gateway) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": each.name,
        "createdAt": iso(each.created_ms),
        "updatedAt": iso(each.seen_ms or each.created_ms),
        "lastSeen": iso_or_none(each.seen_ms),
    }
