"""What programs do with a conversation at the office: commands, which its box decides."""

import sqlite3
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from appliance.api import problems
from appliance.api.json import examples, idempotency, posting, team_examples, writes
from appliance.api.json.callers import (
    WRITES_CONVERSATIONS,
    Caller,
    caller_of,
    check_still_valid,
)
from appliance.api.json.conversations import check_patch
from appliance.api.json.documented import WRITE_PROBLEMS, answers
from appliance.api.json.mapping import body_of
from appliance.api.json.office_bodies import ConversationOut
from appliance.api.json.sending import IDEMPOTENCY_KEY, DirectRoute
from appliance.api.json.team_bodies import ConversationPatchIn, NoteIn, NoteOut
from appliance.api.json.times import iso, ms_of
from appliance.desk.access.tokens import Scope
from appliance.desk.inbox import directory
from appliance.desk.inbox.directory import ConversationEntry
from appliance.desk.team import cases, labels
from appliance.desk.team.staff import colleague_named, member_of
from appliance.errors import InvalidInput
from appliance.office import wishes
from appliance.office.api.asking import FoundAt, of_one
from appliance.office.api.claims import OfficeConversationOut, claimed
from appliance.office.api.decisions import decision
from appliance.office.api.elsewhere import at_the_box
from appliance.office.api.fetched import whole
from appliance.office.api.seen_boxes import SeenBox, asker_of, opened
from appliance.office.api.sights import sight_at
from appliance.office.head.callers import head_of
from appliance.office.link import CommandKind, CommandOutcome, OfficeCommand
from appliance.office.tables import commands
from appliance.reasons import Reason
from appliance.store import casework
from appliance.store.store import Store, Tx

_CONVERSATION_ID = writes.path_id("conversation_id", examples.CONVERSATION["id"])
_SCOPE = Scope.CONVERSATIONS_WRITE.value

router = APIRouter(prefix="/api/v1", tags=["conversations"], route_class=DirectRoute)


@router.patch(
    "/conversations/{conversation_id}",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_CONVERSATIONS],
    operation_id="changeConversation",
    summary="Say whose a conversation is, and whether it is done",
    response_model=None,
    openapi_extra=writes.takes(
        ConversationPatchIn, team_examples.CONVERSATION_PATCH_IN, _CONVERSATION_ID
    ),
    responses=answers(
        OfficeConversationOut,
        {**examples.CONVERSATION, "claim_asked": None},
        *WRITE_PROBLEMS,
        description="As it is now, with what was asked: its box decides.",
    ),
)
async def change_conversation(request: Request) -> Response:
    """All of it or nothing, as its box decides: the answer waits a moment for that. Of a box that
    is cut off or slow it is what was; who is to have it shows as `claim_asked` until it decides.
    """
    caller = await caller_of(request, _SCOPE)
    wanted = posting.read_body(ConversationPatchIn, await request.body())
    at = await _answerable(request, caller)
    body = await _asked(request, caller, at, wanted)

    def ask(tx: Tx) -> OfficeCommand:
        check_still_valid(tx, caller)
        return commands.give(tx, at.box.id, CommandKind.CASE, body, asker_of(caller))

    asked = await caller.services.store.awrite(ask)
    given = await decision(caller, at.box.id, asked)
    if given is not None:
        if given.outcome == CommandOutcome.REFUSED:
            raise problems.ProblemError(problems.problem(given.why or "refused"))
        at = await _answerable(request, caller)
    shown, headers = await whole(request, caller, at.box, body_of(ConversationOut, at.found))
    return JSONResponse(await claimed(caller, shown), headers=dict(headers))


async def _answerable(request: Request, caller: Caller) -> FoundAt[ConversationEntry]:
    """Raises NotFound."""
    named = request.path_params["conversation_id"]

    async def look(box: SeenBox) -> ConversationEntry:
        async with opened(head_of(request), box.id) as store:
            return await store.aread(
                lambda conn: directory.answerable(
                    conn, sight_at(conn, caller), caller.token.id, named
                )
            )

    return await of_one(request, caller, look, what="conversation")


async def _asked(
    request: Request,
    caller: Caller,
    at: FoundAt[ConversationEntry],
    wanted: ConversationPatchIn,
) -> dict[str, Any]:
    """The body of the command. Raises InvalidInput for what the box would refuse, as far as its
    replica tells.
    """
    given = wanted.model_fields_set
    asked: dict[str, Any] = {"conversation": at.found.id}
    async with opened(head_of(request), at.box.id) as replica:
        await replica.aread(lambda conn: _check(conn, at.found.id, wanted))
        if "assignee" in given:
            asked |= await _assignee(caller.services.store, replica, wanted.assignee)
    if "snoozed_until" in given:
        asked["snoozed_until"] = _until(wanted, caller.services.clock.now_ms())
    for name in ("state", "labels", "closing_note"):
        if name in given:
            asked[name] = getattr(wanted, name)
    return asked


def _check(conn: sqlite3.Connection, conversation_id: str, wanted: ConversationPatchIn) -> None:
    case = casework.of(conn, conversation_id)
    check_patch(wanted, is_done=case.is_done)
    if "labels" in wanted.model_fields_set:
        labels.named(conn, case.branch_id, wanted.labels)


async def _assignee(office: Store, replica: Store, named: str | None) -> dict[str, str | None]:
    """A colleague of the office, or one whom only the box knows. Raises InvalidInput."""
    if named is None:
        return {"assignee": None}

    def look(conn: sqlite3.Connection) -> dict[str, str | None]:
        staff_id = colleague_named(conn, named, field="assignee")
        found = member_of(conn, staff_id)
        return {"assignee": staff_id, "assignee_name": found.name if found else ""}

    try:
        return await office.aread(look)
    except InvalidInput:
        return await replica.aread(look)


def _until(wanted: ConversationPatchIn, now_ms: int) -> str | None:
    until = wanted.snoozed_until
    if until is None or isinstance(until, str):
        return until
    until_ms = ms_of(until)
    cases.check_until(until_ms, now_ms)
    return iso(until_ms)


@router.post(
    "/conversations/{conversation_id}/notes",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_CONVERSATIONS],
    operation_id="addNote",
    summary="Note something for colleagues",
    status_code=201,
    response_model=None,
    openapi_extra=writes.takes(NoteIn, team_examples.NOTE_IN, _CONVERSATION_ID, IDEMPOTENCY_KEY),
    responses=answers(
        NoteOut,
        team_examples.NOTE,
        *WRITE_PROBLEMS,
        Reason.IDEMPOTENCY_MISMATCH,
        "at-the-box",
        status=201,
        description="The note; its box is told of it.",
    ),
)
async def add_note(request: Request) -> Response:
    """It is never sent to anybody."""
    caller = await caller_of(request, _SCOPE)
    wanted = posting.read_body(NoteIn, await request.body())
    key = idempotency.checked(request.headers.get("idempotency-key"))
    at = await _answerable(request, caller)
    if wanted.media:
        raise at_the_box([at.box], "A note with files is written")
    wishes.check_note(wanted.text, field="text")

    def ask(tx: Tx) -> dict[str, Any]:
        return {
            "id": wishes.note(tx, at.box.id, at.found.id, wanted.text, asker_of(caller)),
            "conversation": at.found.id,
            "text": wanted.text,
            "author": caller.token.name,
            "mentions": [],
            "media": [],
            "created_at": iso(tx.now_ms),
        }

    def write(tx: Tx) -> idempotency.StoredResponse:
        check_still_valid(tx, caller)
        body = f"{request.url.path}\n{wanted.model_dump_json()}".encode()
        return idempotency.once(tx, caller.token.id, key, body, ask, status=writes.CREATED)

    return (await caller.services.store.awrite(write)).sent()
