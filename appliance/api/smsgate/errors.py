"""Errors as SMSGate's clients read them: a sentence, the status again, and the problem as data."""

import json

from fastapi import Response

from appliance.api.problems import Problem
from appliance.reasons import Reason

_SERVER_ERROR = 500
_BAD_REQUEST = 400
_KEPT = frozenset({401, 403, 404, 405, 413, 429})
"""These mean the same there. What else is refused is a bad request: its clients take 409 for a
message that exists, and count it as accepted."""


def answer(problem: Problem) -> Response:
    status = status_of(problem)
    body = {"message": problem.detail, "code": status, "data": _data(problem)}
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    return Response(content, status, _headers(problem), media_type="application/json")


def status_of(problem: Problem) -> int:
    if problem.code == Reason.MESSAGE_EXISTS:
        return problem.status
    if problem.status in _KEPT or problem.status >= _SERVER_ERROR:
        return problem.status
    return _BAD_REQUEST


def _data(problem: Problem) -> dict[str, object]:
    return {"code": problem.code, "problem": problem.body()}


def _headers(problem: Problem) -> dict[str, str]:
    """A client that has a name and a password is asked for these, not for a token."""
    headers = dict(problem.headers)
    if "WWW-Authenticate" in headers:
        headers["WWW-Authenticate"] = 'Basic realm="balie"'
    return headers
