"""Sound that a browser recorded: made into a voice note, which the page attaches as a file."""

import asyncio
import tempfile
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.refusal import Note
from appliance.api.web.visit import Posting
from appliance.api.web.words import media_sentences
from appliance.desk.access.rights import Permission
from appliance.errors import FileRefused, NotFound
from appliance.media import voice_notes

routes = APIRouter(route_class=PageRoute)

_ONE_AT_A_TIME = asyncio.Semaphore()
"""Two at once would only be slower: a Pi has better things to do."""


@routes.post("/recordings")
async def voice_note(visit: Posting, request: Request) -> Response:
    """The body is the recording, of who may write; the answer is Ogg with Opus. Nothing is kept."""
    if not visit.session.rights.has(Permission.INBOX_WRITE):
        raise NotFound("page")
    with tempfile.TemporaryDirectory(prefix="balie-") as folder:
        recorded, note = Path(folder) / "recorded", Path(folder) / "note.ogg"
        with recorded.open("wb") as file:
            async for piece in request.stream():
                file.write(piece)
        try:
            async with _ONE_AT_A_TIME:
                await asyncio.to_thread(voice_notes.make_voice_note, recorded, note)
        except FileRefused as exc:
            said = Note(code="recording", sentence=media_sentences.not_recorded(visit.words, exc))
            return HTMLResponse(visit.part("_note.html", note=said), 422)
        return Response(note.read_bytes(), media_type="audio/ogg")
