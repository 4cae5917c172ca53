"""`/messages`: find, look closely, cancel."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from appliance.api.json import examples
from appliance.api.json.bodies import (
    CancelledOut,
    MessageDetailOut,
    MessageOut,
    PageOut,
)
from appliance.api.json.callers import ReadsMessages, WritesMessages, revoked
from appliance.api.json.documented import READ_PROBLEMS, answers
from appliance.api.json.paging import DEFAULT_LIMIT, After, Limit, cursor, page
from appliance.api.json.times import iso, iso_or_none
from appliance.desk.access import tokens
from appliance.desk.inbox import records
from appliance.desk.inbox.records import Attempt, Detail, Record, Search
from appliance.desk.inbox.tries import Part
from appliance.desk.outgoing import sending
from appliance.events import Event
from appliance.messages import Direction, MessageState
from appliance.reasons import Reason
from appliance.store.store import Tx

router = APIRouter(prefix="/api/v1", tags=["messages"])


@router.get(
    "/messages",
    operation_id="listMessages",
    summary="Find messages",
    response_model=None,
    responses=answers(
        PageOut[MessageOut],
        {"items": [examples.MESSAGE], "next": None},
        *READ_PROBLEMS,
        "not-found",
        description="In the order in which Balie came to know them.",
    ),
)
async def list_messages(
    caller: ReadsMessages,
    direction: Annotated[Direction | None, Query(description="In or out.")] = None,
    line: Annotated[str | None, Query(description="Id or number of a line.")] = None,
    contact: Annotated[str | None, Query(description="Id or number of a contact.")] = None,
    state: Annotated[MessageState | None, Query(description="The state they are in.")] = None,
    order: Annotated[
        examples.Order, Query(description="`oldest` first, or `newest` first.")
    ] = "oldest",
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> JSONResponse:
    wanted_after = cursor(after)
    found = await caller.services.store.aread(
        lambda conn: records.search(
            conn,
            caller.sight,
            Search(
                direction=direction,
                state=state,
                line_id=caller.sight.line(conn, line).id if line is not None else None,
                contact_id=(
                    caller.sight.contact(conn, contact).id if contact is not None else None
                ),
                after=wanted_after,
                newest_first=order == "newest",
                limit=limit + 1,
            ),
        )
    )
    return page(found, limit, message_body)


@router.get(
    "/messages/{message_id}",
    operation_id="getMessage",
    summary="One message with its history and evidence",
    response_model=None,
    responses=answers(
        MessageDetailOut,
        examples.MESSAGE_DETAIL,
        *READ_PROBLEMS,
        "not-found",
        description="The message, every change of it, and what proves its state.",
    ),
)
async def get_message(caller: ReadsMessages, message_id: str) -> JSONResponse:
    found = await caller.services.store.aread(
        lambda conn: records.detail(conn, caller.sight, message_id)
    )
    return JSONResponse(_detail_body(found))


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
        if not tokens.is_valid(tx.conn, caller.token.id):
            raise revoked()
        found = records.detail(tx.conn, caller.sight, message_id).record
        if found.state != MessageState.CANCELLED.value:
            sending.cancel(tx, found.id, sending.Author(token_id=caller.token.id))
        return found.id

    cancelled_id = await caller.services.store.awrite(cancel)
    caller.services.planned()
    return JSONResponse({"id": cancelled_id, "state": MessageState.CANCELLED.value})


def message_body(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "direction": record.direction,
        "line": record.line_id,
        "line_number": record.line_number,
        "conversation": record.conversation_id,
        "group": record.group_id,
        "contact": {"id": record.contact_id, "number": record.number, "name": record.name},
        "channel": record.channel,
        "text": record.text,
        "origin": record.origin,
        "media": None,
        "state": record.state,
        "reason": record.reason or None,
        "kind": record.kind,
        "author": record.author,
        "expected_at": iso_or_none(record.expected_ms),
        "not_before": iso_or_none(record.not_before_ms),
        "expires_at": iso_or_none(record.expires_ms),
        "created_at": iso(record.created_ms),
        "happened_at": iso(record.happened_ms),
        "written_at": iso_or_none(record.written_ms),
        "sent_at": iso_or_none(record.sent_ms),
        "delivered_at": iso_or_none(record.delivered_ms),
        "read_at": iso_or_none(record.read_ms),
        **{mark: True for mark in ("awaited", "edited", "deleted") if getattr(record, mark)},
    }


def _detail_body(found: Detail) -> dict[str, Any]:
    return {
        **message_body(found.record),
        **({"earlier": list(found.earlier)} if found.earlier else {}),
        "history": [_change(event) for event in found.history],
        "evidence": [_try(attempt) for attempt in found.attempts],
    }


def _change(event: Event) -> dict[str, Any]:
    facts: Mapping[str, Any] = event.facts
    return {"seq": event.seq, "at": iso(event.at_ms), "kind": event.kind.value, "facts": facts}


def _try(attempt: Attempt) -> dict[str, Any]:
    return {
        "attempt": attempt.id,
        "device": attempt.device_id,
        "channel": attempt.channel,
        "started_at": iso(attempt.started_ms),
        "tapped_at": iso_or_none(attempt.tapped_ms),
        "ended_at": iso_or_none(attempt.ended_ms),
        "outcome": attempt.outcome,
        "signature": attempt.signature,
        "parts": [_part(part) for part in attempt.parts],
        "seen": attempt.evidence,
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "part": part.number,
        "state": part.state,
        "report": part.report,
        "reported_at": iso_or_none(part.report_ms),
    }
