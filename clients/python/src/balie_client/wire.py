"""What both clients share: how a request looks, what an answer means, and whether to try again."""

import random
import uuid
from collections.abc import Mapping
from typing import Any

import httpx

from balie_client.models import Accepted
from balie_client.problems import problem_of, retry_after_s

API = "/api/v1"
TRIES = 5
LONGEST_WAIT_S = 60.0
"""Longer than this a program should decide for itself: it gets the problem."""
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_FIRST_ERROR = 400
_AGAIN = frozenset({429, 502, 503, 504})
_OF_A_PROXY = frozenset({502, 504})
"""It had no answer of Balie, which may have done it. 429 and 503 say that nothing was done."""


def settings(url: str, token: str) -> dict[str, Any]:
    """For httpx's clients."""
    return {
        "base_url": url.rstrip("/") + API,
        "headers": {"Authorization": f"Bearer {token}", "User-Agent": "balie-client/0.1"},
        "timeout": TIMEOUT,
    }


def new_key(key: str | None) -> dict[str, str]:
    """A key of one's own makes a message that is sent again after a crash the same message."""
    return {"Idempotency-Key": key or str(uuid.uuid4())}


def message(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What is None stays as Balie has it."""
    return {name: value for name, value in fields.items() if value is not None}


def accepted(body: Mapping[str, Any]) -> Accepted:
    return Accepted(
        id=body["id"],
        state=body["state"],
        expected_at=body["expected_at"],
        reason=body["reason"],
    )


def checked(response: httpx.Response) -> httpx.Response:
    """Raises Problem."""
    if response.status_code >= _FIRST_ERROR:
        raise problem_of(response)
    return response


def is_safe(method: str, headers: Mapping[str, str]) -> bool:
    """Whether doing it twice is as doing it once."""
    return method != "POST" or "Idempotency-Key" in headers


def is_in_doubt(method: str, headers: Mapping[str, str], response: httpx.Response | None) -> bool:
    """Whether it may have been done behind a proxy that gave up, and doing it again is another."""
    is_proxy = response is not None and response.status_code in _OF_A_PROXY
    return is_proxy and not is_safe(method, headers)


def wait_s(response: httpx.Response | None, attempt: int) -> float | None:
    """Until the next try, of one that failed or was told to come back; None: no more.

    `response` None: nothing answered. What everybody does at the same moment is spread.
    """
    if attempt >= TRIES or (response is not None and response.status_code not in _AGAIN):
        return None
    said = retry_after_s(response) if response is not None else None
    if said is None:
        return min(2.0**attempt, 10.0) * random.uniform(0.1, 0.5)  # noqa: S311 -- no secret
    return None if said > LONGEST_WAIT_S else said + random.uniform(0, 0.2)  # noqa: S311
