"""`/lines/{id}/release`: a number sends again after a copy was put back."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from appliance.api.json import examples, writes
from appliance.api.json.bodies import AnswerBody
from appliance.api.json.callers import WRITES_MESSAGES, caller_of, check_still_valid
from appliance.api.json.documented import WRITE_PROBLEMS, answers
from appliance.api.json.sending import DirectRoute
from appliance.desk.access.tokens import Scope
from appliance.desk.privacy import releasing
from appliance.reasons import Reason
from appliance.store.store import Tx

router = APIRouter(prefix="/api/v1", tags=["directory"], route_class=DirectRoute)


class ReleasedOut(AnswerBody):
    id: str
    stopped: None


RELEASED: dict[str, Any] = {"id": examples.LINE["id"], "stopped": None}


@router.post(
    "/lines/{line_id}/release",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_MESSAGES],
    operation_id="releaseLine",
    summary="Let a number send again after a copy was put back",
    response_model=None,
    openapi_extra={"parameters": [writes.path_id("line_id", examples.LINE["id"])]},
    responses=answers(
        ReleasedOut,
        RELEASED,
        *WRITE_PROBLEMS,
        Reason.LINE_STOPPED,
        Reason.RESTORED,
        Reason.STRUCK_OFF,
        Reason.OFFICE_SILENT,
        description="It sends again. What is still in doubt waits; all else goes on.",
    ),
)
async def release_line(request: Request) -> Response:
    """By id or number. A number that was stopped for another reason is started again by a person,
    on the page of the devices: 409.
    """
    caller = await caller_of(request, Scope.MESSAGES_WRITE.value)

    def write(tx: Tx) -> str:
        check_still_valid(tx, caller)
        line = caller.sight.line(tx.conn, request.path_params["line_id"])
        releasing.release_restored(tx, line)
        return line.id

    line_id = await caller.services.store.awrite(write)
    caller.services.planned()
    return JSONResponse({**RELEASED, "id": line_id})
