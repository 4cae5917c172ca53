"""The limit on how much of a request's body is read."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from appliance.api.problems import problem

MAX_BODY = 1024 * 1024
"""Bytes of a body: the longest text, escaped in the worst way, many times over."""
TOO_LARGE = f"The body is too large: at most {MAX_BODY} bytes."


UPLOADS = frozenset({"/api/v1/media"})
"""Where files come in: these routes write them to the disk piece by piece and count themselves."""


class BodyLimit:
    """ASGI middleware. FastAPI's own limit answers in plain text: no client expects that."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in UPLOADS:
            await self._app(scope, receive, send)
        elif _announced(scope) > MAX_BODY:
            await problem("too-large", TOO_LARGE).response()(scope, receive, send)
        else:
            await self._app(scope, _counted(receive), send)


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


def _counted(receive: Receive) -> Receive:
    total = 0

    async def receive_some() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > MAX_BODY:
            raise HTTPException(413, TOO_LARGE)
        return message

    return receive_some
