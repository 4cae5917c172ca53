"""How a file of a message goes to a browser: shown where it cannot run anything, else saved.

The type is the one that Balie told by the content. Nothing is cached without asking: a right that
was taken away counts from the next request on.
"""

import asyncio
import re
from http import HTTPStatus
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Message, Receive, Scope, Send

from appliance.api.problems import problem
from appliance.api.services import Services
from appliance.errors import NotFound
from appliance.media.kinds import INLINE, UNKNOWN
from appliance.media.thumbnails import make_thumbnail
from appliance.store.media import Media

_ASK_FIRST = "private, no-cache"
_SAVED_AS_IT_IS = ("application/", "text/plain", "text/csv", "text/vcard")
"""Types that are told to who saves a file; a browser is told no other one that it might run."""
_RANGE = re.compile(r"[ \t]*(?:(\d{1,18})-(\d{0,18})|-\d{1,18})[ \t]*", re.ASCII)
"""RFC 9110 §14.1.2; no file has more than 18 digits of bytes."""


class RangedFile(FileResponse):
    """A part of the file, or all of it where `Range` names no part of bytes.

    RFC 9110 §14.2 allows to ignore such a header; Starlette answers it in plain text, as it does
    a part beyond the end.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        told = Headers(scope=scope).get("range")
        if told is not None and not _names_parts(told):
            kept = [(name, value) for name, value in scope["headers"] if name != b"range"]
            scope = {**scope, "headers": kept}
        beyond: list[Headers] = []

        async def send_on(message: Message) -> None:
            if message.get("status") == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                beyond.append(Headers(raw=message["headers"]))
            elif not beyond:
                await send(message)

        await super().__call__(scope, receive, send_on)
        if beyond:
            await _no_such_part(beyond[0]["content-range"])(scope, receive, send)


def _no_such_part(whole: str) -> Response:
    """`whole` as RFC 9110 §14.4 has it, with the length of the file."""
    length = whole.removeprefix("bytes */")
    sentence = f"The file has {length} bytes; no part begins beyond them."
    told = problem("range-not-satisfiable", sentence, headers={"Content-Range": whole})
    return told.response()


def _names_parts(told: str) -> bool:
    unit, _, parts = told.partition("=")
    found = [_RANGE.fullmatch(each) for each in parts.split(",")]
    return unit.strip().lower() == "bytes" and all(
        each is not None and not (each[2] and int(each[2]) < int(each[1])) for each in found
    )


async def file_answer(request: Request, services: Services, media: Media) -> Response:
    """Raises NotFound where Balie does not have it."""
    sha256 = _need(media)
    media_type, inline = type_told(media)
    return await _answer(
        request,
        services.media_files.path_of(sha256),
        etag=sha256,
        media_type=media_type,
        name=media.name,
        inline=inline,
    )


def type_told(media: Media) -> tuple[str, bool]:
    """The type that a browser is told, and whether it shows the file."""
    inline = media.type in INLINE
    as_it_is = inline or media.type.startswith(_SAVED_AS_IT_IS)
    return media.type if as_it_is else UNKNOWN, inline


async def thumbnail_answer(request: Request, services: Services, media: Media) -> Response:
    """Raises NotFound where there is no picture to be seen of it."""
    sha256 = _need(media)
    files = services.media_files
    path, small = files.path_of(sha256), files.thumbnail_of(sha256)
    if not await asyncio.to_thread(make_thumbnail, path, small):
        raise NotFound("thumbnail")
    return await _answer(
        request, small, etag=f"{sha256}-small", media_type="image/webp", name="thumbnail.webp"
    )


async def saved_answer(request: Request, path: Path, *, etag: str, media_type: str) -> Response:
    """A file that is saved under its own name. Raises NotFound where it is gone."""
    return await _answer(
        request, path, etag=etag, media_type=media_type, name=path.name, inline=False
    )


async def _answer(
    request: Request,
    path: Path,
    *,
    etag: str,
    media_type: str,
    name: str,
    inline: bool = True,
) -> Response:
    headers = {"ETag": f'"{etag}"', "Cache-Control": _ASK_FIRST}
    if f'"{etag}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if not await asyncio.to_thread(path.is_file):
        raise NotFound("file")
    return RangedFile(
        path,
        headers=headers,
        media_type=media_type,
        filename=name,
        content_disposition_type="inline" if inline else "attachment",
    )


def _need(media: Media) -> str:
    if media.here is None:
        raise NotFound("file")
    return media.here
