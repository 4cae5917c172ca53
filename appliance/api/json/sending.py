"""`POST /messages`, the one request that has to be quick: other software sends in bursts."""

import time
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response

from appliance.api.json import examples, idempotency, posting
from appliance.api.json.bodies import AcceptedOut
from appliance.api.json.callers import WRITES_MESSAGES, caller_of
from appliance.api.json.documented import answers
from appliance.api.json.metrics import Metrics
from appliance.api.late_route import LateRoute
from appliance.desk.access.tokens import Scope
from appliance.reasons import Reason


class DirectRoute(LateRoute):
    """FastAPI documents this route, but the endpoint gets the raw request: FastAPI's handling of
    the parameters costs as much as everything else before the database. So the endpoint itself
    checks what the document says of token and body.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return endpoint


router = APIRouter(prefix="/api/v1", tags=["messages"], route_class=DirectRoute)

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same body gives the first answer again.",
    "schema": {"type": "string", "maxLength": 255, "pattern": "^[!-~]{1,255}$"},
    "example": "shift-2026-03-02-anna",
}
POSTED = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/MessageIn"},
                "examples": examples.MESSAGES_IN,
            }
        },
    },
    "parameters": [IDEMPOTENCY_KEY],
}


@router.post(
    "/messages",
    dependencies=[WRITES_MESSAGES],
    operation_id="sendMessage",
    summary="Send a message",
    status_code=202,
    response_model=None,
    openapi_extra=POSTED,
    responses=answers(
        AcceptedOut,
        examples.ACCEPTED,
        "bad-request",
        "unauthorized",
        "forbidden",
        "not-found",
        Reason.CONSENT_REQUIRED,
        Reason.OPTED_OUT,
        Reason.BLOCKED,
        Reason.WINDOW_CLOSED,
        Reason.IDEMPOTENCY_MISMATCH,
        "too-large",
        "invalid-input",
        "line-full",
        "store-unavailable",
        status=202,
        description="Accepted: durable, and sent once.",
        headers=examples.REPLAYED_HEADER,
    ),
)
async def send_message(request: Request) -> Response:
    """Accepts a message if the recipient agreed to hear from this line.

    It is a reply if the contact wrote in the last 24 hours, else an automatic message, which
    waits for office hours. Pacing decides when it leaves.
    """
    began_s = time.perf_counter()
    caller = await caller_of(request, Scope.MESSAGES_WRITE.value)
    wanted = posting.read_message(await request.body())
    to = posting.recipient_of(wanted.to) if wanted.to is not None else None
    key = idempotency.checked(request.headers.get("idempotency-key"))
    answer = await caller.services.store.awrite(
        lambda tx: posting.post(tx, caller, wanted, to, key)
    )
    if not answer.replayed:
        caller.services.planned()
    metrics: Metrics = request.app.state.metrics
    metrics.accepted(time.perf_counter() - began_s)
    return answer.sent()
