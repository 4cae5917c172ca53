"""Writing in a conversation: sending, cancelling, drafts."""

import asyncio
import dataclasses
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData

from appliance.api.form_files import kept_files, uploads_of
from appliance.api.uploads import ReceivedFile
from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.sending_time import Timed, Timing, timing_of
from appliance.api.web.pages.thread import opened_thread, whole_page
from appliance.api.web.pages.views import Choices
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Visit, go
from appliance.api.web.words import writing_sentences
from appliance.api.web.words.i18n import Words
from appliance.channels import Channel
from appliance.desk.access.rights import Rights
from appliance.desk.consent.near_stop import NearStopAnswer
from appliance.desk.inbox import thread
from appliance.desk.inbox.thread import conversation_of_message
from appliance.desk.intake import sign_off
from appliance.desk.outgoing import again, decisions, drafts, meanwhile, sending, ways
from appliance.desk.outgoing.decisions import Decision
from appliance.desk.outgoing.posting_in_groups import accept_post
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.identities import Identity
from appliance.phone_numbers import readable
from appliance.reasons import Reason
from appliance.store import lines
from appliance.store.media import add_upload
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

_LONGEST_NAME = 64
_OF_A_MEMBER: Mapping[str, Callable[[Words], tuple[str, str]]] = {
    Reason.OPTED_OUT: writing_sentences.stopped_group,
    Reason.BLOCKED: writing_sentences.blocked_group,
}


@routes.post("/c/{conversation_id}/messages")
async def send(
    visit: Posting,
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
    mine = visit.session.rights
    about = await visit.read(lambda conn: _writable(conn, mine, conversation_id))
    request = sending.SendRequest(
        line_id=about.line_id,
        identity=recipient_of(about, to),
        text=normal_newlines(text),
        author=sending.Author(staff_id=visit.staff_id),
        client_id=client_id or None,
        typed=True,
        quotes=quotes or None,
    )
    try:
        message_id = await visit.write(
            lambda tx, rights: _accept(tx, rights, request, conversation_id, timing, channel)
        )
    except (InvalidInput, Refused) as exc:
        note = _note(visit, exc, about, request.text)
        return await _refused(visit, choices, about.id, text, note, status_of(exc))
    visit.services.planned()
    if visit.partial:
        return Response(status_code=204, headers={"X-Message": message_id})
    return go(visit, f"/c/{conversation_id}")


@routes.post("/c/{conversation_id}/files")
async def send_file(
    visit: Posting, request: Request, conversation_id: str, choices: Choices
) -> Response:
    """A message with files. Nothing of the form is read before it is known who sends it."""
    mine = visit.session.rights
    about = await visit.read(lambda conn: _writable(conn, mine, conversation_id))
    async with request.form() as form:
        return await _send_form(visit, choices, about, form)


async def _send_form(
    visit: Visit, choices: Choices, about: thread.Conversation, form: FormData
) -> Response:
    asked = ("text", "to", "client_id", "channel")
    text, to, client_id, channel = (_field(form, name) for name in asked)
    told = ("not_before", "undo", "began", "anyway")
    timing = timing_of({name: _field(form, name) for name in told})
    message = sending.SendRequest(
        line_id=about.line_id,
        identity=recipient_of(about, to),
        text=normal_newlines(text),
        author=sending.Author(staff_id=visit.staff_id),
        client_id=client_id[:_LONGEST_NAME] or None,
        typed=True,
        quotes=_field(form, "quotes") or None,
    )
    try:
        received = await asyncio.to_thread(kept_files, form, visit.services.media_files)
        message_id = await visit.write(
            lambda tx, rights: _accept_files(
                tx, rights, message, about.id, received, timing, channel
            )
        )
    except (InvalidInput, Refused) as exc:
        note = _note(visit, exc, about, message.text)
        return await _refused(visit, choices, about.id, text, note, status_of(exc))
    visit.services.planned()
    if visit.partial:
        return Response(status_code=204, headers={"X-Message": message_id})
    return go(visit, f"/c/{about.id}")


@routes.post("/c/{conversation_id}/draft")
async def save_draft(
    visit: Posting,
    conversation_id: str,
    text: Annotated[str, Form()] = "",
    quotes: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    def work(tx: Tx, rights: Rights) -> None:
        _writable(tx.conn, rights, conversation_id)
        mine = {"staff_id": visit.staff_id, "conversation_id": conversation_id}
        drafts.save(tx, **mine, text=_storable(text), quotes=quotes or None)

    await visit.write(work)
    return Response(status_code=204)


@routes.post("/messages/{message_id}/cancel")
async def cancel(visit: Posting, message_id: str) -> Response:
    def work(tx: Tx, rights: Rights) -> str:
        conversation_id = conversation_of_message(tx.conn, rights, message_id)
        sending.cancel(tx, message_id, sending.Author(staff_id=visit.staff_id))
        return conversation_id

    conversation_id = await visit.write(work)
    visit.services.planned()
    if visit.partial:
        return Response(status_code=204)
    return go(visit, f"/c/{conversation_id}")


@routes.post("/messages/{message_id}/decide")
async def decide(
    visit: Posting, message_id: str, decision: Annotated[Decision, Form()]
) -> Response:
    def work(tx: Tx, rights: Rights) -> str:
        conversation_id = conversation_of_message(tx.conn, rights, message_id)
        decisions.decide(tx, message_id, decision, staff_id=visit.staff_id)
        return conversation_id

    conversation_id = await visit.write(work)
    visit.services.planned()
    if visit.partial:
        return Response(status_code=204)
    return go(visit, f"/c/{conversation_id}")


@routes.post("/messages/{message_id}/missing")
async def see_to(
    visit: Posting, message_id: str, do: Annotated[Literal["again", "seen"], Form()]
) -> Response:
    """What one does about a message that did not arrive."""

    def work(tx: Tx, rights: Rights) -> None:
        conversation_of_message(tx.conn, rights, message_id)
        settle = again.send_again if do == "again" else again.seen_to
        settle(tx, message_id, staff_id=visit.staff_id)

    await visit.write(work)
    visit.services.planned()
    if visit.partial:
        return Response(status_code=204)
    return go(visit, "/inbox/not-arrived")


@routes.post("/messages/{message_id}/near-stop")
async def decide_near_stop(
    visit: Posting, message_id: str, answer: Annotated[Literal["sign-off", "leave"], Form()]
) -> Response:
    mine = visit.session.rights
    conversation_id = await visit.read(lambda conn: conversation_of_message(conn, mine, message_id))
    services = visit.services
    work = partial(
        sign_off.decide,
        services.store,
        services.gate,
        message_id,
        NearStopAnswer(answer),
        staff_id=visit.staff_id,
        allowed=lambda tx: conversation_of_message(tx.conn, visit.rights_in(tx), message_id),
    )
    await services.at_gate(work)
    services.planned()
    if visit.partial:
        return Response(status_code=204)
    return go(visit, f"/c/{conversation_id}")


def normal_newlines(text: str) -> str:
    """Browsers send a form's line breaks as CR LF, although a person pressed one key."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _accept(
    tx: Tx,
    rights: Rights,
    request: sending.SendRequest,
    conversation_id: str,
    timing: Timing,
    channel: str,
) -> str:
    """The id of the message. The draft is deleted in the same transaction: the message is sent or
    the draft is kept. `channel` is the name of the one that was chosen.
    """
    about = _writable(tx.conn, rights, conversation_id)
    me = request.author.staff_id or ""
    if timing.began and not meanwhile.was_accepted(tx.conn, request.client_id or ""):
        meanwhile.check_alone(tx.conn, about.id, since_id=timing.began, staff_id=me)
    not_before_ms = timing.not_before_ms(tx.now_ms, about.zone)
    request = dataclasses.replace(request, not_before_ms=not_before_ms)
    if about.is_group:
        done = accept_post(tx, request)
    else:
        mine = about.line_id, about.to
        whom, over = ways.chosen(tx.conn, *mine, channel, to=request.identity)
        request = dataclasses.replace(
            request, identity=whom, channel=over, contact_id=about.contact_id
        )
        done = sending.accept(tx, request)
    if me:
        drafts.forget(tx, staff_id=me, conversation_id=conversation_id)
    return done.id


def _accept_files(
    tx: Tx,
    rights: Rights,
    message: sending.SendRequest,
    conversation_id: str,
    received: Sequence[ReceivedFile],
    timing: Timing,
    channel: str,
) -> str:
    branch_id = lines.line(tx.conn, message.line_id).branch_id
    uploads = uploads_of(received, staff_id=message.author.staff_id, branch_id=branch_id)
    message = dataclasses.replace(message, media=[add_upload(tx, each).id for each in uploads])
    return _accept(tx, rights, message, conversation_id, timing, channel)


def _field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _note(visit: Visit, exc: InvalidInput | Refused, about: thread.Conversation, text: str) -> Note:
    """Of a group it is somebody in it who asked to stop or is blocked."""
    note = note_of(visit.words, exc, line=readable(about.line_number), text=text)
    if not about.is_group or note.code not in _OF_A_MEMBER:
        return note
    sentence, remedy = _OF_A_MEMBER[note.code](visit.words)
    return dataclasses.replace(note, sentence=sentence, remedy=remedy)


async def _refused(
    visit: Visit, choices: Choices, conversation_id: str, text: str, note: Note, status: int
) -> Response:
    """Says at the composer why it was refused; the typed text stays."""
    if visit.partial:
        return HTMLResponse(visit.part("_note.html", note=note), status)
    opened, card = await opened_thread(visit, conversation_id)
    opened = dataclasses.replace(opened, draft=text, note=note)
    return await whole_page(visit, opened, card, choices, status)


def recipient_of(about: thread.Conversation, to: str) -> Identity:
    """The chosen one, else the first that can be written to."""
    writable = filter(Channel.any_writes_to, about.to)
    chosen = (each for each in about.to if each.value == to)
    return next(chosen, next(writable, about.to[0]))


def _writable(
    conn: sqlite3.Connection, rights: Rights, conversation_id: str
) -> thread.Conversation:
    """Raises NotFound also for a group of which nobody knows who is in it."""
    about = thread.conversation(conn, rights, conversation_id)
    if not about.may_write or not about.to:
        raise NotFound("conversation")
    return about


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def status_of(exc: InvalidInput | Refused) -> int:
    return 409 if isinstance(exc, Refused) else 422
