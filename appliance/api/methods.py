"""What an address may be asked: `HEAD` of what can be read, and `Allow` with all methods."""

from collections.abc import Iterator

from fastapi import APIRouter, FastAPI, Request
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from appliance.api.problems import Problem, problem
from appliance.api.smsgate.paths import PREFIX as SMSGATE

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_API = "/api/"
_ENDLESS = frozenset({"/api/v1/events"})
"""A stream has no answer that ends."""
_HEALTH = f"{SMSGATE}/health"
"""Monitors ask for the head alone."""


class HeadRequests:
    """ASGI middleware: a `HEAD` in the API, or of health, is answered as its `GET` is, without the
    body.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") != "HEAD" or not _may_head(scope["path"]):
            await self._app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        # The same scope, because the answer's headers are told in it.
        scope["method"] = "GET"
        await self._app(scope, receive, send_head)


def _may_head(path: str) -> bool:
    if path == _HEALTH or path.startswith(f"{_HEALTH}/"):
        return True
    return path.startswith(_API) and path not in _ENDLESS


def not_possible(request: Request) -> Problem:
    """405 with all methods of this address: FastAPI has a route for each of them, and tells only
    those of the first.
    """
    found = allowed(request.app, request.url.path)
    detail = f"{request.method} is not possible here. Use one of: {', '.join(found)}."
    return problem("method-not-allowed", detail, headers={"Allow": ", ".join(found)})


def allowed(app: FastAPI, path: str) -> list[str]:
    """Of the address that says most: `/lists/send` is no list."""
    here = [route for route in _routes(app.router) if route.path_regex.match(path)]
    closest = min((route.path for route in here), key=lambda path: path.count("{"), default="")
    there = {method for route in here if route.path == closest for method in route.methods or ()}
    if "GET" in there and _may_head(path):
        there.add("HEAD")
    return [method for method in METHODS if method in there]


def _routes(router: APIRouter) -> Iterator[Route]:
    """Also those of routers that it took in."""
    for route in router.routes:
        inside = getattr(route, "original_router", None)
        if inside is not None:
            yield from _routes(inside)
        elif isinstance(route, Route):
            yield route
