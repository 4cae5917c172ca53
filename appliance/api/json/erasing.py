"""`/contacts/{id}/erase` and `/erasures`: a person is erased, and it is told when that is done."""

import sqlite3
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from appliance.api.json import erasure_bodies, examples, posting, writes
from appliance.api.json.callers import WRITES_PRIVACY, Caller, caller_of
from appliance.api.json.declared import One
from appliance.api.json.documented import WRITE_PROBLEMS, answers
from appliance.api.json.erasure_bodies import (
    EraseIn,
    ErasureAskedOut,
    ErasureOut,
    ErasurePreviewOut,
)
from appliance.api.json.lists import is_dry_run
from appliance.api.json.mapping import body_of
from appliance.api.json.sending import IDEMPOTENCY_KEY, DirectRoute
from appliance.desk.access.accesses import Shown
from appliance.desk.access.tokens import Scope
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.erasing import asking
from appliance.desk.privacy.erasing.asking import ErasureWish
from appliance.desk.privacy.erasing.preview import ErasurePreview
from appliance.reasons import Reason
from appliance.store.store import Tx

_SCOPE = Scope.PRIVACY_WRITE
_DRY_RUN = {
    "name": "dry_run",
    "in": "query",
    "required": False,
    "description": "`true`: nothing is erased; the answer says what would be. Needs no body.",
    "schema": {"type": "boolean", "default": False},
    "example": True,
}


async def _erasure_id(erasure_id: str) -> str:
    return erasure_id.lower()


READS = (
    One(
        tag="privacy",
        path="/erasures/{erasure_id}",
        scope=_SCOPE,
        name="getErasure",
        summary="How far the erasure of a person is",
        description="The erasure.",
        asked=_erasure_id,
        read=asking.seen,
        model=ErasureOut,
        example=erasure_bodies.ERASURE,
        shown=lambda erasure: Shown(contact_id=erasure.contact_id),
        problems=("not-found",),
    ),
)

router = APIRouter(prefix="/api/v1", tags=["privacy"], route_class=DirectRoute)


@router.post(
    "/contacts/{contact}/erase",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_PRIVACY],
    operation_id="eraseContact",
    summary="Erase a person",
    status_code=202,
    response_model=None,
    openapi_extra=writes.takes(
        EraseIn,
        erasure_bodies.ERASE_IN,
        writes.path_id("contact", examples.CONTACT["id"]),
        _DRY_RUN,
        IDEMPOTENCY_KEY,
    ),
    responses={
        **answers(
            ErasurePreviewOut,
            erasure_bodies.PREVIEW,
            description="A dry run: what would go and what stays.",
        ),
        **answers(
            ErasureAskedOut,
            erasure_bodies.ASKED,
            *WRITE_PROBLEMS,
            Reason.HELD,
            Reason.OF_OTHER_BRANCHES,
            Reason.IDEMPOTENCY_MISMATCH,
            status=202,
            description="It is under way, and goes on whatever happens.",
        ),
    },
)
async def erase_contact(request: Request) -> Response:
    """It cannot be undone. Whoever writes under the number afterwards is somebody new; who had
    withdrawn stays so. `contact.erased` tells it to those who follow the events.
    """
    if is_dry_run(request):
        return await _previewed(request)
    contact, asks = request.path_params["contact"], await caller_of(request, _SCOPE.value)
    counts = await asks.services.store.aread(lambda conn: asking.counted(conn, asks.sight, contact))

    def work(tx: Tx, caller: Caller, wanted: EraseIn) -> dict[str, Any]:
        asked = asking.ask(
            tx,
            caller.sight,
            contact,
            ErasureWish(reason=wanted.reason, typed=wanted.typed),
            Author(token_id=caller.token.id),
            counts=counts,
        )
        return body_of(ErasureAskedOut, asked)

    return await writes.made(request, _SCOPE, EraseIn, work, status=202)


async def _previewed(request: Request) -> Response:
    caller = await caller_of(request, _SCOPE.value)
    posting.read_body(EraseIn, await request.body() or b"{}")
    contact, data = request.path_params["contact"], caller.services.data_dir

    def look(conn: sqlite3.Connection) -> ErasurePreview:
        return asking.preview(conn, caller.sight, contact, data)

    def whom(_: ErasurePreview) -> tuple[Shown, ...]:
        return ()

    return JSONResponse(body_of(ErasurePreviewOut, await caller.accesses.read(look, whom)))
