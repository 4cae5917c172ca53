"""`/public/{digits}.json`: what a website may ask of a line that makes its figures public.

Anybody may ask from any site, without a cookie and without a name: it holds what hangs at the door.
A line that does not want it, and a number that is none, are the same 404.
"""

import json
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from appliance.api.address_brake import AddressBrake
from appliance.api.forwarded import address_of
from appliance.api.json.tags import tagged
from appliance.api.problems import problem
from appliance.api.public_facts import facts_body
from appliance.clock import Clock
from appliance.desk.website import facts
from appliance.store.store import Store

router = APIRouter()

KEEP_S = 60.0
"""So long an answer serves all who ask: a busy website costs one read a minute."""
MOST_KEPT = 200
_DIGITS = re.compile("[1-9][0-9]{6,14}")
_FOR_ALL = {"Access-Control-Allow-Origin": "*", "Vary": "Accept-Encoding"}
_CACHED = {"Cache-Control": "public, max-age=300"}


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """What is told of a number until `until_s`; without a body there is nothing to tell."""

    body: bytes | None
    until_s: float


_NOTHING = PublicAnswer(None, 0.0)


class PublicFigures:
    """For the event loop: what was read a moment ago."""

    def __init__(
        self, store: Store, clock: Clock, *, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._clock = clock
        self._now_s = now_s
        self._kept: OrderedDict[str, PublicAnswer] = OrderedDict()

    async def of(self, digits: str) -> PublicAnswer:
        if _DIGITS.fullmatch(digits) is None:
            return _NOTHING
        kept = self._kept.get(digits)
        if kept is not None and self._now_s() < kept.until_s:
            return kept
        now_ms = self._clock.now_ms()
        found = await self._store.aread(lambda conn: facts.public(conn, digits, now_ms))
        body = None if found is None else _drawn(facts_body(found))
        kept = PublicAnswer(body, self._now_s() + KEEP_S)
        self._kept.pop(digits, None)
        self._kept[digits] = kept
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return kept


def _drawn(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


@router.get("/public/{digits}.json")
async def public_figures(request: Request, digits: str) -> Response:
    figures: PublicFigures = request.app.state.public_figures
    brake: AddressBrake = request.app.state.brake
    wait_s = brake.wait_s(address_of(request))
    if wait_s:
        headers = {**_FOR_ALL, "Retry-After": str(wait_s)}
        return Response("Too many requests from your address.", 429, headers, "text/plain")
    found = await figures.of(digits)
    if found.body is None:
        answer = problem("not-found", "There is nothing at this address.").response()
        answer.headers.update(_FOR_ALL)
        return answer
    headers = {**_FOR_ALL, **_CACHED}
    return tagged(request, Response(found.body, 200, headers, "application/json"))
