"""Weak `ETag`s (RFC 9110 §8.8.3), made from what an answer says: who has it is sent nothing.

The read itself is done each time, and noted where reading is noted. What people wrote stays out of
caches all the same (`no-store`, where an answer says nothing else): a tag is for a program that
keeps an answer and asks whether it still holds.
"""

import hashlib
from typing import Any

from fastapi import Request
from starlette.responses import Response

_BYTES = 16
_OF_THE_BODY = frozenset({"content-length", "content-type"})
TAG_HEADER: dict[str, Any] = {
    "description": "Changes with the answer; for `If-None-Match`.",
    "schema": {"type": "string"},
    "example": 'W/"5f0c1d7be2a04496a31c8a2dd9a4be10"',
}
IF_NONE_MATCH: dict[str, Any] = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of an answer that you have: 304 while it would be the same.",
    "schema": {"type": "string"},
    "example": 'W/"0"',
}


def tagged(request: Request, answer: Response) -> Response:
    """The answer with its tag, or 304 with what its headers say of caching and of who may read."""
    digest = hashlib.blake2b(answer.body, digest_size=_BYTES).hexdigest()
    tag = f'W/"{digest}"'
    answer.headers["ETag"] = tag
    if not _has(request.headers.get("if-none-match"), digest):
        return answer
    kept = {name: said for name, said in answer.headers.items() if name not in _OF_THE_BODY}
    return Response(status_code=304, headers=kept)


def _has(said: str | None, digest: str) -> bool:
    """Compared weakly, as RFC 9110 §13.1.2 has it. `*` says that anything will do."""
    if said is None:
        return False
    kept = [each.strip().removeprefix("W/").strip('"') for each in said.split(",")]
    return "*" in kept or digest in kept
