"""`/lines/{id}/rules`: what a line says by itself."""

import sqlite3
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from appliance.api.json import examples, writes
from appliance.api.json.callers import WRITES_MESSAGES, Caller
from appliance.api.json.declared import One, nobody
from appliance.api.json.documented import WRITE_PROBLEMS, answers
from appliance.api.json.forms import Time
from appliance.api.json.mapping import body_of
from appliance.api.json.now import Now
from appliance.api.json.rule_bodies import RULES, TRIAL, RulesIn, RulesOut, TrialOut
from appliance.api.json.sending import DirectRoute
from appliance.api.json.times import ms_of
from appliance.characters import clean_name
from appliance.desk.access.sight import Sight
from appliance.desk.access.tokens import Scope
from appliance.desk.automatic import rules, trial
from appliance.desk.automatic.trial import Trial, TrialAsked
from appliance.errors import InvalidInput
from appliance.store.store import Tx

_FARTHEST_MS = 2 * 366 * 24 * 3_600_000


async def _line_id(line_id: str) -> str:
    return line_id


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    line: str
    asked: TrialAsked


async def _trial_of(
    now_ms: Now,
    line_id: str,
    at: Annotated[Time, Query(description="When somebody would write.")],
    first: Annotated[bool, Query(description="Whether for the first time.")] = False,
    there: Annotated[bool, Query(description="Whether a colleague is logged in.")] = True,
    name: Annotated[
        str | None, Query(description="Their name; left out: nobody knows it.", max_length=80)
    ] = None,
) -> _Tried:
    asked = TrialAsked(
        at_ms=_near(ms_of(at), now_ms),
        is_new=first,
        is_there=there,
        name=clean_name(name) if name else None,
    )
    return _Tried(line=line_id, asked=asked)


def _near(at_ms: int, now_ms: int) -> int:
    """Raises InvalidInput: no branch has hours for all years that a date may name."""
    if abs(at_ms - now_ms) > _FARTHEST_MS:
        raise InvalidInput("at", "“at” is more than two years from now.")
    return at_ms


def _tried(conn: sqlite3.Connection, sight: Sight, wanted: _Tried) -> Trial:
    return trial.tried(conn, sight.line(conn, wanted.line), wanted.asked)


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
    One(
        tag="automatic",
        path="/lines/{line_id}/rules/trial",
        scope=Scope.MESSAGES_READ,
        name="tryRules",
        summary="What somebody would get who writes then",
        description="By the rules as they are; nothing is sent and no turn is taken.",
        asked=_trial_of,
        read=_tried,
        model=TrialOut,
        example=TRIAL,
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
