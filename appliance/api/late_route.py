"""Routes that are worked out when they are first looked at, and not when Balie starts.

FastAPI reads each endpoint's parameters for milliseconds, and there are hundreds of them: together
they were a third of what a start costs.
"""

from collections.abc import Callable
from functools import partial
from threading import RLock
from typing import Any

from fastapi.routing import APIRoute

_working = RLock()


class LateRoute(APIRoute):
    """Its path and name are there at once. From any thread."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.path = path
        self.name = options.get("name") or endpoint.__name__
        self._later: Callable[[], None] = partial(super().__init__, path, endpoint, **options)

    def __getattr__(self, name: str) -> Any:
        """Called for what is not there yet."""
        with _working:
            if (later := self.__dict__.pop("_later", None)) is not None:
                later()
        if name in self.__dict__:
            return self.__dict__[name]
        raise AttributeError(name)
