"""Clients that leave while a stream is written to them."""

import logging

import anyio
from starlette.types import ASGIApp, Receive, Scope, Send

log = logging.getLogger(__name__)


class LeavingClients:
    """ASGI middleware. FastAPI's streams tell of a client that has left by an error of theirs.

    Left alone, each browser that is closed at the wrong moment is an error with a traceback.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except* anyio.BrokenResourceError:
            log.debug("the client left %s", scope.get("path"))
