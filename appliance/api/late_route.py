"""Routes that are worked out when they are first asked for, and not when Balie starts.

FastAPI reads each endpoint's parameters for milliseconds, and there are hundreds of them: together
they were a third of what a start costs. Its path alone tells whether a route is asked for.
"""

from collections.abc import Callable
from functools import partial
from threading import RLock
from typing import Any

from fastapi.routing import APIRoute
from starlette.routing import Match, compile_path
from starlette.types import Scope

_working = RLock()
_OF_PATH = ("path_regex", "path_format", "param_convertors")


class LateRoute(APIRoute):
    """Its path and name are there at once. From any thread."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.path = path
        self.name = options.get("name") or endpoint.__name__
        self._later: Callable[[], None] = partial(super().__init__, path, endpoint, **options)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if self.path_regex.match(scope["path"].removeprefix(scope.get("root_path", ""))) is None:
            return Match.NONE, {}
        return super().matches(scope)

    def __getattr__(self, name: str) -> Any:
        """Called for what is not there yet."""
        with _working:
            if name in _OF_PATH and name not in self.__dict__:
                self.__dict__.update(zip(_OF_PATH, compile_path(self.path), strict=True))
            elif (later := self.__dict__.pop("_later", None)) is not None:
                later()
        if name in self.__dict__:
            return self.__dict__[name]
        raise AttributeError(name)
