"""`/messages`: find messages, read one in detail, cancel one."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from appliance.api.json import examples
from appliance.api.json.bodies import CancelledOut, MessageDetailOut, MessageOut
from appliance.api.json.callers import WritesMessages, check_still_valid
from appliance.api.json.declared import Many, One
from appliance.api.json.documented import READ_PROBLEMS, answers
from appliance.api.json.paging import DEFAULT_LIMIT, After, Limit, cursor
from appliance.api.late_route import LateRoute
from appliance.desk.access import group_limits
from appliance.desk.access.accesses import Shown
from appliance.desk.access.sight import Sight
from appliance.desk.access.tokens import Scope
from appliance.desk.inbox import records
from appliance.desk.inbox.message_search import MessageFilter
from appliance.desk.inbox.records import MessageRecord
from appliance.desk.outgoing import sending
from appliance.errors import NotFound
from appliance.messages import Direction, MessageState
from appliance.reasons import Reason
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """`line` and `contact` as the caller names them; the caller may have no right to see them.
    `search` is the rest.
    """

    search: MessageFilter
    line: str | None
    contact: str | None

    @property
    def limit(self) -> int:
        return self.search.limit


async def _found_by(
    direction: Annotated[Direction | None, Query(description="In or out.")] = None,
    line: Annotated[str | None, Query(description="Id or number of a line.")] = None,
    contact: Annotated[str | None, Query(description="Id or number of a contact.")] = None,
    state: Annotated[MessageState | None, Query(description="The state they are in.")] = None,
    order: Annotated[
        examples.Order, Query(description="`oldest` first, or `newest` first.")
    ] = "oldest",
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> _Found:
    search = MessageFilter(
        direction=direction,
        state=state,
        after=cursor(after),
        newest_first=order == "newest",
        limit=limit + 1,
    )
    return _Found(search=search, line=line, contact=contact)


async def _message_id(message_id: str) -> str:
    return message_id


def _search(conn: sqlite3.Connection, sight: Sight, wanted: _Found) -> Sequence[MessageRecord]:
    line, contact = wanted.line, wanted.contact
    search = replace(
        wanted.search,
        line_id=sight.line(conn, line).id if line is not None else None,
        contact_id=sight.contact(conn, contact).id if contact is not None else None,
    )
    return records.search(conn, sight, search)


def shown_message(record: MessageRecord) -> Shown:
    return Shown(contact_id=record.contact_id, conversation_id=record.conversation_id)


READS = (
    Many(
        tag="messages",
        path="/messages",
        scope=Scope.MESSAGES_READ,
        name="listMessages",
        summary="Find messages",
        description="In the order in which Balie came to know them.",
        asked=_found_by,
        read=_search,
        model=MessageOut,
        example=examples.MESSAGE,
        shown=shown_message,
        problems=("not-found",),
    ),
    One(
        tag="messages",
        path="/messages/{message_id}",
        scope=Scope.MESSAGES_READ,
        name="getMessage",
        summary="One message with its history and evidence",
        description="The message, every change of it, and what proves its state.",
        asked=_message_id,
        read=records.detail,
        model=MessageDetailOut,
        example=examples.MESSAGE_DETAIL,
        shown=shown_message,
        problems=("not-found",),
    ),
)

router = APIRouter(prefix="/api/v1", tags=["messages"], route_class=LateRoute)


@router.delete(
    "/messages/{message_id}",
    operation_id="cancelMessage",
    summary="Cancel a message that has not left",
    response_model=None,
    responses=answers(
        CancelledOut,
        examples.CANCELLED,
        *READ_PROBLEMS,
        "not-found",
        Reason.CANNOT_CANCEL,
        description="It is cancelled; a second time changes nothing. What it says is not told.",
    ),
)
async def cancel_message(caller: WritesMessages, message_id: str) -> JSONResponse:
    def cancel(tx: Tx) -> str:
        check_still_valid(tx, caller)
        found = records.detail(tx.conn, caller.sight, message_id)
        if not group_limits.of_token(tx.conn, caller.token.id).may_answer(found.conversation_id):
            raise NotFound("message")
        sending.cancel(tx, found.id, sending.Author(token_id=caller.token.id))
        return found.id

    cancelled_id = await caller.services.store.awrite(cancel)
    caller.services.planned()
    return JSONResponse({"id": cancelled_id, "state": MessageState.CANCELLED.value})
