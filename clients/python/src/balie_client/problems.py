"""What Balie answers instead of what was asked for (RFC 9457).

Problem
├── MayNot           401, 403: the token is wrong, ended, or lacks a scope
├── NotFound         404: there is none, or the token may not see it
├── Refused          409: a rule forbids it; `remedy` says what would change that
│   ├── ConsentRequired
│   └── OptedOut
├── Invalid          400, 413, 415, 422: `field` names what is not right
└── NotNow           429, 5xx: later, after `retry_after_s` where that is known
"""

from typing import Any

import httpx

_FIRST_SERVER_ERROR = 500


class Problem(Exception):
    """`code` is the stable name; `detail` is a sentence for people; `body` is all that was said."""

    def __init__(self, status: int, body: dict[str, Any], retry_after_s: float | None) -> None:
        super().__init__(body.get("detail") or body.get("title") or f"HTTP {status}")
        self.status = status
        self.body = body
        self.code = str(body.get("code", ""))
        self.detail = str(self)
        self.field: str | None = body.get("field")
        self.remedy: str | None = body.get("remedy")
        self.retry_after_s = retry_after_s


class MayNot(Problem):
    pass


class NotFound(Problem):
    pass


class Refused(Problem):
    pass


class ConsentRequired(Refused):
    """They have not asked this line to write: they have to write first."""


class OptedOut(Refused):
    """They asked not to be written to any more."""


class Invalid(Problem):
    pass


class NotNow(Problem):
    pass


_BY_CODE = {"consent-required": ConsentRequired, "opted-out": OptedOut}
_BY_STATUS: dict[int, type[Problem]] = {
    400: Invalid,
    401: MayNot,
    403: MayNot,
    404: NotFound,
    409: Refused,
    413: Invalid,
    415: Invalid,
    422: Invalid,
    429: NotNow,
}


def problem_of(response: httpx.Response) -> Problem:
    """The body has been read."""
    try:
        body = response.json()
    except ValueError:
        body = {}
    body = body if isinstance(body, dict) else {}
    usual = NotNow if response.status_code >= _FIRST_SERVER_ERROR else Problem
    kind = _BY_CODE.get(body.get("code", "")) or _BY_STATUS.get(response.status_code, usual)
    return kind(response.status_code, body, retry_after_s(response))


def retry_after_s(response: httpx.Response) -> float | None:
    """Balie says seconds."""
    said = response.headers.get("retry-after", "")
    return float(said) if said.isdigit() else None
