"""Writing at head office: what is sent, noted and decided goes to the box of the conversation."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from appliance.api.json.times import iso
from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.case import Do, Done, Wished
from appliance.api.web.pages.compose import normal_newlines, status_of
from appliance.api.web.pages.sending_time import Timed
from appliance.api.web.pages.views import Choices
from appliance.api.web.refusal import note_of
from appliance.api.web.visit import Posting, go
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.inbox import marks
from appliance.desk.inbox.thread import Conversation
from appliance.desk.outgoing import meanwhile
from appliance.desk.team import cases, later, notes
from appliance.desk.team.later import Until
from appliance.desk.team.shown_case import ShownCase, shown_case
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.messages import clean_text
from appliance.office import wishes
from appliance.office.link import CommandKind
from appliance.office.tables import commands, office_drafts
from appliance.office.tables.office_drafts import DraftKind
from appliance.office.web.places import Asking, AtBox, place_of
from appliance.office.web.thread_page import case_shown, refused
from appliance.phone_numbers import readable
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

_MARK = "~"
"""Begins what stands for a number that only its box has."""


@routes.post("/c/{conversation_id}/messages")
async def send(
    at: Asking,
    request: Request,
    conversation_id: str,
    *,
    choices: Choices,
    timing: Timed,
    text: Annotated[str, Form()] = "",
    to: Annotated[str, Form(max_length=200)] = "",
    client_id: Annotated[str, Form(max_length=64)] = "",
    quotes: Annotated[str, Form(max_length=40)] = "",
    channel: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """The box decides whether and when it leaves."""
    about, visit = _writable(at), at.visit
    typed = normal_newlines(text)
    try:
        said = clean_text(typed)
        if timing.began:
            await visit.read(
                lambda conn: meanwhile.check_alone(
                    conn, about.id, since_id=timing.began, staff_id=visit.staff_id
                )
            )
        whom = {"conversation": about.id}
        if to and not to.startswith(_MARK):
            whom["to"] = to
        wish = wishes.MessageWish(
            line_id=about.line_id,
            whom=whom,
            text=said,
            channel=None if channel in ("", "auto") else channel,
            not_before_ms=timing.not_before_ms(visit.now_ms, about.zone),
            quotes=quotes or None,
            client_id=client_id or None,
        )
        message_id = await visit.write(lambda tx, rights: _send(tx, rights, at, about, wish))
    except (InvalidInput, Refused) as exc:
        note = note_of(visit.words, exc, line=readable(about.line_number), text=typed)
        if visit.partial:
            return HTMLResponse(visit.part("_note.html", note=note), status_of(exc))
        return await refused(request, at, choices, note, typed, status_of(exc))
    if visit.partial:
        return Response(status_code=204, headers={"X-Message": message_id})
    return go(visit, f"/c/{conversation_id}")


def _send(tx: Tx, rights: Rights, at: AtBox, about: Conversation, wish: wishes.MessageWish) -> str:
    """The draft goes in the same transaction: the message is asked for, or the draft is kept."""
    _check(rights, about)
    mine = at.visit.staff_id
    name = wishes.named(mine, wish.client_id) if wish.client_id else None
    office_drafts.forget(tx, mine, about.id, DraftKind.REPLY)
    return wishes.message(tx, at.box.id, wish, at.by, command_id=name)


@routes.post("/c/{conversation_id}/draft")  # noqa: FAST003 -- `at` takes it
async def save_draft(at: Asking, text: Annotated[str, Form()] = "") -> Response:
    return await _save(at, DraftKind.REPLY, text)


@routes.post("/c/{conversation_id}/note-draft")  # noqa: FAST003 -- `at` takes it
async def save_note_draft(at: Asking, text: Annotated[str, Form()] = "") -> Response:
    return await _save(at, DraftKind.NOTE, text)


async def _save(at: AtBox, kind: DraftKind, text: str) -> Response:
    about = _writable(at)
    said = text.encode("utf-8", "replace").decode()

    def work(tx: Tx, rights: Rights) -> None:
        _check(rights, about)
        office_drafts.save(tx, at.visit.staff_id, about.id, kind, said)

    await at.visit.write(work)
    return Response(status_code=204)


@routes.post("/c/{conversation_id}/notes")
async def add_note(
    at: Asking,
    conversation_id: str,
    text: Annotated[str, Form()] = "",
    client_id: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    about = _writable(at)
    said, mine = normal_newlines(text), at.visit.staff_id
    wishes.check_note(said, field="note")
    name = wishes.named("note", mine, client_id, said) if client_id else None

    def work(tx: Tx, rights: Rights) -> None:
        _check(rights, about)
        wishes.note(tx, at.box.id, about.id, said, at.by, command_id=name)
        office_drafts.forget(tx, mine, about.id, DraftKind.NOTE)

    await at.visit.write(work)
    return _done(at, conversation_id)


@routes.post("/c/{conversation_id}/case")
async def change_case(at: Asking, conversation_id: str, done: Wished) -> Response:
    """Shows as asked until the box has decided."""
    about, visit = _writable(at), at.visit
    case = await visit.read(lambda conn: shown_case(conn, about.id))
    wanted = _wish(at, about, case, done)

    def work(tx: Tx, rights: Rights) -> None:
        _check(rights, about)
        body = {"conversation": about.id, **wanted}
        commands.give(tx, at.box.id, CommandKind.CASE, body, at.by)

    await visit.write(work)
    if visit.partial:
        return await case_shown(at, conversation_id)
    return go(visit, f"/c/{conversation_id}")


def _wish(at: AtBox, about: Conversation, case: ShownCase, done: Done) -> dict[str, object]:
    """As a box takes it. Raises InvalidInput, and NotFound for whom it would not give it to."""
    at_once: Mapping[Do, dict[str, object]] = {
        Do.CLAIM: {"assignee": at.visit.staff_id, "assignee_name": at.visit.session.name},
        Do.RELEASE: {"assignee": None},
        Do.REOPEN: {"state": "open"},
        Do.BACK: {"snoozed_until": None},
    }
    if done.do in at_once:
        return at_once[done.do]
    if done.do is Do.HAND_OVER:
        return _handed(case, done.to)
    if done.do is Do.DONE:
        return {"state": "done", **({"closing_note": done.note} if done.note else {})}
    if done.do is Do.LATER:
        return {"snoozed_until": _until(at, about, done)}
    return {"labels": [each.name for each in case.known if each.id in done.label]}


def _handed(case: ShownCase, to: str) -> dict[str, object]:
    if not to:
        return {"assignee": None}
    for each in case.colleagues:
        if each.id == to:
            return {"assignee": each.id, "assignee_name": each.name}
    raise NotFound("member of staff")


def _until(at: AtBox, about: Conversation, done: Done) -> str:
    now_ms = at.visit.now_ms
    until_ms = later.time_of(done.until, now_ms=now_ms, zone=about.zone, at=done.at)
    if until_ms is None:
        return Until.REPLY.value
    cases.check_until(until_ms, now_ms)
    return iso(until_ms)


@routes.post("/c/{conversation_id}/read")
async def mark_read(
    at: Asking, conversation_id: str, message: Annotated[str, Form(max_length=40)]
) -> Response:
    """Asked once for each message, and only where something is unread."""
    mine = {"staff_id": at.visit.staff_id, "conversation_id": at.about.id}
    if await at.visit.read(lambda conn: marks.first_unread(conn, **mine)) is not None:
        await _ask_read(at, {"conversation": conversation_id, "message": message})
    return Response(status_code=204)


@routes.post("/c/{conversation_id}/notes/seen")
async def see_notes(at: Asking, conversation_id: str) -> Response:
    """Asked once for each note that names them."""
    staff_id = at.visit.staff_id
    note = await at.visit.read(lambda conn: notes.unseen(conn, at.about.id, staff_id))
    if note is not None:
        await _ask_read(at, {"conversation": conversation_id, "note": note})
    return Response(status_code=204)


async def _ask_read(at: AtBox, body: Mapping[str, str]) -> None:
    name = wishes.named("read", at.visit.staff_id, *body.values())

    def work(tx: Tx, _: Rights) -> None:
        commands.give(tx, at.box.id, CommandKind.READ, body, at.by, command_id=name)

    await at.visit.write(work)


@routes.post("/messages/{message_id}/cancel")
async def cancel(visit: Posting, message_id: str) -> Response:
    given = await visit.services.store.aread(lambda conn: commands.of_message(conn, message_id))
    named = None if given is None else given.command.body.get("conversation")
    if named is None:
        raise NotFound("message")
    at = await place_of(visit, named)
    about = _writable(at)
    body = {"message": message_id, "conversation": about.id}

    def work(tx: Tx, rights: Rights) -> None:
        _check(rights, about)
        name = wishes.named("cancel", message_id)
        commands.give(tx, at.box.id, CommandKind.CANCEL, body, at.by, command_id=name)

    await visit.write(work)
    return _done(at, about.id)


def _writable(at: AtBox) -> Conversation:
    """Raises NotFound."""
    if not at.about.may_write or not at.about.to:
        raise NotFound("conversation")
    return at.about


def _check(rights: Rights, about: Conversation) -> None:
    """In the transaction: they may have fewer rights by then. Raises NotFound."""
    rights.require(Permission.INBOX_WRITE, about.branch_id, "conversation")


def _done(at: AtBox, conversation_id: str) -> Response:
    if at.visit.partial:
        return Response(status_code=204)
    return go(at.visit, f"/c/{conversation_id}")
