"""What is told of a number of ours and of the account that it stands for."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from appliance.api.cloud import files, hooks, ids, phones
from appliance.api.cloud.callers import caller_of, caller_with_any
from appliance.api.json.callers import Caller
from appliance.desk.access.tokens import Scope
from appliance.errors import NotFound
from appliance.store import lines

_KNOWS_NUMBERS = (Scope.LINES_READ, Scope.MESSAGES_WRITE)
"""Who may write from a number may know that it is there."""


async def get_node(request: Request) -> Response:
    node = request.path_params["node"]
    media_id = ids.file_from(node)
    if media_id is not None:
        return await files.get_file(request, media_id)
    caller = await caller_with_any(request, *_KNOWS_NUMBERS)

    def read(conn: sqlite3.Connection) -> Mapping[str, Any]:
        line = phones.line_of(conn, caller.sight, node)
        told = phones.told(conn, line)
        for url in hooks.known(conn, caller, line.id):
            told["webhook_configuration"] = {"phone_number": url}
        return told

    known = await caller.services.store.aread(read)
    return JSONResponse(phones.asked(known, request.query_params.get("fields")))


async def get_numbers(request: Request) -> Response:
    caller = await caller_with_any(request, *_KNOWS_NUMBERS)
    known = await caller.services.store.aread(
        lambda conn: _numbers(conn, caller, request.path_params["node"])
    )
    fields = request.query_params.get("fields")
    data = [phones.asked(each, fields) for each in known]
    return JSONResponse({"data": data, "paging": {"cursors": {"before": "", "after": ""}}})


def _numbers(conn: sqlite3.Connection, caller: Caller, account: str) -> Sequence[Mapping[str, Any]]:
    """The one that the account is; all that the caller sees for any other account: the ids of an
    account that a client had before say nothing here.
    """
    try:
        found = [phones.line_of(conn, caller.sight, account)]
    except NotFound:
        sees = caller.sight.sees_branch
        found = [each for each in lines.lines(conn) if sees(each.branch_id)]
    return [phones.told(conn, each) for each in found]


async def get_templates(request: Request) -> Response:
    """There are none. Clients ask for them to try their token."""
    await caller_of(request)
    return JSONResponse({"data": []})


async def post_registration(request: Request) -> Response:
    """A number that is here is registered on its phone already."""
    caller = await caller_of(request, Scope.MESSAGES_WRITE)
    node = request.path_params["node"]
    await caller.services.store.aread(lambda conn: phones.line_of(conn, caller.sight, node))
    return JSONResponse({"success": True})
