"""`/views`: saved lists of conversations, own or shared."""

import sqlite3
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response, Security
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from appliance.api.json import team_examples, writes
from appliance.api.json.callers import WRITES_CONVERSATIONS, Caller, identify
from appliance.api.json.conversations import branch_of
from appliance.api.json.documented import READ_PROBLEMS, WRITE_PROBLEMS, answers
from appliance.api.json.mapping import body_of
from appliance.api.json.paging import Paged, page
from appliance.api.json.sending import IDEMPOTENCY_KEY, DirectRoute
from appliance.api.json.team_bodies import FilterIn, ViewIn, ViewOut, ViewPageOut, ViewPatchIn
from appliance.desk.access.tokens import Scope
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import saved_views
from appliance.desk.team.saved_views import SavedView, ViewChange
from appliance.reasons import Reason
from appliance.store.store import Tx

router = APIRouter(prefix="/api/v1", tags=["conversations"], route_class=DirectRoute)

_SCOPE = Scope.CONVERSATIONS_WRITE
_VIEW_ID = writes.path_id("view_id", team_examples.VIEW["id"])
_Reads = Annotated[Caller, Security(identify, scopes=[Scope.CONVERSATIONS_READ.value])]


async def list_views(caller: _Reads, paged: Paged) -> Response:
    """Whose they are decides who sees them, so the token itself is asked for."""
    found = await caller.services.store.aread(
        lambda conn: saved_views.listed(conn, caller.sight, _me(caller), paged)
    )
    return JSONResponse(page(found, paged.limit - 1, lambda each: body_of(ViewOut, each)))


router.add_api_route(
    "/views",
    list_views,
    operation_id="listViews",
    summary="The saved views",
    response_model=None,
    route_class_override=APIRoute,
    responses=answers(
        ViewPageOut,
        {"items": [team_examples.VIEW], "next": None},
        *READ_PROBLEMS,
        description="By id: the shared ones, and the token's own.",
    ),
)


@router.post(
    "/views",
    dependencies=[WRITES_CONVERSATIONS],
    operation_id="addView",
    summary="Save a view",
    status_code=201,
    response_model=None,
    openapi_extra=writes.takes(ViewIn, team_examples.VIEW_IN, IDEMPOTENCY_KEY),
    responses=answers(
        ViewOut,
        team_examples.VIEW,
        *WRITE_PROBLEMS,
        Reason.IDEMPOTENCY_MISMATCH,
        status=201,
        description="The view.",
    ),
)
async def add_view(request: Request) -> Response:
    """One that is not shared is the token's alone."""

    def work(tx: Tx, caller: Caller, wanted: ViewIn) -> dict[str, Any]:
        view_id = saved_views.add(
            tx,
            _me(caller),
            name=wanted.name,
            shared=wanted.shared,
            filters=_filters(wanted.filter),
            branch_id=branch_of(tx.conn, caller, wanted.branch),
        )
        return _shown(tx.conn, caller, view_id)

    return await writes.made(request, _SCOPE, ViewIn, work)


@router.patch(
    "/views/{view_id}",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_CONVERSATIONS],
    operation_id="changeView",
    summary="Change a saved view",
    response_model=None,
    openapi_extra=writes.takes(ViewPatchIn, team_examples.VIEW_PATCH_IN, _VIEW_ID),
    responses=answers(ViewOut, team_examples.VIEW, *WRITE_PROBLEMS, description="As it is now."),
)
async def change_view(request: Request) -> Response:
    """What is left out stays as it is; a filter is replaced as a whole."""

    def work(tx: Tx, caller: Caller, wanted: ViewPatchIn) -> dict[str, Any]:
        view = _own(tx.conn, caller, request)
        filters = None if wanted.filter is None else _filters(wanted.filter)
        change = ViewChange(name=wanted.name, shared=wanted.shared, filter=filters)
        saved_views.change(tx, view, change)
        return _shown(tx.conn, caller, view.id)

    return await writes.changed(request, _SCOPE, ViewPatchIn, work)


@router.delete(
    "/views/{view_id}",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_CONVERSATIONS],
    operation_id="removeView",
    summary="Remove a saved view",
    status_code=204,
    response_model=None,
    openapi_extra={"parameters": [_VIEW_ID]},
    responses=writes.gone(*WRITE_PROBLEMS),
)
async def remove_view(request: Request) -> Response:
    """The conversations in it stay."""
    return await writes.removed(
        request, _SCOPE, lambda tx, caller: saved_views.remove(tx, _own(tx.conn, caller, request))
    )


def _me(caller: Caller) -> Author:
    return Author(token_id=caller.token.id)


def _filters(wanted: FilterIn) -> dict[str, Any]:
    return wanted.model_dump(exclude_unset=True)


def _own(conn: sqlite3.Connection, caller: Caller, request: Request) -> SavedView:
    return saved_views.changeable(conn, caller.sight, _me(caller), request.path_params["view_id"])


def _shown(conn: sqlite3.Connection, caller: Caller, view_id: str) -> dict[str, Any]:
    return body_of(ViewOut, saved_views.one(conn, caller.sight, _me(caller), view_id))
