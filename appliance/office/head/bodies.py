"""Reads what a box sends, and no more of it than may be."""

import asyncio

from fastapi import Request
from starlette.requests import ClientDisconnect

from appliance.office.head import refusals

WITHIN_S = 60.0
"""A batch packed is some hundred kilobytes: the slowest branch is quicker than that."""


class BodyTooBigError(Exception):
    pass


async def body_of(request: Request, most: int) -> bytes:
    """Raises BodyTooBigError, and ProblemError for one that does not come to its end."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most:
        raise BodyTooBigError
    parts, total = [], 0
    try:
        async with asyncio.timeout(WITHIN_S):
            async for part in request.stream():
                total += len(part)
                if total > most:
                    raise BodyTooBigError
                parts.append(part)
    except (TimeoutError, ClientDisconnect) as exc:
        raise refusals.malformed("its end did not come") from exc
    return b"".join(parts)
