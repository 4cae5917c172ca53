"""`POST /lists/send`: one text to many, first as a dry run, then in earnest."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from appliance.api.json import examples, idempotency, posting
from appliance.api.json.bodies import ListIn, ListOut
from appliance.api.json.callers import WRITES_MESSAGES, Caller, caller_of, check_still_valid
from appliance.api.json.documented import answers
from appliance.api.json.idempotency import StoredResponse
from appliance.api.json.sending import IDEMPOTENCY_KEY, DirectRoute
from appliance.api.json.times import iso_or_none
from appliance.channels import Channel
from appliance.desk.access.accesses import Shown
from appliance.desk.access.tokens import Scope
from appliance.desk.outgoing import lists
from appliance.desk.outgoing.lists import ListRequest, Recipient
from appliance.desk.outgoing.sending import Author
from appliance.errors import InvalidInput
from appliance.reasons import Reason
from appliance.store.store import Tx

router = APIRouter(prefix="/api/v1", tags=["messages"], route_class=DirectRoute)

_YES_OR_NO = {"true": True, "1": True, "false": False, "0": False}
_MS_PER_S = 1000
_PROBLEMS = (
    "bad-request",
    "unauthorized",
    "forbidden",
    "not-found",
    Reason.IDEMPOTENCY_MISMATCH,
    "too-large",
    "invalid-input",
    "line-full",
    "store-unavailable",
)
DRY_RUN = {
    "name": "dry_run",
    "in": "query",
    "required": False,
    "description": "`true`: nothing is kept; the answer says what would become of each.",
    "schema": {"type": "boolean", "default": False},
    "example": True,
}
_SENT = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/ListIn"},
                "examples": examples.LISTS_IN,
            }
        },
    },
    "parameters": [DRY_RUN, IDEMPOTENCY_KEY],
}


@router.post(
    "/lists/send",
    dependencies=[WRITES_MESSAGES],
    operation_id="sendList",
    summary="Send one text to many",
    status_code=202,
    response_model=None,
    openapi_extra=_SENT,
    responses={
        **answers(ListOut, examples.LIST_PREVIEW, description="A dry run: nothing is kept."),
        **answers(
            ListOut,
            examples.LIST_ACCEPTED,
            *_PROBLEMS,
            status=202,
            description="Accepted in one transaction: a message for each who may have one.",
            headers=examples.REPLAYED_HEADER,
        ),
    },
)
async def send_list(request: Request) -> Response:
    """Makes a message of class `list` for each recipient who agreed to hear from this line.

    Who did not, or whose turn would come after it is too old, is refused by a code and costs the
    others nothing. A list never holds up a reply.
    """
    caller = await caller_of(request, Scope.MESSAGES_WRITE.value)
    wanted = posting.read_body(ListIn, await request.body())
    key = idempotency.checked(request.headers.get("idempotency-key"))
    store, now_ms = caller.services.store, caller.services.clock.now_ms()
    if is_dry_run(request):
        content, _ = await caller.accesses.read(
            lambda conn: _preview(conn, caller, wanted, now_ms), _shown
        )
        return Response(content, media_type="application/json")
    answer = await store.awrite(lambda tx: _post(tx, caller, wanted, key))
    if not answer.replayed:
        caller.services.planned()
    return answer.sent()


def is_dry_run(request: Request) -> bool:
    """Raises InvalidInput, also for a key that could not be kept: a dry run tells what would be."""
    idempotency.checked(request.headers.get("idempotency-key"))
    text = request.query_params.get("dry_run", "false")
    if text.lower() not in _YES_OR_NO:
        raise InvalidInput("dry_run", "“dry_run” is true or false.")
    return _YES_OR_NO[text.lower()]


def _preview(
    conn: sqlite3.Connection, caller: Caller, wanted: ListIn, now_ms: int
) -> tuple[str, Sequence[Recipient]]:
    """The answer, written here and not in the event loop, and what it holds."""
    request = _request(conn, caller, wanted, now_ms)
    give_way = caller.services.store.give_way
    found = lists.preview(conn, request, now_ms=now_ms, give_way=give_way)
    return json.dumps(_body(found, dry_run=True, named=_may_name(caller))), found


def _shown(preview: tuple[str, Sequence[Recipient]]) -> Iterable[Shown]:
    """Who would get something: their names, and that they may be written to."""
    _, found = preview
    return (Shown(contact_id=each.contact_id, listed=True) for each in found if each.contact_id)


def _post(tx: Tx, caller: Caller, wanted: ListIn, key: str | None) -> StoredResponse:
    check_still_valid(tx, caller)

    def work(tx: Tx) -> dict[str, Any]:
        request = _request(tx.conn, caller, wanted, tx.now_ms)
        found = lists.accept_list(tx, request)
        return _body(found, dry_run=False, named=_may_name(caller))

    return idempotency.once(tx, caller.token.id, key, wanted.model_dump_json().encode(), work)


def _request(conn: sqlite3.Connection, caller: Caller, wanted: ListIn, now_ms: int) -> ListRequest:
    return ListRequest(
        line_id=caller.sight.line(conn, wanted.line).id,
        numbers=wanted.to,
        texts=wanted.texts,
        author=Author(token_id=caller.token.id),
        channel=None if wanted.channel == "auto" else Channel.named(wanted.channel),
        ttl_ms=None if wanted.ttl_s is None else wanted.ttl_s * _MS_PER_S,
        not_before_ms=posting.not_before_ms(now_ms, wanted.not_before),
        room=caller.services.room,
    )


def _may_name(caller: Caller) -> bool:
    """False for a token that may only send: the names that Balie fills in are not shown to it."""
    return Scope.CONTACTS_READ in caller.token.scopes


def _body(found: Sequence[Recipient], *, dry_run: bool, named: bool) -> dict[str, Any]:
    accepted = [each for each in found if not each.refusal]
    moments = [each.expected_ms for each in accepted if each.expected_ms is not None]
    return {
        "dry_run": dry_run,
        "accepted": len(accepted),
        "refused": len(found) - len(accepted),
        "first_at": iso_or_none(min(moments, default=None)),
        "last_at": iso_or_none(max(moments, default=None)),
        "recipients": [_recipient(each, named=named) for each in found],
    }


def _recipient(each: Recipient, *, named: bool) -> dict[str, Any]:
    text = each.text if named else each.variant
    return {
        "to": each.to,
        "verdict": "refused" if each.refusal else "accepted",
        "id": each.message_id,
        "text": None if each.refusal else text,
        "expected_at": iso_or_none(each.expected_ms),
        "reason": each.refusal or each.reason,
    }
