"""`POST /messages` and `DELETE /messages/{id}` at the office: commands to the box of the line.

Consent, pacing and plan are the box's. What it refuses shows as the message's state, with the
reason.
"""

import sqlite3
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from appliance.api import problems
from appliance.api.json import examples, idempotency, posting
from appliance.api.json.bodies import AcceptedOut, CancelledOut, MessageIn
from appliance.api.json.callers import (
    WRITES_MESSAGES,
    Caller,
    WritesMessages,
    caller_of,
    check_still_valid,
)
from appliance.api.json.documented import READ_PROBLEMS, WRITE_PROBLEMS, answers
from appliance.api.json.sending import POSTED, DirectRoute
from appliance.desk.access.tokens import Scope
from appliance.desk.groups import directory
from appliance.desk.inbox import records
from appliance.desk.inbox.records import MessageRecord
from appliance.desk.outgoing.sending import DEFAULT_TTL_MS, too_late
from appliance.errors import NotFound
from appliance.ids import is_id
from appliance.messages import MessageState, clean_text
from appliance.office import wishes
from appliance.office.api.asking import boxes_in_sight, of_one
from appliance.office.api.decisions import decision
from appliance.office.api.elsewhere import at_the_box
from appliance.office.api.seen_boxes import SeenBox, asker_of, boxes_of_branches, opened
from appliance.office.api.sights import sight_at
from appliance.office.api.unsent import command_of, state_of
from appliance.office.head.callers import head_of
from appliance.office.link import CommandKind, CommandOutcome, OfficeCommand
from appliance.office.tables import commands
from appliance.reasons import Reason
from appliance.store.lines import Line
from appliance.store.store import Tx

_MS_PER_S = 1000
_ON_ITS_WAY = (MessageState.QUEUED, MessageState.SENDING, MessageState.UNCONFIRMED)

router = APIRouter(prefix="/api/v1", tags=["messages"])
direct = APIRouter(prefix="/api/v1", tags=["messages"], route_class=DirectRoute)


@direct.post(
    "/messages",
    dependencies=[WRITES_MESSAGES],
    operation_id="sendMessage",
    summary="Send a message",
    status_code=202,
    response_model=None,
    openapi_extra=POSTED,
    responses=answers(
        AcceptedOut,
        {**examples.ACCEPTED, "expected_at": None, "reason": Reason.WAITS_FOR_BOX},
        *WRITE_PROBLEMS,
        Reason.IDEMPOTENCY_MISMATCH,
        "at-the-box",
        status=202,
        description="Accepted: the box of the line is asked to send it, once.",
        headers=examples.REPLAYED_HEADER,
    ),
)
async def send_message(request: Request) -> Response:
    """Its box decides whether the recipient agreed to hear from this line, and when it leaves: see
    the message's state. `ttl_s` counts from now, also while the box is cut off.
    """
    caller = await caller_of(request, Scope.MESSAGES_WRITE.value)
    wanted = posting.read_message(await request.body())
    if wanted.media:
        raise at_the_box(await boxes_in_sight(caller), "A message with files is sent")
    if wanted.to is not None:
        posting.recipient_of(wanted.to)
    key = idempotency.checked(request.headers.get("idempotency-key"))
    text = clean_text(wanted.text)
    await _must_see_whom(request, caller, wanted)
    work = partial(_ask_to_send, caller=caller, wanted=wanted, text=text)

    def write(tx: Tx) -> idempotency.StoredResponse:
        check_still_valid(tx, caller)
        body = wanted.model_dump_json().encode()
        return idempotency.once(tx, caller.token.id, key, body, work)

    return (await caller.services.store.awrite(write)).sent()


async def _must_see_whom(request: Request, caller: Caller, wanted: MessageIn) -> None:
    """A contact or group that is named by its id is in sight. Raises NotFound."""
    contact_id = wanted.to if wanted.to is not None and is_id(wanted.to) else None
    if contact_id is None and wanted.group is None:
        return
    line, box_id = await caller.services.store.aread(
        lambda conn: _line_and_box(conn, caller, wanted)
    )

    def look(conn: sqlite3.Connection) -> None:
        if contact_id is not None:
            caller.sight.contact(conn, contact_id)
            return
        sight = sight_at(conn, caller)
        group = directory.answerable(conn, sight, caller.token.id, wanted.group or "")
        if group.line_id != line.id:
            raise NotFound("group")

    async with opened(head_of(request), box_id) as store:
        await store.aread(look)


def _line_and_box(conn: sqlite3.Connection, caller: Caller, wanted: MessageIn) -> tuple[Line, str]:
    """Raises NotFound."""
    line = caller.sight.line(conn, wanted.line)
    box_id = next(iter(boxes_of_branches(conn, [line.branch_id])), None)
    if box_id is None:
        raise NotFound("line")
    return line, box_id


def _ask_to_send(tx: Tx, *, caller: Caller, wanted: MessageIn, text: str) -> dict[str, Any]:
    line, box_id = _line_and_box(tx.conn, caller, wanted)
    not_before_ms = posting.not_before_ms(tx.now_ms, wanted.not_before)
    ttl_ms = DEFAULT_TTL_MS if wanted.ttl_s is None else wanted.ttl_s * _MS_PER_S
    wish = wishes.MessageWish(
        line_id=line.id,
        whom={"to": wanted.to or ""} if wanted.group is None else {"group": wanted.group},
        text=text,
        channel=None if wanted.channel == "auto" else wanted.channel,
        not_before_ms=not_before_ms,
        quotes=wanted.quotes.lower() if wanted.quotes else None,
        ttl_ms=ttl_ms,
    )
    return {
        "id": wishes.message(tx, box_id, wish, asker_of(caller)),
        "state": MessageState.QUEUED.value,
        "expected_at": None,
        "reason": Reason.WAITS_FOR_BOX.value,
    }


@router.delete(
    "/messages/{message_id}",
    operation_id="cancelMessage",
    summary="Cancel a message that has not left",
    response_model=None,
    responses={
        **answers(
            CancelledOut,
            examples.CANCELLED,
            *READ_PROBLEMS,
            "not-found",
            Reason.CANNOT_CANCEL,
            description="It is cancelled; a second time changes nothing. What it says is not told.",
        ),
        202: {"description": "Its box is asked; `state` is what is known until it has decided."},
    },
)
async def cancel_message(request: Request, caller: WritesMessages, message_id: str) -> JSONResponse:
    box_id, state, named = await _standing(request, caller, message_id)
    if state is MessageState.CANCELLED:
        return JSONResponse({"id": named, "state": state.value})
    if state not in _ON_ITS_WAY:
        raise too_late(state)

    def ask(tx: Tx) -> OfficeCommand:
        check_still_valid(tx, caller)
        return commands.give(tx, box_id, CommandKind.CANCEL, {"message": named}, asker_of(caller))

    asked = await caller.services.store.awrite(ask)
    given = await decision(caller, box_id, asked)
    outcome = None if given is None else given.outcome
    if outcome == CommandOutcome.DONE:
        return JSONResponse({"id": named, "state": MessageState.CANCELLED.value})
    if outcome == CommandOutcome.REFUSED:
        raise problems.ProblemError(problems.problem(Reason.CANNOT_CANCEL))
    return JSONResponse({"id": named, "state": state.value}, 202)


async def _standing(
    request: Request, caller: Caller, message_id: str
) -> tuple[str, MessageState, str]:
    """The box of the message, its state as far as it is known, and its id. Raises NotFound."""
    try:
        at = await of_one(
            request, caller, partial(_record_at, request, caller, message_id), what="message"
        )
    except NotFound:
        given = await command_of(caller, message_id, to_change=True)
        state, _ = state_of(given)
        return given.box_id, state, given.command.body["message"]
    return at.box.id, MessageState(at.found.state), at.found.id


async def _record_at(
    request: Request, caller: Caller, message_id: str, box: SeenBox
) -> MessageRecord:
    async with opened(head_of(request), box.id) as store:
        return await store.aread(lambda conn: _cancellable(conn, caller, message_id.lower()))


def _cancellable(conn: sqlite3.Connection, caller: Caller, message_id: str) -> MessageRecord:
    """Raises NotFound."""
    sight = sight_at(conn, caller)
    found = records.one(conn, sight, message_id)
    if not sight.groups.may_answer(found.conversation_id):
        raise NotFound("message")
    return found
