"""Routes of which only those are looked at that begin with the same word.

FastAPI asks each route of each module in turn, asks again on each level of routers that are in
routers, and once more when it has found one: for an address that stands late, that costs some
milliseconds, more than a small answer.
"""

from collections import defaultdict

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Receive, Scope, Send


class RouteFinder(APIRouter):
    """An `APIRouter` to be included in the application as it is, without options."""

    def __init__(self) -> None:
        super().__init__()
        self._by_word: dict[str, list[APIRoute]] = defaultdict(list)
        self._found = f"balie.found.{id(self)}"
        """Where the route that matched waits in the scope until it is told to handle it."""

    def word(self, path: str) -> str:
        """What tells the routes of an address from others: of a route's path and of a request's."""
        return first_word(path)

    def take(self, part: APIRouter) -> None:
        """Takes the routes of a module over. Raises ValueError for one whose word may be any: it
        would be looked at only by chance.
        """
        for route in part.routes:
            if not isinstance(route, APIRoute) or "{" in (word := self.word(route.path)):
                raise ValueError(f"{route} does not begin with a word of its own")
            self._by_word[word].append(route)
            self.routes.append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        found, best = Match.NONE, None
        for route in self.beginning_as(scope["path"]):
            match, child_scope = route.matches(scope)
            if match.value > found.value:
                found, best = match, (route, child_scope)
            if match is Match.FULL:
                break
        scope[self._found] = best
        return found, {}

    def beginning_as(self, path: str) -> list[APIRoute]:
        return self._by_word.get(self.word(path), [])

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        route, child_scope = scope.pop(self._found)
        scope.update(child_scope)
        await route.handle(scope, receive, send)


def first_word(path: str) -> str:
    return path.removeprefix("/").partition("/")[0]
