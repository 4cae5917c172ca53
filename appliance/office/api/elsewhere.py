"""What is done at a box alone: the office says so, and where."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Security
from fastapi.routing import APIRoute
from starlette.responses import Response

from appliance.api.json.callers import Caller, identify
from appliance.api.problems import ProblemError, problem
from appliance.office.api.asking import boxes_in_sight
from appliance.office.api.seen_boxes import SeenBox

_SHOWN = 5
"""Boxes that one sentence names."""


def at_the_box(boxes: Sequence[SeenBox], what: str) -> ProblemError:
    """`what` begins the sentence: “A message with files is sent”."""
    spoken = ", ".join(each.spoken for each in boxes[:_SHOWN]) or "of the branch"
    more = " and others" if len(boxes) > _SHOWN else ""
    where = "at the box" if len(boxes) < 2 else "at one of the boxes"  # noqa: PLR2004 -- one or more
    named = [{"id": each.id, "name": each.name, "address": each.address} for each in boxes[:_SHOWN]]
    detail = f"{what} {where} {spoken}{more}, not at head office."
    return ProblemError(problem("at-the-box", detail, boxes=named))


def add_refusals(
    router: APIRouter, known: Sequence[APIRouter], of_a_box: Sequence[APIRouter]
) -> None:
    """A route for each of a box's that the office does not have itself."""
    here = {(method, route.path) for route in _routes(known) for method in _methods(route)}
    for route in _routes(of_a_box):
        for method in _methods(route):
            if (method, route.path) not in here:
                _refuse(router, route, method)


def _routes(routers: Sequence[APIRouter]) -> Iterator[APIRoute]:
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield route


def _methods(route: APIRoute) -> list[str]:
    return sorted((route.methods or set()) - {"HEAD"})


def _refuse(router: APIRouter, route: APIRoute, method: str) -> None:
    """Who lacks the scope is told that first, as at a box."""
    scopes = _scopes(route)

    async def refuse(
        caller: Annotated[Caller, Security(identify, scopes=scopes)],
    ) -> Response:
        raise at_the_box(await boxes_in_sight(caller), "This is done")

    router.add_api_route(
        route.path, refuse, methods=[method], include_in_schema=False, response_model=None
    )


def _scopes(route: APIRoute) -> list[str]:
    asked = [each.own_oauth_scopes or [] for each in route.dependant.dependencies]
    return sorted({scope for scopes in asked for scope in scopes})
