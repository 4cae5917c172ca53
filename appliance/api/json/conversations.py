"""`/conversations`: whose they are, whether they are done; and `/labels`."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from appliance.api.json import examples, team_examples, writes
from appliance.api.json.callers import WRITES_CONVERSATIONS, Caller
from appliance.api.json.declared import Many, Read, nobody
from appliance.api.json.documented import WRITE_PROBLEMS, answers
from appliance.api.json.mapping import body_of
from appliance.api.json.office_bodies import ConversationOut
from appliance.api.json.paging import Paged, page_of
from appliance.api.json.sending import IDEMPOTENCY_KEY, DirectRoute
from appliance.api.json.team_bodies import (
    ConversationPatchIn,
    LabelIn,
    LabelOut,
    LabelPatchIn,
    NoteIn,
    NoteOut,
)
from appliance.api.json.times import ms_of
from appliance.desk.access.accesses import Shown
from appliance.desk.access.sight import Sight
from appliance.desk.access.tokens import Scope
from appliance.desk.inbox import directory
from appliance.desk.inbox.directory import ConversationEntry, Page
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import cases, labels, notes
from appliance.desk.team.labels import Label
from appliance.desk.team.notes import TeamNote
from appliance.desk.team.staff import colleague_named
from appliance.errors import InvalidInput
from appliance.reasons import Reason
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfConversation:
    """A page of what belongs to one conversation."""

    conversation_id: str
    page: Page

    @property
    def limit(self) -> int:
        return self.page.limit


async def _of_conversation(conversation_id: str, paged: Paged) -> _OfConversation:
    return _OfConversation(conversation_id=conversation_id, page=paged)


def _notes(conn: sqlite3.Connection, sight: Sight, wanted: _OfConversation) -> Sequence[TeamNote]:
    found = directory.conversation(conn, sight, wanted.conversation_id)
    return notes.notes(conn, found.id, wanted.page)


def _shown_note(note: TeamNote) -> Shown:
    return Shown(contact_id=None, conversation_id=note.conversation_id)


READS: Sequence[Read[Any, Any]] = (
    Many(
        tag="conversations",
        path="/labels",
        scope=Scope.CONVERSATIONS_READ,
        name="listLabels",
        summary="The labels of conversations",
        description="By id.",
        asked=page_of,
        read=labels.listed,
        model=LabelOut,
        example=team_examples.LABEL,
        shown=nobody,
    ),
    Many(
        tag="conversations",
        path="/conversations/{conversation_id}/notes",
        scope=Scope.CONVERSATIONS_READ,
        name="listNotes",
        summary="What colleagues noted about a conversation",
        description="Oldest first. None of it was sent to anybody.",
        asked=_of_conversation,
        read=_notes,
        model=NoteOut,
        example=team_examples.NOTE,
        shown=_shown_note,
        problems=("not-found",),
    ),
)

router = APIRouter(prefix="/api/v1", tags=["conversations"], route_class=DirectRoute)

_SCOPE = Scope.CONVERSATIONS_WRITE
_CONVERSATION_ID = writes.path_id("conversation_id", examples.CONVERSATION["id"])
_LABEL_ID = writes.path_id("label_id", team_examples.LABEL["id"])


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
        ConversationOut, examples.CONVERSATION, *WRITE_PROBLEMS, description="As it is now."
    ),
)
async def change_conversation(request: Request) -> Response:
    """All of it or nothing. Each change is an event."""

    def work(tx: Tx, caller: Caller, wanted: ConversationPatchIn) -> dict[str, Any]:
        found = _answerable(tx.conn, caller, request)
        change(tx, found.id, wanted, Author(token_id=caller.token.id))
        return body_of(ConversationOut, directory.conversation(tx.conn, caller.sight, found.id))

    return await writes.changed(request, _SCOPE, ConversationPatchIn, work)


def change(tx: Tx, conversation_id: str, wanted: ConversationPatchIn, by: Author) -> None:
    """All of it or nothing; who calls has looked whether they may. Raises InvalidInput."""
    given = wanted.model_fields_set
    check_patch(wanted, is_done=cases.is_done(tx.conn, conversation_id))
    if "labels" in given:
        cases.put_labels(tx, conversation_id, wanted.labels, by)
    if "assignee" in given:
        named = wanted.assignee
        chosen = colleague_named(tx.conn, named, field="assignee") if named is not None else None
        cases.assign(tx, conversation_id, chosen, by)
    if "snoozed_until" in given:
        _put_away(tx, conversation_id, wanted, by)
    if "state" in given and wanted.state == "open":
        cases.reopen(tx, conversation_id, by)
    elif "state" in given or "closing_note" in given:
        cases.close(tx, conversation_id, by, note=wanted.closing_note)


def _put_away(tx: Tx, conversation_id: str, wanted: ConversationPatchIn, by: Author) -> None:
    until = wanted.snoozed_until
    if until is None:
        cases.bring_back(tx, conversation_id, by)
        return
    until_ms = None if isinstance(until, str) else ms_of(until)
    cases.put_away(tx, conversation_id, until_ms, by)


def check_patch(wanted: ConversationPatchIn, *, is_done: bool) -> None:
    """Raises InvalidInput for what contradicts itself, or how the conversation stands."""
    given = wanted.model_fields_set
    closes = "state" in given and wanted.state == "done"
    if closes and wanted.snoozed_until is not None:
        sentence = "A conversation is done or put away, not both: leave one of them out."
        raise InvalidInput("snoozed_until", sentence)
    stays_done = is_done and wanted.snoozed_until is None
    if "closing_note" in given and "state" not in given and not stays_done:
        raise InvalidInput("closing_note", "A closing note goes with “state”: “done”.")


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
        status=201,
        description="The note.",
    ),
)
async def add_note(request: Request) -> Response:
    """It is never sent to anybody."""

    def work(tx: Tx, caller: Caller, wanted: NoteIn) -> dict[str, Any]:
        found = _answerable(tx.conn, caller, request)
        files, me = [each.lower() for each in wanted.media], Author(token_id=caller.token.id)
        try:
            note_id = notes.write(tx, found.id, wanted.text, me, files)
        except InvalidInput as exc:
            field = "media" if exc.field == "media" else "text"
            raise InvalidInput(field, exc.sentence) from exc
        return body_of(NoteOut, notes.one(tx.conn, note_id))

    return await writes.made(request, _SCOPE, NoteIn, work)


@router.post(
    "/labels",
    dependencies=[WRITES_CONVERSATIONS],
    operation_id="addLabel",
    summary="Add a label",
    status_code=201,
    response_model=None,
    openapi_extra=writes.takes(LabelIn, team_examples.LABEL_IN, IDEMPOTENCY_KEY),
    responses=answers(
        LabelOut,
        team_examples.LABEL,
        *WRITE_PROBLEMS,
        Reason.NAME_TAKEN,
        Reason.IDEMPOTENCY_MISMATCH,
        status=201,
        description="The label.",
    ),
)
async def add_label(request: Request) -> Response:
    """A token of one branch makes a label of that branch."""

    def work(tx: Tx, caller: Caller, wanted: LabelIn) -> dict[str, Any]:
        label_id = labels.add(
            tx, wanted.name, branch_of(tx.conn, caller, wanted.branch), by=_me(caller)
        )
        return body_of(LabelOut, labels.one(tx.conn, caller.sight, label_id))

    return await writes.made(request, _SCOPE, LabelIn, work)


@router.patch(
    "/labels/{label_id}",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_CONVERSATIONS],
    operation_id="renameLabel",
    summary="Give a label another name",
    response_model=None,
    openapi_extra=writes.takes(LabelPatchIn, team_examples.LABEL_PATCH_IN, _LABEL_ID),
    responses=answers(
        LabelOut,
        team_examples.LABEL,
        *WRITE_PROBLEMS,
        Reason.NAME_TAKEN,
        description="As it is now.",
    ),
)
async def rename_label(request: Request) -> Response:
    """It stays on every conversation that has it."""

    def work(tx: Tx, caller: Caller, wanted: LabelPatchIn) -> dict[str, Any]:
        label = _own(tx.conn, caller, request)
        labels.rename(tx, label, wanted.name, by=_me(caller))
        return body_of(LabelOut, labels.one(tx.conn, caller.sight, label.id))

    return await writes.changed(request, _SCOPE, LabelPatchIn, work)


@router.delete(
    "/labels/{label_id}",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_CONVERSATIONS],
    operation_id="removeLabel",
    summary="Remove a label",
    status_code=204,
    response_model=None,
    openapi_extra={"parameters": [_LABEL_ID]},
    responses=writes.gone(*WRITE_PROBLEMS),
)
async def remove_label(request: Request) -> Response:
    """It goes from every conversation."""
    return await writes.removed(
        request,
        _SCOPE,
        lambda tx, caller: labels.remove(tx, _own(tx.conn, caller, request), by=_me(caller)),
    )


def _me(caller: Caller) -> Author:
    return Author(token_id=caller.token.id)


def branch_of(conn: sqlite3.Connection, caller: Caller, named: str | None) -> str | None:
    """The branch that something new is for; None is every branch. Raises NotFound."""
    if named is not None:
        return caller.sight.branch_id(conn, named)
    return caller.token.branch_id


def _answerable(conn: sqlite3.Connection, caller: Caller, request: Request) -> ConversationEntry:
    named = request.path_params["conversation_id"]
    return directory.answerable(conn, caller.sight, caller.token.id, named)


def _own(conn: sqlite3.Connection, caller: Caller, request: Request) -> Label:
    return labels.changeable(conn, caller.sight, request.path_params["label_id"])
