"""Notes for colleagues in the thread. Nothing here can send."""

import asyncio
import sqlite3
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from appliance.api.form_files import kept_files, uploads_of
from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.compose import normal_newlines
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.rights import Rights
from appliance.desk.inbox import thread
from appliance.desk.inbox.directory import Colleague
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import notes
from appliance.errors import InvalidInput, NotFound
from appliance.store.media import add_upload
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

_MOST = 8
"""Who is meant stands among them, or is typed further."""


@routes.post("/c/{conversation_id}/notes")
async def add_note(
    visit: Posting,
    conversation_id: str,
    text: Annotated[str, Form()] = "",
    client_id: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    def work(tx: Tx, rights: Rights) -> None:
        _writable(tx.conn, rights, conversation_id)
        me = Author(staff_id=visit.staff_id)
        said = normal_newlines(text)
        notes.write(tx, conversation_id, said, me, client_id=client_id or None)

    await visit.write(work)
    return _done(visit, conversation_id)


@routes.post("/c/{conversation_id}/note-files")
async def add_note_with_files(visit: Posting, request: Request, conversation_id: str) -> Response:
    """Nothing of the form is read before it is known who writes it."""
    mine = visit.session.rights
    await visit.read(lambda conn: _writable(conn, mine, conversation_id))
    async with request.form() as form:
        files = visit.services.media_files
        said, client_id = normal_newlines(_said(form, "text")), _said(form, "client_id")
        try:
            received = await asyncio.to_thread(kept_files, form, files)
        except InvalidInput as exc:
            raise InvalidInput("note_file", exc.sentence) from exc

    def work(tx: Tx, rights: Rights) -> None:
        about = _writable(tx.conn, rights, conversation_id)
        me = Author(staff_id=visit.staff_id)
        new = uploads_of(received, staff_id=visit.staff_id, branch_id=about.branch_id)
        if client_id and notes.already(
            tx.conn,
            conversation_id,
            said,
            me,
            client_id=client_id,
            contents=[each.kept.sha256 for each in new],
        ):
            return
        ids = [add_upload(tx, each).id for each in new]
        notes.write(tx, conversation_id, said, me, ids, client_id=client_id or None)

    await visit.write(work)
    return _done(visit, conversation_id)


@routes.get("/c/{conversation_id}/colleagues")
async def colleagues_part(
    visit: Reading, conversation_id: str, q: Annotated[str, Query(max_length=80)] = ""
) -> Response:
    """Whom a note can name, while an @ is typed."""
    mine = visit.session.rights

    def read(conn: sqlite3.Connection) -> Sequence[Colleague]:
        _writable(conn, mine, conversation_id)
        return notes.to_mention(conn, conversation_id, q)

    found = [each for each in await visit.read(read) if each.id != visit.staff_id]
    return visit.page("_note_people.html", colleagues=found[:_MOST])


@routes.post("/c/{conversation_id}/note-draft")
async def save_note_draft(
    visit: Posting, conversation_id: str, text: Annotated[str, Form()] = ""
) -> Response:
    def work(tx: Tx, rights: Rights) -> None:
        _writable(tx.conn, rights, conversation_id)
        said = text.encode("utf-8", "replace").decode()
        notes.save_draft(tx, visit.staff_id, conversation_id, said)

    await visit.write(work)
    return Response(status_code=204)


@routes.post("/c/{conversation_id}/notes/seen")
async def see_notes(visit: Posting, conversation_id: str) -> Response:
    """Whoever is named in them has opened the conversation."""

    def work(tx: Tx, rights: Rights) -> None:
        thread.conversation(tx.conn, rights, conversation_id)
        notes.see(tx, conversation_id, visit.staff_id)

    await visit.write(work)
    return Response(status_code=204)


def _writable(
    conn: sqlite3.Connection, rights: Rights, conversation_id: str
) -> thread.Conversation:
    about = thread.conversation(conn, rights, conversation_id)
    if not about.may_write:
        raise NotFound("conversation")
    return about


def _said(form: FormData, name: str) -> str:
    said = form.get(name, "")
    return said if isinstance(said, str) else ""


def _done(visit: Visit, conversation_id: str) -> Response:
    if visit.partial:
        return Response(status_code=204)
    return go(visit, f"/c/{conversation_id}")
