"""A walk over the pages of a list that several boxes have, each with an order of its own.

`next` says behind which entry each box goes on: so an entry is given once, whatever the boxes learn
meanwhile. Where an id says the same to all boxes, or there is one box, `next` is that id, as at a
box.
"""

import base64
import binascii
import uuid
from collections.abc import Callable, Coroutine, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import Request, Response

from appliance.api.late_route import LateRoute
from appliance.errors import InvalidInput

PREFIX = "boxes."
AT = "at."
"""Begins a cursor of the work list, which has one order for all boxes."""
_BOX_BYTES = 6
"""Of a box's id, from its end: random bits, so that boxes are told apart."""
_ID_BYTES = 16
_EACH = _BOX_BYTES + _ID_BYTES


class BoxWalk:
    """Where a walk is; `is_begun` is False on its first page. `at` is what the work list said."""

    def __init__(self, cursor: str = "") -> None:
        """Raises InvalidInput for a cursor that is none of ours."""
        self.is_begun = bool(cursor)
        self.at = cursor.removeprefix(AT) if cursor.startswith(AT) else None
        self._places: Mapping[bytes, str] = (
            {} if not cursor or self.at else _places(cursor.removeprefix(PREFIX))
        )

    @property
    def has_places(self) -> bool:
        return bool(self._places)

    def place(self, box_id: str) -> str | None:
        return self._places.get(_tail(box_id))

    def behind(self, places: Mapping[str, str]) -> str:
        """The cursor of the next page. `places`: behind which id each box goes on; one that is not
        named stays where it was, which may be the start.
        """
        now = {**self._places, **{_tail(box): place for box, place in places.items()}}
        told = [tail + uuid.UUID(place).bytes for tail, place in sorted(now.items())]
        return PREFIX + base64.urlsafe_b64encode(b"".join(told)).decode().rstrip("=")


def _tail(box_id: str) -> bytes:
    return uuid.UUID(box_id).bytes[-_BOX_BYTES:]


def _places(text: str) -> Mapping[bytes, str]:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise no_cursor() from None
    if len(raw) % _EACH:
        raise no_cursor()
    each = [raw[start : start + _EACH] for start in range(0, len(raw), _EACH)]
    return {one[:_BOX_BYTES]: str(uuid.UUID(bytes=one[_BOX_BYTES:])) for one in each}


def no_cursor() -> InvalidInput:
    return InvalidInput("after", "“after” is not a cursor: give the “next” of a page.")


class WalkRoute(LateRoute):
    """Takes a cursor over several boxes out of the address before the read itself looks at it: to
    the read it is the first page, and `walk_of` says where each box goes on.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def with_walk(request: Request) -> Response:
            request.state.walk = _taken_from(request)
            return await handle(request)

        return with_walk


def walk_of(request: Request) -> BoxWalk:
    found: BoxWalk = request.state.walk
    return found


def _taken_from(request: Request) -> BoxWalk:
    asked = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    cursor = next((said for name, said in asked if name == "after"), None)
    if cursor is None or not cursor.startswith((PREFIX, AT)):
        return BoxWalk()
    others = [each for each in asked if each[0] != "after"]
    request.scope["query_string"] = urlencode(others).encode("latin-1")
    return BoxWalk(cursor)
