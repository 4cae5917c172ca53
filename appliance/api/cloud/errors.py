"""Problems as the clients of the Cloud API read them: by number."""

import json
import secrets
from collections.abc import Mapping

from starlette.responses import Response

from appliance.api.problems import Problem, ProblemError
from appliance.reasons import Reason

UNSUPPORTED = 131051
TEMPLATE = 132001
CHALLENGE = 2200
MEDIA = 131053
"""A file that was to be sent could not be had."""
UNDELIVERABLE = 131026
_PARAMETER = 131009
_BUSY = 130429
_BAD_REQUEST = 400
_TOO_MANY = 429

_CODES: Mapping[str, tuple[int, int]] = {
    "bad-request": (_BAD_REQUEST, 100),
    "unauthorized": (401, 190),
    "forbidden": (403, 10),
    "not-found": (_BAD_REQUEST, 100),
    "method-not-allowed": (_BAD_REQUEST, 100),
    "range-not-satisfiable": (416, 100),
    "invalid-input": (_BAD_REQUEST, _PARAMETER),
    "too-large": (_BAD_REQUEST, MEDIA),
    "unsupported-media": (_BAD_REQUEST, MEDIA),
    Reason.CONSENT_REQUIRED: (_BAD_REQUEST, 131047),
    Reason.OPTED_OUT: (_BAD_REQUEST, 131050),
    "line-full": (_TOO_MANY, _BUSY),
    "store-unavailable": (503, 131016),
    "not-ready": (503, 131016),
    "internal-error": (500, 131000),
}
"""By our code: the status, and theirs. What stands for a thing that is not there is a 400 here."""

_OF_REASONS: Mapping[str, tuple[int, str]] = {
    Reason.NOT_ON_WHATSAPP: (UNDELIVERABLE, "Message undeliverable"),
    Reason.NOT_DELIVERED: (UNDELIVERABLE, "Message undeliverable"),
    Reason.BLOCKED: (UNDELIVERABLE, "Message undeliverable"),
    Reason.CONSENT_REQUIRED: (131047, "Re-engagement message"),
    Reason.OPTED_OUT: (131050, "User has stopped messages"),
    Reason.MEDIA_GONE: (MEDIA, "Media upload error"),
}
_OTHER_REASON = (131000, "Something went wrong")


def number_of_reason(reason: str) -> tuple[int, str]:
    """Why a message did not arrive: their number, and what it is called."""
    return _OF_REASONS.get(reason, _OTHER_REASON)


def cloud_error(code: int, title: str, detail: str, *, status: int = _BAD_REQUEST) -> ProblemError:
    """For what only this API can say."""
    return ProblemError(Problem(code=str(code), title=title, detail=detail, status=status))


def answer(problem: Problem) -> Response:
    status, code = _number_of(problem)
    told = {
        "message": f"(#{code}) {problem.title}",
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": problem.detail},
        "fbtrace_id": secrets.token_urlsafe(12),
    }
    content = json.dumps({"error": told}, ensure_ascii=False).encode("utf-8", "replace")
    return Response(content, status, dict(problem.headers), media_type="application/json")


def _number_of(problem: Problem) -> tuple[int, int]:
    if problem.code.isdecimal():
        return problem.status, int(problem.code)
    if problem.status == _TOO_MANY:
        return _TOO_MANY, _BUSY
    return _CODES.get(problem.code, (_BAD_REQUEST, UNDELIVERABLE))
