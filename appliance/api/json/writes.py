"""Writes of the JSON API, each one transaction in which the token is asked again."""

import sqlite3
from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from appliance.api.json import idempotency, posting
from appliance.api.json.callers import Caller, caller_of, check_still_valid
from appliance.api.json.documented import Responses, answers, ref
from appliance.desk.access.tokens import Scope
from appliance.identities import Identity
from appliance.store.store import Tx

Written = TypeVar("Written", bound=BaseModel)
Done = TypeVar("Done")
Change = Callable[[Tx, Caller, Written], dict[str, Any]]
Whose = Callable[[sqlite3.Connection, Caller, Written], tuple[Identity, ...]]

CREATED = 201


def takes(model: type[BaseModel], example: Mapping[str, Any], *parameters: Any) -> dict[str, Any]:
    """What the document says of a body that a direct route reads itself."""
    content = {"application/json": {"schema": ref(model), "example": example}}
    return {
        "requestBody": {"required": True, "content": content},
        "parameters": list(parameters),
    }


def path_id(name: str, example: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": {"type": "string"},
        "example": example,
    }


def gone(*codes: str, description: str = "It is gone.") -> Responses:
    """The answers of a removal."""
    refusals = answers(None, "", *codes, description="")
    del refusals[HTTPStatus.OK]
    return {**refusals, 204: {"description": description}}


async def made(
    request: Request,
    scope: Scope,
    model: type[Written],
    work: Change[Written],
    *,
    whose: Whose[Written] | None = None,
    status: int = CREATED,
) -> Response:
    """For what makes something: the same `Idempotency-Key` gives the first answer again.

    `whose`: the people to whom nothing is sent meanwhile.
    """
    caller = await caller_of(request, scope.value)
    wanted = posting.read_body(model, await request.body())
    key = idempotency.checked(request.headers.get("idempotency-key"))

    def write(tx: Tx) -> idempotency.StoredResponse:
        check_still_valid(tx, caller)
        # The key stands for the address, too: a body need not name what it belongs to.
        body = f"{request.url.path}\n{wanted.model_dump_json()}".encode()
        return idempotency.once(
            tx, caller.token.id, key, body, lambda tx: work(tx, caller, wanted), status=status
        )

    answer = await _written(caller, write, wanted, whose)
    return answer.sent()


async def changed(
    request: Request,
    scope: Scope,
    model: type[Written],
    work: Change[Written],
    *,
    whose: Whose[Written] | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    """`whose` as for `made`."""
    caller = await caller_of(request, scope.value)
    wanted = posting.read_body(model, await request.body())

    def write(tx: Tx) -> dict[str, Any]:
        check_still_valid(tx, caller)
        return work(tx, caller, wanted)

    return JSONResponse(await _written(caller, write, wanted, whose), status)


async def done(
    request: Request,
    scope: Scope,
    work: Callable[[Tx, Caller], dict[str, Any]],
    *,
    status: int = HTTPStatus.OK,
) -> Response:
    """For what takes no body."""
    return JSONResponse(await _done(request, scope, work), status)


async def removed(request: Request, scope: Scope, work: Callable[[Tx, Caller], None]) -> Response:
    await _done(request, scope, work)
    return Response(status_code=204)


async def _done(request: Request, scope: Scope, work: Callable[[Tx, Caller], Done]) -> Done:
    caller = await caller_of(request, scope.value)

    def write(tx: Tx) -> Done:
        check_still_valid(tx, caller)
        return work(tx, caller)

    return await caller.services.store.awrite(write)


async def _written(
    caller: Caller, write: Callable[[Tx], Done], wanted: Written, whose: Whose[Written] | None
) -> Done:
    services = caller.services
    if whose is None:
        return await services.store.awrite(write)
    held = await services.store.aread(lambda conn: whose(conn, caller, wanted))
    return await services.at_gate(partial(services.gate.write, services.store, held, write))
