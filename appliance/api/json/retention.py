"""`/retention`: how long things are kept, what that would let go of, and the runs that do."""

import asyncio
import sqlite3
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from appliance.api.json import idempotency, posting, writes
from appliance.api.json.callers import WRITES_PRIVACY, Caller, caller_of, check_still_valid
from appliance.api.json.declared import Many, One, nobody
from appliance.api.json.documented import READ_PROBLEMS, WRITE_PROBLEMS, answers
from appliance.api.json.lists import is_dry_run
from appliance.api.json.mapping import body_of
from appliance.api.json.paging import Paged
from appliance.api.json.retention_bodies import (
    DUE,
    RETENTION,
    RUN,
    TERMS,
    DueOut,
    RetentionIn,
    RetentionOut,
    RunOut,
    relations,
)
from appliance.api.json.sending import IDEMPOTENCY_KEY, DirectRoute
from appliance.api.json.times import iso_or_none
from appliance.desk.access.sight import Sight
from appliance.desk.access.tokens import Scope
from appliance.desk.inbox.directory import Page
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.retention import settings
from appliance.reasons import Reason
from appliance.store import retention_runs, terms
from appliance.store.retention_runs import RetentionRun
from appliance.store.store import Tx
from appliance.store.terms import HouseTerms, Terms


async def _page(paged: Paged) -> Page:
    return paged


async def _run_id(run_id: str) -> str:
    return run_id


def _runs(conn: sqlite3.Connection, sight: Sight, asked: Page) -> Sequence[RetentionRun]:
    """They count, and name nobody."""
    del sight
    return retention_runs.newest(conn, asked.limit, before=asked.after or retention_runs.BEHIND_ALL)


READS = (
    Many(
        tag="privacy",
        path="/retention/runs",
        scope=Scope.PRIVACY_WRITE,
        name="listRetentionRuns",
        summary="What was let go, run by run",
        description="The newest first.",
        asked=_page,
        read=_runs,
        model=RunOut,
        example=RUN,
        shown=nobody,
    ),
    One(
        tag="privacy",
        path="/retention/runs/{run_id}",
        scope=Scope.PRIVACY_WRITE,
        name="getRetentionRun",
        summary="One run and how far it is",
        description="The run.",
        asked=_run_id,
        read=settings.run,
        model=RunOut,
        example=RUN,
        shown=nobody,
        problems=("not-found",),
    ),
)

router = APIRouter(prefix="/api/v1", tags=["privacy"], route_class=DirectRoute)

_SCOPE = Scope.PRIVACY_WRITE
_DRY_RUN = {
    "name": "dry_run",
    "in": "query",
    "required": False,
    "description": "`true`: nothing is kept; the answer says what a run now would let go of.",
    "schema": {"type": "boolean", "default": False},
    "example": True,
}
_EITHER = "The terms; of a dry run, what a run now would let go of."


def _either(*problems: str) -> dict[int | str, dict[str, Any]]:
    """Both good answers have the same status."""
    found = answers(RetentionOut, RETENTION, *problems, description=_EITHER)
    due = answers(DueOut, DUE, description="")[200]["content"]["application/json"]
    content = found[200]["content"]["application/json"]
    content["schema"] = {"oneOf": [content["schema"], due["schema"]]}
    return found


@router.get(
    "/retention",
    dependencies=[WRITES_PRIVACY],
    operation_id="getRetention",
    summary="How long things are kept",
    response_model=None,
    openapi_extra={"parameters": [_DRY_RUN]},
    responses=_either(*READ_PROBLEMS),
)
async def get_retention(request: Request) -> Response:
    """A dry run counts the people whom the token sees."""
    caller = await caller_of(request, _SCOPE.value)
    house = await caller.services.store.aread(terms.house)
    if is_dry_run(request):
        return await _tried(caller, house.terms)
    return JSONResponse(_body(house))


@router.put(
    "/retention",
    dependencies=[WRITES_PRIVACY],
    operation_id="setRetention",
    summary="Say how long things are kept",
    response_model=None,
    openapi_extra=writes.takes(RetentionIn, TERMS, _DRY_RUN),
    responses=_either(*WRITE_PROBLEMS),
)
async def set_retention(request: Request) -> Response:
    """For the whole company, so by a token that sees all of it. What is other counts from the next
    run on.
    """
    if is_dry_run(request):
        caller = await caller_of(request, _SCOPE.value)
        wanted = posting.read_body(RetentionIn, await request.body())
        return await _tried(caller, terms.checked(wanted.named))

    def work(tx: Tx, caller: Caller, wanted: RetentionIn) -> dict[str, Any]:
        by = Author(token_id=caller.token.id)
        settings.change(tx, caller.sight, terms.checked(wanted.named), by)
        return _body(terms.house(tx.conn))

    return await writes.changed(request, _SCOPE, RetentionIn, work)


@router.post(
    "/retention/run",
    dependencies=[WRITES_PRIVACY],
    operation_id="runRetention",
    summary="Let go now of what is older than its term",
    status_code=202,
    response_model=None,
    openapi_extra={"parameters": [IDEMPOTENCY_KEY]},
    responses=answers(
        RunOut,
        RUN,
        *READ_PROBLEMS,
        "not-found",
        Reason.IDEMPOTENCY_MISMATCH,
        status=202,
        description="The run, which goes on by itself; the one that is under way, where one is.",
    ),
)
async def run_retention(request: Request) -> Response:
    """While nobody has said any terms it lets go of nothing."""
    caller = await caller_of(request, _SCOPE.value)
    key = idempotency.checked(request.headers.get("idempotency-key"))

    def begin(tx: Tx) -> dict[str, Any]:
        by = Author(token_id=caller.token.id)
        return body_of(RunOut, settings.run_now(tx, caller.sight, by))

    def write(tx: Tx) -> idempotency.StoredResponse:
        check_still_valid(tx, caller)
        return idempotency.once(tx, caller.token.id, key, b"/retention/run", begin, status=202)

    return (await caller.services.store.awrite(write)).sent()


async def _tried(caller: Caller, wanted: Terms) -> Response:
    """In a thread of its own: it may read for seconds, and pages do not wait for it."""
    store = caller.services.store
    now_ms = store.clock.now_ms()
    due = await asyncio.to_thread(
        store.read, lambda conn: settings.tried(conn, caller.sight, wanted, now_ms)
    )
    return JSONResponse(body_of(DueOut, due))


def _body(house: HouseTerms) -> dict[str, Any]:
    return {
        "relations": relations(house.terms),
        "audit": house.terms.audit,
        "saved_at": iso_or_none(house.saved_ms),
    }
