"""`/webhooks`: where a client of SMSGate is told what happens to its messages, and what came."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from appliance.api.json.callers import forbidden
from appliance.api.json.posting import read_body
from appliance.api.smsgate.bodies import HookIn, checked_id
from appliance.api.smsgate.paths import PREFIX
from appliance.api.smsgate.visitors import visitor_of
from appliance.desk.access.tokens import Scope
from appliance.desk.smsgate import hooks
from appliance.desk.smsgate.hooks import HookWish
from appliance.desk.webhooks.naming import judge
from appliance.store.store import Tx
from appliance.store.webhooks import WebhookEndpoint

router = APIRouter(prefix=PREFIX, include_in_schema=False)

_MADE, _GONE = 201, 204


@router.post("/webhook")
@router.post("/webhooks")
async def put_webhook(request: Request) -> JSONResponse:
    """It tells texts and numbers, so its token has to be one that may read them."""
    visitor = await visitor_of(request, Scope.WEBHOOKS_WRITE)
    posted = read_body(HookIn, await request.body())
    caller = visitor.caller
    wish = HookWish(
        url=posted.url,
        event=posted.event,
        id=checked_id(posted.id),
        line=posted.device_id or None,
        branch_id=caller.token.branch_id,
    )
    await judge(caller.services.urls, posted.url, by=visitor.token_id)

    def work(tx: Tx) -> dict[str, Any]:
        visitor.check(tx)
        if not hooks.may_read(tx.conn, visitor.token_id):
            raise forbidden(Scope.MESSAGES_READ.value)
        return _body(hooks.put(tx, caller.sight, visitor.token_id, wish))

    return JSONResponse(await caller.services.store.awrite(work), _MADE)


@router.get("/webhook")
@router.get("/webhooks")
async def list_webhooks(request: Request) -> JSONResponse:
    visitor = await visitor_of(request, Scope.WEBHOOKS_WRITE)
    found = await visitor.caller.services.store.aread(
        lambda conn: hooks.of_token(conn, visitor.token_id)
    )
    return JSONResponse([_body(each) for each in found])


@router.delete("/webhook/{webhook_id}")
@router.delete("/webhooks/{webhook_id}")
async def remove_webhook(request: Request, webhook_id: str) -> Response:
    visitor = await visitor_of(request, Scope.WEBHOOKS_WRITE)

    def work(tx: Tx) -> None:
        visitor.check(tx)
        hooks.remove(tx, visitor.token_id, webhook_id)

    await visitor.caller.services.store.awrite(work)
    return Response(status_code=_GONE)


def _body(found: WebhookEndpoint) -> dict[str, Any]:
    return {
        "id": hooks.name_of(found),
        "url": found.url,
        "event": found.events[0],
        "deviceId": found.line_id,
    }
