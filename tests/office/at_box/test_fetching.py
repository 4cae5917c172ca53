"""What a box answers when its head office fetches something."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from appliance.office.at_box.fetching import answered
from appliance.office.link import MAX_ANSWER_BYTES

PART = b"x" * 100_000
NOBODY: Any = None


def test_of_what_is_too_large_nothing_is_kept() -> None:
    """The app is told so, and stops long before its end."""
    given = 0

    async def parts() -> AsyncIterator[bytes]:
        nonlocal given
        for _ in range(10_000):
            given += 1
            yield PART

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await StreamingResponse(parts())(scope, receive, send)

    answer = asyncio.run(answered(app, "/api/v1/media", NOBODY))
    assert (answer.status, answer.type) == (413, "application/problem+json")
    assert b"at most 4 megabytes" in answer.body
    assert given * len(PART) < 2 * MAX_ANSWER_BYTES


def test_the_stretch_of_a_file_is_asked_for_as_a_range_and_nothing_else_is() -> None:
    told: list[bytes | None] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        told.append(dict(scope["headers"]).get(b"range"))
        await Response(status_code=206)(scope, receive, send)

    for part in ("bytes=0-9", None, "bytes=0-9\r\nCookie: x", "bytes=-5", "lines=1-2"):
        asyncio.run(answered(app, "/api/v1/media/x", NOBODY, part))
    assert told == [b"bytes=0-9", None, None, None, None]
