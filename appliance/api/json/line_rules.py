"""`/lines/{id}/rules`: what a line says by itself."""

from typing import Any

from fastapi import APIRouter, Request, Response

from appliance.api.json import examples, writes
from appliance.api.json.callers import WRITES_MESSAGES, Caller
from appliance.api.json.declared import One, nobody
from appliance.api.json.documented import WRITE_PROBLEMS, answers
from appliance.api.json.mapping import body_of
from appliance.api.json.rule_bodies import RULES, RulesIn, RulesOut
from appliance.api.json.sending import DirectRoute
from appliance.desk.access.tokens import Scope
from appliance.desk.automatic import rules
from appliance.store.store import Tx


async def _line_id(line_id: str) -> str:
    return line_id


READS = (
    One(
        tag="automatic",
        path="/lines/{line_id}/rules",
        scope=Scope.MESSAGES_READ,
        name="getRules",
        summary="What a line says by itself",
        description="The rules.",
        asked=_line_id,
        read=rules.of_line,
        model=RulesOut,
        example=RULES,
        shown=nobody,
        problems=("not-found",),
    ),
)

router = APIRouter(prefix="/api/v1", tags=["automatic"], route_class=DirectRoute)


@router.put(
    "/lines/{line_id}/rules",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_MESSAGES],
    operation_id="setRules",
    summary="Say what a line says by itself",
    response_model=None,
    openapi_extra=writes.takes(RulesIn, RULES, writes.path_id("line_id", examples.LINE["id"])),
    responses=answers(RulesOut, RULES, *WRITE_PROBLEMS, description="The rules as they are now."),
)
async def set_rules(request: Request) -> Response:
    """None of them speaks within five minutes of a colleague's or a program's answer, to a group,
    or to a machine.
    """

    def work(tx: Tx, caller: Caller, wanted: RulesIn) -> dict[str, Any]:
        line = caller.sight.line(tx.conn, request.path_params["line_id"])
        given = wanted.model_dump(exclude_none=True)
        rules.change(tx, line.id, line.rules, given, by=f"token:{caller.token.id}")
        return body_of(RulesOut, rules.of_line(tx.conn, caller.sight, line.id))

    return await writes.changed(request, Scope.MESSAGES_WRITE, RulesIn, work)
