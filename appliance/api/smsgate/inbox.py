"""`/inbox`: what came by SMS. Balie reads each phone by itself, so there is nothing to refresh."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse

from appliance.api.json.times import iso
from appliance.api.problems import ProblemError, problem
from appliance.api.smsgate.asked import DeviceId, span_of
from appliance.api.smsgate.paths import PREFIX
from appliance.api.smsgate.visitors import visitor_of
from appliance.desk.access.accesses import Shown
from appliance.desk.access.tokens import Scope
from appliance.desk.smsgate.inbox import Received, inbox
from appliance.desk.smsgate.paging import Span

router = APIRouter(prefix=PREFIX, include_in_schema=False)

_SMS = "SMS"
_DONE = 202


@router.get("/inbox")
async def list_inbox(
    request: Request,
    span: Annotated[Span, Depends(span_of)],
    kind: Annotated[str | None, Query(alias="type", max_length=20)] = None,
    device: DeviceId = None,
) -> JSONResponse:
    visitor = await visitor_of(request, Scope.MESSAGES_READ)
    if kind not in (None, _SMS):
        return JSONResponse([])
    sight = visitor.caller.sight
    found = await visitor.caller.accesses.read(
        lambda conn: inbox(conn, sight, span, device), _shown
    )
    return JSONResponse([_body(each) for each in found])


@router.post("/inbox/refresh")
async def refresh(request: Request) -> JSONResponse:
    """All that came is there already, and its webhooks were sent."""
    await visitor_of(request, Scope.MESSAGES_READ)
    return JSONResponse({}, _DONE)


@router.post("/inbox/export")
@router.post("/messages/inbox/export")
async def export(request: Request) -> JSONResponse:
    await visitor_of(request, Scope.MESSAGES_READ)
    sentence = "Nothing is sent again by webhook here: read “/inbox” with “from” and “to”."
    raise ProblemError(problem("method-not-allowed", sentence))


@router.get("/inbox/{message_id}/attachments/{part_id}")
async def get_attachment(request: Request, message_id: str, part_id: str) -> JSONResponse:
    await visitor_of(request, Scope.MESSAGES_READ)
    del message_id, part_id
    raise ProblemError(problem("not-found", "An SMS has no attachments."))


def _body(each: Received) -> dict[str, Any]:
    return {
        "id": each.id,
        "type": _SMS,
        "sender": each.sender,
        "recipient": each.recipient,
        "simNumber": None,
        "contentPreview": each.text,
        "createdAt": iso(each.created_ms),
    }


def _shown(found: Iterable[Received]) -> Iterator[Shown]:
    return (
        Shown(contact_id=each.contact_id, conversation_id=each.conversation_id) for each in found
    )
