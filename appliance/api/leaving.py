"""Clients that leave while they are written to or read from."""

import logging

import anyio
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

log = logging.getLogger(__name__)


class LeavingClients:
    """ASGI middleware. FastAPI's streams tell of a client that has left by an error of theirs, and
    so does whatever was reading its body.

    Left alone, each browser that is closed at the wrong moment is an error with a traceback.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except* (anyio.BrokenResourceError, ClientDisconnect):
            log.debug("the client left %s", scope.get("path"))
