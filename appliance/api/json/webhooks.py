"""`/webhooks`: where Balie posts what happens, for other software."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from appliance.api.json import idempotency, posting, writes
from appliance.api.json import webhook_examples as examples
from appliance.api.json.callers import (
    WRITES_WEBHOOKS,
    Caller,
    caller_of,
    check_still_valid,
    require,
)
from appliance.api.json.documented import WRITE_PROBLEMS, answers
from appliance.api.json.mapping import body_of
from appliance.api.json.sending import IDEMPOTENCY_KEY, DirectRoute
from appliance.api.json.times import iso, ms_of
from appliance.api.json.webhook_bodies import (
    NewWebhookOut,
    ReplayIn,
    ReplayOut,
    RotatedOut,
    ToldAgainOut,
    WebhookIn,
    WebhookOut,
    WebhookPatchIn,
)
from appliance.desk.access.tokens import Scope
from appliance.desk.webhooks import event_names, looking_after
from appliance.desk.webhooks.looking_after import WebhookChange, WebhookWish
from appliance.desk.webhooks.naming import judge
from appliance.errors import Refused, SetupError
from appliance.reasons import Reason
from appliance.store import webhooks
from appliance.store.key_at_hand import house_key
from appliance.store.store import Tx
from appliance.store.webhooks import Content, WebhookBy, WebhookEndpoint

router = APIRouter(prefix="/api/v1", tags=["webhooks"], route_class=DirectRoute)

_SCOPE = Scope.WEBHOOKS_WRITE
_WEBHOOK_ID = writes.path_id("webhook_id", examples.WEBHOOK["id"])
_DELIVERY_ID = writes.path_id("delivery_id", examples.DELIVERY["id"])


@router.post(
    "/webhooks",
    dependencies=[WRITES_WEBHOOKS],
    operation_id="addWebhook",
    summary="Have what happens posted to an address",
    status_code=201,
    response_model=None,
    openapi_extra=writes.takes(WebhookIn, examples.WEBHOOK_IN, IDEMPOTENCY_KEY),
    responses=answers(
        NewWebhookOut,
        examples.NEW_WEBHOOK,
        *WRITE_PROBLEMS,
        Reason.IDEMPOTENCY_MISMATCH,
        Reason.SECRET_GONE,
        status=201,
        description="The webhook, with its secret. It is told what happens from now on.",
    ),
)
async def add_webhook(request: Request) -> Response:
    """`full` takes `messages:read`, and `staff.*` and `token.*` take `audit:read`, too: a webhook
    is told no more than its token may see.

    Where the answer was lost, the same `Idempotency-Key` gives it again, with the secret that the
    webhook has now; 409 `secret-gone` says what to do where there is none any more.
    """
    caller = await caller_of(request, _SCOPE.value)
    wanted = posting.read_body(WebhookIn, await request.body())
    key = idempotency.checked(request.headers.get("idempotency-key"))
    _require(caller, wanted.events, wanted.content)
    await judge(caller.services.urls, wanted.url, by=caller.token.id)

    def work(tx: Tx) -> dict[str, Any]:
        wish = WebhookWish(
            url=wanted.url,
            events=wanted.events,
            line=wanted.line,
            branch_id=caller.token.branch_id,
            content=Content(wanted.content),
        )
        made, _ = looking_after.add(tx, caller.sight, wish, _by(caller))
        return body_of(WebhookOut, made)

    def write(tx: Tx) -> tuple[idempotency.StoredResponse, dict[str, Any]]:
        """The kept answer holds no secret: that lies sealed, and is put into each answer."""
        check_still_valid(tx, caller)
        body = f"{request.url.path}\n{wanted.model_dump_json()}".encode()
        answer = idempotency.once(tx, caller.token.id, key, body, work, status=writes.CREATED)
        content = json.loads(answer.content)
        made = answer.status == writes.CREATED
        return answer, _with_secret(tx.conn, content) if made else content

    answer, content = await caller.services.store.awrite(write)
    if answer.status != writes.CREATED:
        return answer.sent()
    headers = {"Idempotency-Replayed": "true"} if answer.replayed else None
    return JSONResponse(content, answer.status, headers)


@router.patch(
    "/webhooks/{webhook_id}",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_WEBHOOKS],
    operation_id="changeWebhook",
    summary="Change a webhook, pause it, or let it go on",
    response_model=None,
    openapi_extra=writes.takes(WebhookPatchIn, examples.WEBHOOK_PATCH_IN, _WEBHOOK_ID),
    responses=answers(
        WebhookOut, examples.WEBHOOK, *WRITE_PROBLEMS, description="The webhook as it is now."
    ),
)
async def change_webhook(request: Request) -> Response:
    """What happens while it is off it is not told: see `replay`. It belongs to the token that
    changed its address, events or content last, or switched it on.
    """
    caller = await caller_of(request, _SCOPE.value)
    wanted = posting.read_body(WebhookPatchIn, await request.body())
    if wanted.url is not None:
        await judge(caller.services.urls, wanted.url, by=caller.token.id)
    change = WebhookChange(
        url=wanted.url,
        events=wanted.events,
        content=None if wanted.content is None else Content(wanted.content),
        enabled=wanted.enabled,
    )

    def write(tx: Tx) -> dict[str, Any]:
        check_still_valid(tx, caller)
        known = looking_after.one(tx.conn, caller.sight, request.path_params["webhook_id"])
        events = known.events if wanted.events is None else wanted.events
        _require(caller, events, wanted.content or known.content)
        now = looking_after.change(tx, caller.sight, known.id, change, _by(caller))
        return body_of(WebhookOut, now)

    return JSONResponse(await caller.services.store.awrite(write))


@router.delete(
    "/webhooks/{webhook_id}",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_WEBHOOKS],
    operation_id="removeWebhook",
    summary="Remove a webhook",
    status_code=204,
    response_model=None,
    openapi_extra={"parameters": [_WEBHOOK_ID]},
    responses=writes.gone(*WRITE_PROBLEMS, description="It is gone, with the log of deliveries."),
)
async def remove_webhook(request: Request) -> Response:
    return await writes.removed(
        request,
        _SCOPE,
        lambda tx, caller: looking_after.remove(
            tx, caller.sight, request.path_params["webhook_id"], _by(caller)
        ),
    )


@router.post(
    "/webhooks/{webhook_id}/rotate",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_WEBHOOKS],
    operation_id="rotateWebhook",
    summary="Give a webhook a new secret",
    response_model=None,
    openapi_extra={"parameters": [_WEBHOOK_ID]},
    responses=answers(
        RotatedOut,
        examples.ROTATED,
        *WRITE_PROBLEMS,
        description="The new secret. For a day each request is signed with both.",
    ),
)
async def rotate_webhook(request: Request) -> Response:
    def work(tx: Tx, caller: Caller) -> dict[str, Any]:
        webhook_id = request.path_params["webhook_id"]
        secret, ends_ms = looking_after.rotate(tx, caller.sight, webhook_id, _by(caller))
        return {"secret": secret, "previous_expires_at": iso(ends_ms)}

    return await writes.done(request, _SCOPE, work)


@router.post(
    "/webhooks/{webhook_id}/test",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_WEBHOOKS],
    operation_id="testWebhook",
    summary="Post a test",
    status_code=202,
    response_model=None,
    openapi_extra={"parameters": [_WEBHOOK_ID]},
    responses=answers(
        ToldAgainOut,
        examples.TOLD_AGAIN,
        *WRITE_PROBLEMS,
        status=202,
        description="`webhook.ping` is posted; its delivery tells how that went.",
    ),
)
async def test_webhook(request: Request) -> Response:
    def work(tx: Tx, caller: Caller) -> dict[str, Any]:
        webhook_id = request.path_params["webhook_id"]
        return {"id": looking_after.ping(tx, caller.sight, webhook_id, _by(caller))}

    return await writes.done(request, _SCOPE, work, status=202)


@router.post(
    "/webhooks/{webhook_id}/deliveries/{delivery_id}/replay",  # noqa: FAST003 -- as above
    dependencies=[WRITES_WEBHOOKS],
    operation_id="replayDelivery",
    summary="Post one again",
    status_code=202,
    response_model=None,
    openapi_extra={"parameters": [_WEBHOOK_ID, _DELIVERY_ID]},
    responses=answers(
        ToldAgainOut,
        examples.TOLD_AGAIN,
        *WRITE_PROBLEMS,
        status=202,
        description="It is posted again, under the same `webhook-id`.",
    ),
)
async def replay_delivery(request: Request) -> Response:
    def work(tx: Tx, caller: Caller) -> dict[str, Any]:
        webhook_id, delivery_id = (
            request.path_params["webhook_id"],
            request.path_params["delivery_id"],
        )
        again = looking_after.send_again(tx, caller.sight, webhook_id, delivery_id, _by(caller))
        return {"id": again}

    return await writes.done(request, _SCOPE, work, status=202)


@router.post(
    "/webhooks/{webhook_id}/replay",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_WEBHOOKS],
    operation_id="replayWebhook",
    summary="Post again all that happened since",
    status_code=202,
    response_model=None,
    openapi_extra=writes.takes(ReplayIn, examples.REPLAY_IN, _WEBHOOK_ID),
    responses=answers(
        ReplayOut,
        examples.REPLAY,
        *WRITE_PROBLEMS,
        status=202,
        description="What was posted before comes under the same `webhook-id` again.",
    ),
)
async def replay_webhook(request: Request) -> Response:
    def work(tx: Tx, caller: Caller, wanted: ReplayIn) -> dict[str, Any]:
        since_ms = ms_of(wanted.since)
        webhook_id = request.path_params["webhook_id"]
        looking_after.replay(tx, caller.sight, webhook_id, since_ms, _by(caller))
        return {"since": iso(since_ms)}

    return await writes.changed(request, _SCOPE, ReplayIn, work, status=202)


def _by(caller: Caller) -> WebhookBy:
    return WebhookBy(token_id=caller.token.id)


def _require(caller: Caller, events: Sequence[str], content: str) -> None:
    """A webhook must not become a way to what its token may not read. Raises ProblemError."""
    if content == Content.FULL.value:
        require(caller, Scope.MESSAGES_READ)
    if event_names.needs_audit(events):
        require(caller, Scope.AUDIT_READ)


def _with_secret(conn: sqlite3.Connection, content: dict[str, Any]) -> dict[str, Any]:
    """Raises Refused where it has none any more: without it nobody can check what is posted."""
    found: WebhookEndpoint | None = webhooks.endpoint(conn, content["id"])
    if found is None:
        sentence = "The webhook that this Idempotency-Key made was removed since."
        raise Refused(Reason.SECRET_GONE, sentence, remedy="Use a new key for a new webhook.")
    try:
        secrets = webhooks.secrets_of(house_key(conn), found, found.created_ms)
    except SetupError as exc:
        raise Refused(
            Reason.SECRET_GONE,
            "This Idempotency-Key made a webhook, whose secret cannot be opened any more.",
            remedy="`POST /webhooks/{id}/rotate` gives it a new one.",
            facts={"webhook": found.id},
        ) from exc
    return {**content, "secret": secrets[0]}
