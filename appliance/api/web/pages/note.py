"""Notes for colleagues in the thread. Nothing here can send."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Posting, Visit, go
from appliance.desk.access.rights import Rights
from appliance.desk.inbox import thread
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import notes
from appliance.errors import NotFound
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)


@routes.post("/c/{conversation_id}/notes")
async def add_note(
    visit: Posting, conversation_id: str, text: Annotated[str, Form()] = ""
) -> Response:
    def work(tx: Tx, rights: Rights) -> None:
        _writable(tx, rights, conversation_id)
        said = text.replace("\r\n", "\n").replace("\r", "\n")
        notes.write(tx, conversation_id, said, Author(staff_id=visit.staff_id))

    await visit.write(work)
    return _done(visit, conversation_id)


@routes.post("/c/{conversation_id}/note-draft")
async def save_note_draft(
    visit: Posting, conversation_id: str, text: Annotated[str, Form()] = ""
) -> Response:
    def work(tx: Tx, rights: Rights) -> None:
        _writable(tx, rights, conversation_id)
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


def _writable(tx: Tx, rights: Rights, conversation_id: str) -> None:
    if not thread.conversation(tx.conn, rights, conversation_id).may_write:
        raise NotFound("conversation")


def _done(visit: Visit, conversation_id: str) -> Response:
    if visit.partial:
        return Response(status_code=204)
    return go(visit, f"/c/{conversation_id}")
