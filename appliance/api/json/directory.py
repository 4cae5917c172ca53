"""`/lines`, `/contacts`, `/conversations`, `/groups`, `/calls`, `/devices`: what there is."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from appliance.api.json import examples
from appliance.api.json.bodies import (
    CallOut,
    ContactOut,
    ConversationOut,
    DeviceOut,
    GroupOut,
    LineOut,
    MessageOut,
    PageOut,
)
from appliance.api.json.callers import ReadsContacts, ReadsDevices, ReadsLines, ReadsMessages
from appliance.api.json.documented import READ_PROBLEMS, answers
from appliance.api.json.messages import message_body
from appliance.api.json.paging import Paged, page
from appliance.api.json.times import iso, iso_or_none
from appliance.desk.inbox import directory, records
from appliance.desk.inbox.directory import (
    CallEntry,
    ContactEntry,
    ConversationEntry,
    DeviceEntry,
    GroupEntry,
    LineEntry,
)
from appliance.desk.inbox.records import Search

router = APIRouter(prefix="/api/v1", tags=["directory"])


def _listed(example: Mapping[str, Any]) -> dict[str, Any]:
    return {"items": [example], "next": None}


@router.get(
    "/lines",
    operation_id="listLines",
    summary="The numbers to send from",
    response_model=None,
    responses=answers(
        PageOut[LineOut], _listed(examples.LINE), *READ_PROBLEMS, description="By id."
    ),
)
async def list_lines(caller: ReadsLines, paged: Paged) -> JSONResponse:
    found = await caller.services.store.aread(
        lambda conn: directory.lines(conn, caller.sight, paged)
    )
    return page(found, paged.limit - 1, _line)


@router.get(
    "/contacts",
    operation_id="listContacts",
    summary="The people",
    response_model=None,
    responses=answers(
        PageOut[ContactOut], _listed(examples.CONTACT), *READ_PROBLEMS, description="By id."
    ),
)
async def list_contacts(caller: ReadsContacts, paged: Paged) -> JSONResponse:
    found = await caller.services.store.aread(
        lambda conn: directory.contacts(conn, caller.sight, paged)
    )
    return page(found, paged.limit - 1, _contact)


@router.get(
    "/contacts/{contact}",
    operation_id="getContact",
    summary="One person, by id or number",
    response_model=None,
    responses=answers(
        ContactOut, examples.CONTACT, *READ_PROBLEMS, "not-found", description="The contact."
    ),
)
async def get_contact(caller: ReadsContacts, contact: str) -> JSONResponse:
    found = await caller.services.store.aread(
        lambda conn: directory.contact(conn, caller.sight, contact)
    )
    return JSONResponse(_contact(found))


@router.get(
    "/conversations",
    operation_id="listConversations",
    summary="The conversations",
    response_model=None,
    responses=answers(
        PageOut[ConversationOut],
        _listed(examples.CONVERSATION),
        *READ_PROBLEMS,
        "not-found",
        description="By id.",
    ),
)
async def list_conversations(
    caller: ReadsMessages,
    paged: Paged,
    line: Annotated[str | None, Query(description="Id or number of a line.")] = None,
    contact: Annotated[str | None, Query(description="Id or number of a contact.")] = None,
) -> JSONResponse:
    sight = caller.sight
    found = await caller.services.store.aread(
        lambda conn: directory.conversations(
            conn,
            sight,
            paged,
            line_id=sight.line(conn, line).id if line is not None else None,
            contact_id=sight.contact(conn, contact).id if contact is not None else None,
        )
    )
    return page(found, paged.limit - 1, _conversation)


@router.get(
    "/conversations/{conversation_id}",
    operation_id="getConversation",
    summary="One conversation",
    response_model=None,
    responses=answers(
        ConversationOut,
        examples.CONVERSATION,
        *READ_PROBLEMS,
        "not-found",
        description="The conversation.",
    ),
)
async def get_conversation(caller: ReadsMessages, conversation_id: str) -> JSONResponse:
    found = await caller.services.store.aread(
        lambda conn: directory.conversation(conn, caller.sight, conversation_id)
    )
    return JSONResponse(_conversation(found))


@router.get(
    "/conversations/{conversation_id}/messages",
    operation_id="listConversationMessages",
    summary="The messages of one conversation",
    response_model=None,
    responses=answers(
        PageOut[MessageOut],
        _listed(examples.MESSAGE),
        *READ_PROBLEMS,
        "not-found",
        description="In the order in which Balie came to know them.",
    ),
)
async def list_conversation_messages(
    caller: ReadsMessages,
    conversation_id: str,
    paged: Paged,
    order: Annotated[
        examples.Order, Query(description="`oldest` first, or `newest` first.")
    ] = "oldest",
) -> JSONResponse:
    found = await caller.services.store.aread(
        lambda conn: records.search(
            conn,
            caller.sight,
            Search(
                conversation_id=directory.conversation(conn, caller.sight, conversation_id).id,
                after=paged.after or None,
                newest_first=order == "newest",
                limit=paged.limit,
            ),
        )
    )
    return page(found, paged.limit - 1, message_body)


@router.get(
    "/groups",
    operation_id="listGroups",
    summary="The WhatsApp groups that the lines are in",
    response_model=None,
    responses=answers(
        PageOut[GroupOut], _listed(examples.GROUP), *READ_PROBLEMS, description="By id."
    ),
)
async def list_groups(caller: ReadsContacts, paged: Paged) -> JSONResponse:
    found = await caller.services.store.aread(
        lambda conn: directory.groups(conn, caller.sight, paged)
    )
    return page(found, paged.limit - 1, _group)


@router.get(
    "/calls",
    operation_id="listCalls",
    summary="The calls that nobody took",
    response_model=None,
    responses=answers(
        PageOut[CallOut], _listed(examples.CALL), *READ_PROBLEMS, description="Oldest first."
    ),
)
async def list_calls(caller: ReadsMessages, paged: Paged) -> JSONResponse:
    found = await caller.services.store.aread(
        lambda conn: directory.calls(conn, caller.sight, paged)
    )
    return page(found, paged.limit - 1, _call)


@router.get(
    "/devices",
    operation_id="listDevices",
    summary="The phones and modems and how they are",
    response_model=None,
    responses=answers(
        PageOut[DeviceOut], _listed(examples.DEVICE), *READ_PROBLEMS, description="By id."
    ),
)
async def list_devices(caller: ReadsDevices, paged: Paged) -> JSONResponse:
    found = await caller.services.store.aread(
        lambda conn: directory.devices(conn, caller.sight, paged)
    )
    return page(found, paged.limit - 1, _device)


def _line(entry: LineEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "number": entry.number,
        "branch": {"id": entry.branch_id, "name": entry.branch},
        "stopped": entry.stopped,
        "ready": entry.ready,
        "routes": entry.routes,
        "fallback": {
            "after_min": entry.fallback_after_min,
            "kinds": entry.fallback_classes,
        },
        "waiting": entry.waiting,
    }


def _contact(entry: ContactEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "name": entry.office_name or entry.chosen_name,
        "chosen_name": entry.chosen_name,
        "office_name": entry.office_name,
        "personnel_number": entry.personnel_number,
        "numbers": entry.numbers,
        "created_at": iso(entry.created_ms),
    }


def _conversation(entry: ConversationEntry) -> dict[str, Any]:
    contact = {"id": entry.contact_id, "number": entry.number, "name": entry.name}
    return {
        "id": entry.id,
        "line": entry.line_id,
        "contact": contact if entry.contact_id else None,
        "group": entry.group_id,
        "name": entry.name,
        "last_message": entry.last_message_id,
        "last_at": iso_or_none(entry.last_ms or None),
        "last_in_at": iso_or_none(entry.last_in_ms),
        "created_at": iso(entry.created_ms),
    }


def _group(entry: GroupEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "line": entry.line_id,
        "name": entry.name,
        "created_at": iso(entry.created_ms),
    }


def _call(entry: CallEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "line": entry.line_id,
        "number": entry.number,
        "contact": entry.contact_id,
        "at": iso(entry.at_ms),
    }


def _device(entry: DeviceEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "kind": entry.kind,
        "state": entry.state,
        "reason": entry.reason,
        "channels": entry.channels,
        "sim_number": entry.sim_number,
        "imei": entry.imei,
        "balance": _balance(entry),
        "facts": entry.facts,
        "lines": entry.lines,
        "changed_at": iso(entry.changed_ms),
    }


def _balance(entry: DeviceEntry) -> dict[str, Any] | None:
    if entry.balance_cents is None:
        return None
    return {"cents": entry.balance_cents, "at": iso_or_none(entry.balance_ms)}
