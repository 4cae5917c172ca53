"""`/messages`: what was sent by this API, one or a page of them, and taking one back."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from appliance.api.json.times import iso
from appliance.api.smsgate.asked import DeviceId, span_of
from appliance.api.smsgate.paths import PREFIX
from appliance.api.smsgate.visitors import visitor_of
from appliance.desk.access.accesses import Shown
from appliance.desk.access.tokens import Scope
from appliance.desk.smsgate import requests
from appliance.desk.smsgate.cancelling import cancel
from appliance.desk.smsgate.paging import Span
from appliance.desk.smsgate.requests import SmsRecipient
from appliance.store.smsgate import SmsState
from appliance.store.store import Tx

router = APIRouter(prefix=PREFIX, include_in_schema=False)

_CANCELLED = 202


@router.get("/message")
@router.get("/messages")
async def list_messages(
    request: Request,
    span: Annotated[Span, Depends(span_of)],
    state: SmsState | None = None,
    device: DeviceId = None,
) -> JSONResponse:
    visitor = await visitor_of(request, Scope.MESSAGES_READ)
    sight = visitor.caller.sight
    found = await visitor.caller.accesses.read(
        lambda conn: requests.search(conn, sight, span, state=state, line=device),
        lambda found: _shown(found.requests),
    )
    bodies = [body(each) for each in found.requests]
    return JSONResponse(bodies, headers={"X-Total-Count": str(found.total)})


@router.get("/message/{message_id}")
@router.get("/messages/{message_id}")
async def get_message(request: Request, message_id: str) -> JSONResponse:
    visitor = await visitor_of(request, Scope.MESSAGES_READ)
    sight = visitor.caller.sight
    found = await visitor.caller.accesses.read(
        lambda conn: requests.one(conn, sight, visitor.token_id, message_id),
        lambda found: _shown([found]),
    )
    return JSONResponse(body(found))


@router.delete("/message/{message_id}")
@router.delete("/messages/{message_id}")
async def cancel_message(request: Request, message_id: str) -> JSONResponse:
    """Answers a body, because a client reads one; no word of it is about anybody."""
    visitor = await visitor_of(request, Scope.MESSAGES_WRITE)

    def work(tx: Tx) -> dict[str, Any]:
        visitor.check(tx)
        found = cancel(tx, visitor.caller.sight, visitor.token_id, message_id)
        return {"id": found.id, "state": found.state}

    answer = await visitor.caller.services.store.awrite(work)
    visitor.caller.services.planned()
    return JSONResponse(answer, _CANCELLED)


def body(found: requests.Request) -> dict[str, Any]:
    return {
        "id": found.id,
        "deviceId": found.line_id,
        "state": found.state,
        "recipients": [_recipient(each) for each in found.recipients],
        "isHashed": False,
        "isEncrypted": False,
        "states": {word: iso(at_ms) for word, at_ms in found.times.items()},
        "createdAt": iso(found.created_ms),
    }


def _recipient(each: SmsRecipient) -> dict[str, Any]:
    return {"phoneNumber": each.number, "state": each.state, "error": each.error}


def _shown(found: Iterable[requests.Request]) -> Iterator[Shown]:
    for each in found:
        for to in each.recipients:
            yield Shown(contact_id=to.contact_id, conversation_id=to.conversation_id)
