"""The routes of all pages, of which only those are looked at that begin with the same word.

FastAPI asks each route of each module in turn, and asks again on each level of routers that are in
routers: for an address that stands late, that costs some milliseconds, more than a small answer.
"""

from collections import defaultdict

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

_FOUND = "balie.page"
"""Where the route that matched waits in the scope until it is told to handle it."""


class PageFinder(APIRouter):
    """An `APIRouter` to be included in the application as it is, without options."""

    def __init__(self) -> None:
        super().__init__()
        self._by_word: dict[str, list[APIRoute]] = defaultdict(list)
        self._known: dict[tuple[str, str], bool] = {}  # pages ask for the same ones at each row

    def take(self, part: APIRouter) -> None:
        """Takes the routes of a module over. Raises ValueError for one whose first word may be any:
        it would be looked at only by chance.
        """
        for route in part.routes:
            if not isinstance(route, APIRoute) or (word := _first(route.path)).startswith("{"):
                raise ValueError(f"{route} does not begin with a word of its own")
            self._by_word[word].append(route)
            self.routes.append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        found, best = Match.NONE, None
        for route in self._by_word.get(_first(scope["path"]), ()):
            match, child_scope = route.matches(scope)
            if match.value > found.value:
                found, best = match, (route, child_scope)
            if match is Match.FULL:
                break
        scope[_FOUND] = best
        return found, {}

    def has(self, address: str, method: str = "GET") -> bool:
        """Whether there is a page at this address, which has no question behind it; where it names
        a thing, that stands in it as in its route.
        """
        key = (address, method)
        if key not in self._known:
            routes = self._by_word.get(_first(address), ())
            self._known[key] = any(
                method in (each.methods or ()) and each.path == address for each in routes
            )
        return self._known[key]

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        route, child_scope = scope.pop(_FOUND)
        scope.update(child_scope)
        await route.handle(scope, receive, send)


def _first(path: str) -> str:
    return path.removeprefix("/").partition("/")[0]
