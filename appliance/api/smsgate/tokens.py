"""`/auth/token`: passes, which are shorter-lived than the token that makes them."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from appliance.api.json.callers import require
from appliance.api.json.posting import read_body
from appliance.api.json.times import iso
from appliance.api.problems import ProblemError, problem
from appliance.api.smsgate.bodies import TokenIn
from appliance.api.smsgate.paths import PREFIX
from appliance.api.smsgate.visitors import Visitor, renewal_of, visitor_of
from appliance.desk.smsgate import passes
from appliance.desk.smsgate.passes import NewPass
from appliance.store.store import Tx

router = APIRouter(prefix=PREFIX, include_in_schema=False)

_MADE, _GONE = 201, 204
_MS_PER_S = 1000


@router.post("/auth/token")
async def add_token(request: Request) -> JSONResponse:
    visitor = await visitor_of(request)
    if visitor.by_pass is not None:
        sentence = "A pass makes no other: use the token itself, or renew this one."
        raise ProblemError(problem("forbidden", sentence))
    posted = read_body(TokenIn, await request.body())
    rights = passes.rights_of(posted.scopes, visitor.caller.token)
    for each in rights.scopes:
        require(visitor.caller, each)
    life_ms = passes.LIFE_MS if posted.ttl is None else posted.ttl * _MS_PER_S

    def work(tx: Tx) -> NewPass:
        visitor.check(tx)
        return passes.add(tx, visitor.caller.token, rights, life_ms)

    return await _made(visitor, work)


@router.post("/auth/token/refresh")
async def renew_token(request: Request) -> JSONResponse:
    visitor, renewal = await renewal_of(request)

    def work(tx: Tx) -> NewPass:
        visitor.check(tx)
        return passes.renew(tx, renewal)

    return await _made(visitor, work)


@router.delete("/auth/token/{pass_id}")
async def end_token(request: Request, pass_id: str) -> Response:
    """A pass ends itself; the token ends any of its own."""
    visitor = await visitor_of(request)
    if visitor.by_pass is not None and visitor.by_pass.id != pass_id:
        raise ProblemError(problem("not-found", "There is no such token."))

    def work(tx: Tx) -> None:
        visitor.check(tx)
        passes.end(tx, visitor.token_id, pass_id)

    await visitor.caller.services.store.awrite(work)
    return Response(status_code=_GONE)


async def _made(visitor: Visitor, work: Callable[[Tx], NewPass]) -> JSONResponse:
    new = await visitor.caller.services.store.awrite(work)
    return JSONResponse(_body(new), _MADE)


def _body(new: NewPass) -> dict[str, Any]:
    """Both spellings: clients read one or the other."""
    expires_at = iso(new.expires_ms)
    return {
        "id": new.id,
        "tokenType": "Bearer",
        "token_type": "Bearer",
        "accessToken": new.text,
        "access_token": new.text,
        "refreshToken": new.renewal,
        "refresh_token": new.renewal,
        "expiresAt": expires_at,
        "expires_at": expires_at,
    }
