"""Files of a conversation at head office: its box has them, and gives them when they are opened."""

import re
import sqlite3
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse

from appliance.api.file_answers import type_told
from appliance.api.web.page_route import PageRoute
from appliance.api.web.words import office_sentences
from appliance.desk.access.accesses import Shown
from appliance.desk.inbox.attachments import is_shown_in, seen_by_staff
from appliance.errors import NotFound
from appliance.ids import is_id
from appliance.office.web.fetched_files import PIECE, FileAtBox, media_of
from appliance.office.web.places import AtBox, Looking
from appliance.slices import Privacy
from appliance.store.media import Media
from appliance.store.readings import Thing

routes = APIRouter(route_class=PageRoute)

_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))", re.ASCII)
"""One stretch; a header that names several is answered with the whole file."""
Of = Annotated[str, Query(max_length=40)]


@routes.get("/c/{conversation_id}/media/{media_id}")  # noqa: FAST003 -- `at` takes it
async def file(request: Request, at: Looking, media_id: str, of: Of = "") -> Response:
    found = FileAtBox(request, at, await _seen(request, at, media_id, of, small=False))
    headers = _headers(at, found.media, found.media.sha256 or "")
    if headers.get("ETag", "?") in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    media_type, inline = type_told(found.media)
    kind = "inline" if inline else "attachment"
    headers["Content-Disposition"] = f"{kind}; filename*=utf-8''{quote(found.media.name)}"
    return await _answer(request, at, found, media_type, headers)


@routes.get("/c/{conversation_id}/media/{media_id}/thumbnail")  # noqa: FAST003 -- `at` takes it
async def thumbnail(request: Request, at: Looking, media_id: str, of: Of = "") -> Response:
    found = FileAtBox(request, at, await _seen(request, at, media_id, of, small=True))
    small = await found.thumbnail()
    if small is None:
        return _away(at)
    headers = _headers(at, found.media, f"{found.media.sha256}-small")
    return Response(small, headers=headers, media_type="image/webp")


async def _answer(
    request: Request, at: AtBox, found: FileAtBox, media_type: str, headers: dict[str, str]
) -> Response:
    stretch = _asked_for(request.headers.get("range", ""), found.size)
    first, last = stretch or (0, found.size - 1)
    if last < first:
        whole = {"Content-Range": f"bytes */{found.size}"}
        return Response(status_code=416, headers={**headers, **whole})
    if await found.piece(first // PIECE) is None:
        return _away(at)
    headers |= {"Accept-Ranges": "bytes", "Content-Length": str(last - first + 1)}
    if stretch is not None:
        headers["Content-Range"] = f"bytes {first}-{last}/{found.size}"
    return StreamingResponse(
        found.stretch(first, last),
        status_code=200 if stretch is None else 206,
        headers=headers,
        media_type=media_type,
    )


def _asked_for(told: str, size: int) -> tuple[int, int] | None:
    """RFC 9110 §14.1.2: the first and the last byte; the last is before the first where no such
    stretch is in the file. None: all of it.
    """
    if (found := _RANGE.fullmatch(told.strip())) is None:
        return None
    if found[3]:
        return max(size - int(found[3]), 0), (size if int(found[3]) else 0) - 1
    first, last = int(found[1]), int(found[2]) if found[2] else size - 1
    if last < first and found[2]:
        return None
    return (first, min(last, size - 1)) if first < size else (1, 0)


def _headers(at: AtBox, media: Media, etag: str) -> dict[str, str]:
    """What a company keeps at its boxes no browser keeps, either."""
    if at.box.privacy is not Privacy.ALL or not media.sha256:
        return {"Cache-Control": "private, no-store"}
    return {"Cache-Control": "private, no-cache", "ETag": f'"{etag}"'}


def _away(at: AtBox) -> Response:
    said = office_sentences.file_away(at.visit.words, at.box.name)
    headers: Mapping[str, str] = {"Retry-After": "5", "Cache-Control": "no-store"}
    return Response(said, 503, headers=dict(headers), media_type="text/plain")


async def _seen(request: Request, at: AtBox, media_id: str, of: str, *, small: bool) -> Media:
    """Raises NotFound for what is no file of this conversation that they may see."""
    if at.box.privacy is Privacy.FIGURES or not (is_id(media_id) and is_id(of)):
        raise NotFound("file")
    named, file_id = of.lower(), media_id.lower()
    shown = Shown(contact_id=at.about.contact_id, conversation_id=at.about.id, listed=small)
    found = await at.visit.show(
        lambda conn: _in_replica(conn, at, named, file_id), lambda _: [shown], thing=Thing.FILE
    )
    if at.box.privacy is not Privacy.ALL:
        found = await media_of(request, at, named, file_id)
    if found is None or found.here is None or not found.bytes:
        raise NotFound("file")
    return found


def _in_replica(conn: sqlite3.Connection, at: AtBox, named: str, media_id: str) -> Media | None:
    """None where only the box has its row. Raises NotFound."""
    if not is_shown_in(conn, at.about.id, named):
        raise NotFound("file")
    if at.box.privacy is not Privacy.ALL:
        return None
    return seen_by_staff(conn, at.visit.session.rights, at.visit.staff_id, media_id).media
