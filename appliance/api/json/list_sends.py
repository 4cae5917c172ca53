"""`/lists/{id}/send` and `/sends`: one text to a list, what became of it, and what of it waits."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from appliance.api.json import examples, idempotency, list_examples, posting, writes
from appliance.api.json.callers import WRITES_LISTS, Caller, caller_of, check_still_valid
from appliance.api.json.declared import One, nobody
from appliance.api.json.documented import WRITE_PROBLEMS, answers
from appliance.api.json.list_bodies import (
    ResendIn,
    SendCountsOut,
    SendIn,
    SendItemOut,
    SendOut,
    SendPreviewOut,
)
from appliance.api.json.lists import DRY_RUN, is_dry_run
from appliance.api.json.mapping import body_of
from appliance.api.json.saved_lists import LIST_ID, own_list
from appliance.api.json.sending import IDEMPOTENCY_KEY, DirectRoute
from appliance.api.json.times import iso_or_none, ms_or_none
from appliance.desk.access.accesses import Shown
from appliance.desk.access.tokens import Scope
from appliance.desk.inbox.attachments import seen_by_token
from appliance.desk.lists import progress, sends
from appliance.desk.lists.progress import PeopleCounts, SendItem, SendProgress
from appliance.desk.lists.sends import JudgedSend, Send, SendWish
from appliance.desk.outgoing.attaching import NO_SUCH_FILE
from appliance.desk.outgoing.sending import Author
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.reasons import Reason
from appliance.store.store import Tx

Wanted = TypeVar("Wanted", bound=BaseModel)
Wish = Callable[[sqlite3.Connection, Caller, int], SendWish]


async def _send_id(send_id: str) -> str:
    return send_id


class _Send(One[str, SendProgress]):
    """Shows the texts and answers of all whom it went to."""

    def whom(self, found: SendProgress, asked: str) -> Iterable[Shown]:
        del asked
        return (
            Shown(contact_id=each.contact_id, conversation_id=each.conversation_id, listed=True)
            for each in found.items
        )


READS = (
    _Send(
        tag="lists",
        path="/sends/{send_id}",
        scope=Scope.LISTS_READ,
        name="getSend",
        summary="What became of a text to a list",
        description="Each of its people, in their order, and what they answered.",
        asked=_send_id,
        read=lambda conn, sight, send_id: progress.progress(
            conn, sight, sends.one(conn, sight, send_id)
        ),
        model=SendOut,
        example=list_examples.SEND,
        shown=nobody,
        problems=("not-found",),
    ),
)

router = APIRouter(prefix="/api/v1", tags=["lists"], route_class=DirectRoute)

_SEND_ID = writes.path_id("send_id", list_examples.SEND["id"])
_PROBLEMS = (*WRITE_PROBLEMS, Reason.IDEMPOTENCY_MISMATCH, "line-full")
_MADE = {
    **answers(
        SendPreviewOut, list_examples.SEND_PREVIEW, description="A dry run: nothing is kept."
    ),
    **answers(
        SendOut,
        list_examples.SEND,
        *_PROBLEMS,
        status=202,
        description="Accepted in one transaction: a message for each who may have one. To more than"
        " 50 people they are made one after another; `message` is null until it is.",
        headers=examples.REPLAYED_HEADER,
    ),
}


@router.post(
    "/lists/{list_id}/send",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_LISTS],
    operation_id="sendToList",
    summary="Send a text to a list",
    status_code=202,
    response_model=None,
    openapi_extra=writes.takes(SendIn, list_examples.SEND_IN, LIST_ID, DRY_RUN, IDEMPOTENCY_KEY),
    responses=_MADE,
)
async def send_to_list(request: Request) -> Response:
    """Each of its people gets a message of their own, under the pacing of the line, or is told of
    with the reason. Nobody gets more than one message of lists a day unless they answered.
    """

    def wish(wanted: SendIn) -> Wish:
        def found(conn: sqlite3.Connection, caller: Caller, now_ms: int) -> SendWish:
            return SendWish(
                to=own_list(conn, caller, request),
                line_id=caller.sight.line(conn, wanted.line).id,
                variants=wanted.variants,
                media=_files(conn, caller, wanted.media or ()),
                author=Author(token_id=caller.token.id),
                not_before_ms=posting.not_before_ms(now_ms, wanted.not_before),
                until_ms=ms_or_none(wanted.deliver_until),
                room=caller.services.room,
            )

        return found

    return await _sent(request, SendIn, wish)


@router.post(
    "/sends/{send_id}/resend",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_LISTS],
    operation_id="resend",
    summary="Send it to those who did not get it",
    status_code=202,
    response_model=None,
    openapi_extra=writes.takes(
        ResendIn, list_examples.RESEND_IN, _SEND_ID, DRY_RUN, IDEMPOTENCY_KEY
    ),
    responses=_MADE,
)
async def resend(request: Request) -> Response:
    """A send of its own, for which each is judged anew."""

    def wish(wanted: ResendIn) -> Wish:
        def found(conn: sqlite3.Connection, caller: Caller, now_ms: int) -> SendWish:
            return sends.again(
                conn,
                caller.sight,
                _own(conn, caller, request),
                Author(token_id=caller.token.id),
                not_before_ms=posting.not_before_ms(now_ms, wanted.not_before),
                until_ms=ms_or_none(wanted.deliver_until),
                room=caller.services.room,
            )

        return found

    return await _sent(request, ResendIn, wish)


async def _sent(request: Request, model: type[Wanted], wish: Callable[[Wanted], Wish]) -> Response:
    caller = await caller_of(request, Scope.LISTS_WRITE.value)
    wanted = posting.read_body(model, await request.body())
    key = idempotency.checked(request.headers.get("idempotency-key"))
    services, ask = caller.services, wish(wanted)
    if is_dry_run(request):
        now_ms = services.clock.now_ms()
        content, _ = await caller.accesses.read(
            lambda conn: _preview(conn, caller, ask, now_ms), lambda found: _shown(found[1])
        )
        return Response(content, media_type="application/json")

    now_ms = services.clock.now_ms()
    found = await services.store.aread(lambda conn: _judged(conn, caller, ask, now_ms))

    def write(tx: Tx) -> idempotency.StoredResponse:
        check_still_valid(tx, caller)
        body = f"{request.url.path}\n{wanted.model_dump_json()}".encode()
        return idempotency.once(
            tx, caller.token.id, key, body, lambda tx: _send(tx, caller, ask, found)
        )

    answer = await services.store.awrite(write)
    if not answer.replayed:
        services.planned()
    return answer.sent()


def _steers(what: str, summary: str, description: str) -> Callable[[Any], Any]:
    return router.post(
        f"/sends/{{send_id}}/{what}",
        dependencies=[WRITES_LISTS],
        operation_id=f"{what}Send",
        summary=summary,
        response_model=None,
        openapi_extra={"parameters": [_SEND_ID]},
        responses=answers(
            SendOut,
            list_examples.SEND,
            *WRITE_PROBLEMS,
            Reason.CANNOT_CANCEL,
            description=description,
        ),
    )


@_steers("pause", "Hold back what waits of a send", "Nothing more of it leaves.")
async def pause_send(request: Request) -> Response:
    """What a device is sending at this moment may still leave. Also after a restart it waits."""
    return await _steered(request, sends.pause)


@_steers("resume", "Go on with a send", "What waits of it leaves under the pacing of its line.")
async def resume_send(request: Request) -> Response:
    """One that was not paused stays as it is."""
    return await _steered(request, sends.resume)


@_steers("cancel", "Withdraw what waits of a send", "What had left stays as it is.")
async def cancel_send(request: Request) -> Response:
    """It cannot be taken back; `resend` asks anew."""
    return await _steered(request, sends.cancel)


async def _steered(request: Request, steer: Callable[[Tx, Send, Author], None]) -> Response:
    caller = await caller_of(request, Scope.LISTS_WRITE.value)

    def write(tx: Tx) -> str:
        check_still_valid(tx, caller)
        found = _own(tx.conn, caller, request)
        steer(tx, found, Author(token_id=caller.token.id))
        return found.id

    services = caller.services
    send_id = await services.store.awrite(write)
    services.planned()
    # It may be of 10,000 people: other writers need not wait until it is told.
    return JSONResponse(await services.store.aread(lambda conn: _kept(conn, caller, send_id)))


def _own(conn: sqlite3.Connection, caller: Caller, request: Request) -> Send:
    return sends.one(conn, caller.sight, request.path_params["send_id"])


def _judged(
    conn: sqlite3.Connection, caller: Caller, ask: Wish, now_ms: int
) -> tuple[JudgedSend, str] | None:
    """A send to many, and the answer if it is kept. None for a few, and for what is refused: the
    transaction finds that, too, and keeps the refusal.
    """
    try:
        wish = ask(conn, caller, now_ms)
        found = sends.judged(
            conn, caller.sight, wish, now_ms=now_ms, give_way=caller.services.store.give_way
        )
    except (InvalidInput, NotFound, Refused):
        return None
    if found is None:
        return None
    return found, json.dumps(_body(caller, progress.of_judged(found)))


def _send(
    tx: Tx, caller: Caller, ask: Wish, judged: tuple[JudgedSend, str] | None
) -> dict[str, Any] | str:
    wish = ask(tx.conn, caller, tx.now_ms)
    if judged is not None:
        found, answer = judged
        sends.send(tx, caller.sight, wish, found)
        return answer
    return _kept(tx.conn, caller, sends.send(tx, caller.sight, wish))


def _kept(conn: sqlite3.Connection, caller: Caller, send_id: str) -> dict[str, Any]:
    found = progress.progress(conn, caller.sight, sends.one(conn, caller.sight, send_id))
    return _body(caller, found)


def _body(caller: Caller, found: SendProgress) -> dict[str, Any]:
    if not _may_read(caller):
        found = replace(found, items=_without_words(found.items), answers=())
    return body_of(SendOut, found)


def _preview(
    conn: sqlite3.Connection, caller: Caller, ask: Wish, now_ms: int
) -> tuple[str, Sequence[SendItem]]:
    """The answer, written here and not in the event loop, and what it holds."""
    wish, give_way = ask(conn, caller, now_ms), caller.services.store.give_way
    found = sends.dry_run(conn, caller.sight, wish, now_ms=now_ms, give_way=give_way)
    items = progress.expected_items(found)
    if not _may_read(caller):
        items = _without_words(items)
    body = {
        "dry_run": True,
        "items": [body_of(SendItemOut, each) for each in items],
        "counts": body_of(SendCountsOut, PeopleCounts.of(items)),
        "done_by": iso_or_none(progress.done_by_ms(found)),
    }
    return json.dumps(body), items


def _may_read(caller: Caller) -> bool:
    """False for a token that may only send: it is told neither names nor words."""
    return not caller.token.scopes.isdisjoint({Scope.LISTS_READ, Scope.CONTACTS_READ})


def _without_words(items: Sequence[SendItem]) -> Sequence[SendItem]:
    return [replace(each, text=None) for each in items]


def _shown(items: Sequence[SendItem]) -> Iterable[Shown]:
    return (Shown(contact_id=each.contact_id, listed=True) for each in items)


def _files(conn: sqlite3.Connection, caller: Caller, named: Sequence[str]) -> Sequence[str]:
    """Those that the caller may use: uploaded by it, or in a message that it may see."""
    try:
        seen = [seen_by_token(conn, caller.sight, caller.token.id, each) for each in named]
    except NotFound as exc:
        raise InvalidInput("media", NO_SUCH_FILE) from exc
    return [each.media.id for each in seen]
