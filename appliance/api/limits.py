"""The limit on how much of a request's body is read."""

import re
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from appliance.api.cloud.paths import is_upload
from appliance.api.problems import Problem, problem
from appliance.desk.contacts.importing.csv_table import MOST_CHARACTERS
from appliance.media import voice_notes
from appliance.media.kinds import MOST

MAX_BODY = 1024 * 1024
"""Bytes of a body: the longest text, escaped in the worst way, many times over."""
_MAX_FORM = MOST + 64 * 1024
"""A form with a file has that and a few fields; it lies on the disk while it comes."""
_IMPORTS = frozenset({"/api/v1/contacts/import", "/people/import"})
MAX_IMPORT = 3 * MOST_CHARACTERS + 64 * 1024
"""A file of people in any encoding, and a few fields."""
_RECORDINGS = "/recordings"
_FORM_WITH_FILE = re.compile(r"/c/[^/]+/files")

UPLOADS = frozenset({"/api/v1/media"})
"""Where files come in: these routes write them to the disk piece by piece and count themselves."""

LINK = "/link/"
"""Where boxes tell a head office what happened: its routes count themselves, too."""


class BodyLimit:
    """ASGI middleware. FastAPI's own limit answers in plain text: no client expects that. `told`
    puts a problem into the form of the API at a path.
    """

    def __init__(self, app: ASGIApp, told: Callable[[str, Problem], Response]) -> None:
        self._app = app
        self._told = told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _counts_itself(scope["path"]):
            await self._app(scope, receive, send)
        elif _announced(scope) > (most := _most(scope)):
            answer = self._told(scope["path"], problem("too-large", _too_large(most)))
            await answer(scope, receive, send)
        else:
            await self._app(scope, _counted(receive, most), send)


def _counts_itself(path: str) -> bool:
    return path in UPLOADS or is_upload(path) or path.startswith(LINK)


def _most(scope: Scope) -> int:
    if scope["path"] == _RECORDINGS:
        return voice_notes.MOST_BYTES
    if scope["path"] in _IMPORTS:
        return MAX_IMPORT
    return _MAX_FORM if _FORM_WITH_FILE.fullmatch(scope["path"]) else MAX_BODY


def _too_large(most: int) -> str:
    return f"The body is too large: at most {most} bytes."


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


def _counted(receive: Receive, most: int) -> Receive:
    total = 0

    async def receive_some() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > most:
            raise HTTPException(413, _too_large(most))
        return message

    return receive_some
