"""`/logs`: the newest events of the log that Balie keeps."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime

from appliance.api.json.times import iso, ms_or_none
from appliance.api.smsgate.paths import PREFIX
from appliance.api.smsgate.visitors import visitor_of
from appliance.desk.access.tokens import Scope
from appliance.desk.smsgate.logs import newest
from appliance.events import Event

router = APIRouter(prefix=PREFIX, include_in_schema=False)


@router.get("/logs")
async def list_logs(
    request: Request,
    from_: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    to: AwareDatetime | None = None,
) -> JSONResponse:
    caller = (await visitor_of(request, Scope.EVENTS_READ)).caller
    from_ms, to_ms = ms_or_none(from_), ms_or_none(to)
    found = await caller.services.store.aread(
        lambda conn: newest(conn, caller.sight, from_ms, to_ms)
    )
    return JSONResponse([_body(each) for each in found])


def _body(each: Event) -> dict[str, Any]:
    return {
        "id": each.seq,
        "createdAt": iso(each.at_ms),
        "message": each.kind.value,
        "priority": "INFO",
        "module": "balie",
        "context": {
            name: str(value)
            for name, value in {
                "line": each.line_id,
                "conversation": each.conversation_id,
                "contact": each.contact_id,
                "message": each.message_id,
                "device": each.device_id,
            }.items()
            if value is not None
        },
    }
