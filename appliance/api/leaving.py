"""Clients that disconnect while the server writes to them or reads from them."""

import logging

import anyio
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

log = logging.getLogger(__name__)


class LeavingClients:
    """ASGI middleware. FastAPI's streams raise an error when the client has disconnected, and so
    does code that was reading the body.

    Without this, each browser that is closed at the wrong moment would log an error with a
    traceback.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except* (anyio.BrokenResourceError, ClientDisconnect):
            log.debug("the client left %s", scope.get("path"))
