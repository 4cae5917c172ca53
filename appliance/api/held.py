"""A Balie on trial takes nothing in: reads are answered, whatever would change something is not.

What was accepted now would be lost if the version before comes back with its database.
"""

from collections.abc import Callable

from fastapi import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from appliance.api.problems import Problem, problem
from appliance.api.services import Services

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
RETRY_S = 60
"""A trial that goes well takes less than two minutes."""

Told = Callable[[Request, Problem], Response]


class HeldWrites:
    """ASGI middleware. `told` answers the problem as whoever asks reads it."""

    def __init__(self, app: ASGIApp, *, told: Told) -> None:
        self._app = app
        self._told = told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _READS or not _on_trial(scope):
            await self._app(scope, receive, send)
            return
        refused = problem("on-trial", headers={"Retry-After": str(RETRY_S)})
        await self._told(Request(scope, receive), refused)(scope, receive, send)


def _on_trial(scope: Scope) -> bool:
    services: Services = scope["app"].state.services
    return services.on_trial
