"""`/branches/{id}/hours`: when a branch is open."""

from typing import Any

from fastapi import APIRouter, Request, Response

from appliance.api.json import examples, writes
from appliance.api.json.callers import WRITES_MESSAGES, Caller
from appliance.api.json.declared import One, nobody
from appliance.api.json.documented import WRITE_PROBLEMS, answers
from appliance.api.json.hours_bodies import HOURS, HoursIn, HoursOut
from appliance.api.json.mapping import body_of
from appliance.api.json.sending import DirectRoute
from appliance.desk.access.tokens import Scope
from appliance.desk.lines import opening
from appliance.store.store import Tx


async def _branch_id(branch_id: str) -> str:
    return branch_id


READS = (
    One(
        tag="automatic",
        path="/branches/{branch_id}/hours",
        scope=Scope.MESSAGES_READ,
        name="getHours",
        summary="When a branch is open",
        description="The hours.",
        asked=_branch_id,
        read=opening.of_branch,
        model=HoursOut,
        example=HOURS,
        shown=nobody,
        problems=("not-found",),
    ),
)

router = APIRouter(prefix="/api/v1", tags=["automatic"], route_class=DirectRoute)


@router.put(
    "/branches/{branch_id}/hours",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_MESSAGES],
    operation_id="setHours",
    summary="Say when a branch is open",
    response_model=None,
    openapi_extra=writes.takes(
        HoursIn, HOURS, writes.path_id("branch_id", examples.LINE["branch"]["id"])
    ),
    responses=answers(HoursOut, HOURS, *WRITE_PROBLEMS, description="The hours as they are now."),
)
async def set_hours(request: Request) -> Response:
    """Lists and what Balie begins by itself leave in these hours; answers at any hour."""

    def work(tx: Tx, caller: Caller, wanted: HoursIn) -> dict[str, Any]:
        branch_id = caller.sight.branch_id(tx.conn, request.path_params["branch_id"])
        opening.change(tx, branch_id, wanted.patch(), by=f"token:{caller.token.id}")
        return body_of(HoursOut, opening.of_branch(tx.conn, caller.sight, branch_id))

    return await writes.changed(request, Scope.MESSAGES_WRITE, HoursIn, work)
