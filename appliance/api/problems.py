"""Errors on the wire: RFC 9457 problem details, one catalogue of all that can be answered.

`code` is the stable name, also the end of `type`; `detail` is a sentence for people. A 422 names
the `field`, a refusal the `remedy`: what would change the answer.
"""

import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from appliance.errors import (
    BalieError,
    FileRefused,
    FileTooLarge,
    InvalidInput,
    LettersMissing,
    LineFull,
    NotFound,
    Refused,
    StoreCorrupt,
    StoreUnavailable,
)
from appliance.reasons import Reason

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:balie:problem:"
RETRY_S = 5
"""A locked database is free again within seconds; a full disk takes as long as it takes."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a code means: its HTTP status, its title, and a `detail` as an example."""

    status: int
    title: str
    example: str


CATALOGUE: Mapping[str, Known] = {
    "bad-request": Known(400, "The request cannot be read", "The body is not JSON: line 1."),
    "unauthorized": Known(401, "A token is needed", "Send “Authorization: Bearer <token>”."),
    "forbidden": Known(
        403, "The token lacks a scope", "This token may not do that: it lacks “messages:write”."
    ),
    Reason.PER_PERSON_OFF: Known(
        403, "Figures of each colleague are off", "Figures of each colleague are off."
    ),
    "not-found": Known(404, "Not found", "There is no such line."),
    "method-not-allowed": Known(405, "Not possible here", "Use one of: GET."),
    Reason.CONSENT_REQUIRED: Known(
        409, "No consent on record", "Nobody at this number has asked this line to write."
    ),
    Reason.OPTED_OUT: Known(409, "Opted out", "They asked not to be written to any more."),
    Reason.WINDOW_CLOSED: Known(
        409,
        "Too long after their last message",
        "The service takes free texts only within 24 hours of their last message there.",
    ),
    Reason.BLOCKED: Known(409, "Blocked", "The office has blocked this person."),
    Reason.HELD: Known(409, "Held for a dispute", "This person is held for a dispute."),
    Reason.OF_OTHER_BRANCHES: Known(
        409, "Known to other branches", "Another branch knows this person, too."
    ),
    Reason.NUMBER_TAKEN: Known(409, "Another person's number", "This number is Anna de Wit's."),
    Reason.NOTHING_TO_DECIDE: Known(
        409, "Nothing to decide", "A colleague decided about this already."
    ),
    Reason.SAME_CONTACT: Known(409, "One person already", "These are one contact already."),
    Reason.CANNOT_UNDO: Known(409, "Cannot be undone", "There is nothing to undo here."),
    Reason.REQUEST_DONE: Known(409, "Done already", "This request is done."),
    Reason.REQUEST_UNCHECKED: Known(
        409, "Not known who asks", "First say how you made sure who asks."
    ),
    Reason.NOT_ERASED: Known(409, "Not erased", "The person of this request is not erased yet."),
    Reason.CANNOT_TAKE_LONGER: Known(
        409, "No more time", "A request is made longer once, within its first month."
    ),
    Reason.CANNOT_CANCEL: Known(
        409, "Too late to cancel", "The message is being sent, or was sent."
    ),
    Reason.IDEMPOTENCY_MISMATCH: Known(
        409, "Another request with this key", "This Idempotency-Key came with another body before."
    ),
    Reason.SECRET_GONE: Known(
        409,
        "The secret is not there any more",
        "The webhook that this Idempotency-Key made was removed since.",
    ),
    Reason.MESSAGE_EXISTS: Known(
        409, "A message with this id exists", "A message with this id was accepted before."
    ),
    Reason.LINE_STOPPED: Known(
        409,
        "Stopped for another reason",
        "This number was stopped by what its phone or modem showed.",
    ),
    Reason.STRUCK_OFF: Known(409, "Struck off", "Head office does not know this box any more."),
    Reason.OFFICE_SILENT: Known(
        409,
        "Head office was not heard yet",
        "Head office has not said yet what happened since the copy that was put back.",
    ),
    Reason.RESTORED: Known(
        409, "A key is missing", "A key of this house that was used before is not here."
    ),
    Reason.NAME_TAKEN: Known(409, "The name is taken", "There is a label “ziek” already."),
    "at-the-box": Known(
        409,
        "Done at the box",
        "Head office does not do this: it is done at the box “Utrecht” (https://utrecht.example).",
    ),
    "refused": Known(409, "Refused", "A rule of this Balie forbids it."),
    "too-large": Known(413, "The body is too large", "A body has at most 65536 bytes."),
    "unsupported-media": Known(
        415, "WhatsApp does not carry it", "WhatsApp carries photos, films, sound and documents."
    ),
    "range-not-satisfiable": Known(
        416, "No such part of the file", "The file has 48213 bytes; no part begins beyond them."
    ),
    "invalid-input": Known(
        422, "A field is not right", "“06” is too short for a phone number. Write +31612345678."
    ),
    "too-many-requests": Known(
        429, "Too many requests", "This token asks too often. Ask again in 2 s."
    ),
    "internal-error": Known(500, "Balie made a mistake", "It is in Balie's log."),
    "line-full": Known(
        503,
        "Too much waits on this line",
        "20000 messages wait on this line already; nothing was kept.",
    ),
    "store-unavailable": Known(
        503, "The database cannot be used now", "Nothing was stored. Try again."
    ),
    "not-ready": Known(503, "Balie is still starting", "Not ready yet: store, adb."),
    "on-trial": Known(
        503,
        "A new version is on trial",
        "A new version of Balie is on trial; nothing was kept. Try again in some minutes.",
    ),
}

_BY_STATUS = {
    400: "bad-request",
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "unsupported-media",
    416: "range-not-satisfiable",
    422: "invalid-input",
    429: "too-many-requests",
    500: "internal-error",
    503: "store-unavailable",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One answer; `extra` are further members such as `field`, `remedy` or `errors`."""

    code: str
    detail: str
    status: int
    title: str
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        return {
            "type": TYPE_PREFIX + self.code,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            **self.extra,
        }

    def response(self) -> Response:
        content = json.dumps(self.body(), ensure_ascii=False).encode("utf-8", "replace")
        return Response(content, self.status, dict(self.headers), media_type=MEDIA_TYPE)


class ProblemError(Exception):
    """Raised where the answer is known and no lower floor has an error for it: no token, no
    scope.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def problem(
    code: str,
    detail: str | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    **extra: Any,
) -> Problem:
    """A problem of the catalogue; a refusal whose code is not in it is still a 409."""
    known = CATALOGUE.get(code) or CATALOGUE["refused"]
    return Problem(
        code=code,
        detail=detail or known.example,
        status=known.status,
        title=known.title,
        extra=extra,
        headers=headers or {},
    )


def problem_of(exc: BalieError) -> Problem:  # noqa: PLR0911 -- one for each error
    """What the caller is told. Details that only the operator should know go to the log."""
    match exc:
        case InvalidInput():
            return problem("invalid-input", exc.sentence, field=exc.field)
        case NotFound():
            return problem("not-found", str(exc))
        case Refused():
            extra: dict[str, Any] = {**exc.facts}
            if exc.remedy:
                extra["remedy"] = exc.remedy
            return problem(exc.code, exc.sentence, **extra)
        case FileRefused():
            code = "too-large" if isinstance(exc, FileTooLarge) else "unsupported-media"
            return problem(code, str(exc))
        case LineFull():
            return problem("line-full", str(exc), headers={"Retry-After": str(exc.retry_after_s)})
        case LettersMissing():
            log.error("answered 500: %s", exc)
            return problem("internal-error", str(exc))
        case StoreUnavailable() | StoreCorrupt():
            log.error("answered 503: %s", exc)
            return problem("store-unavailable", headers={"Retry-After": str(RETRY_S)})
        case _:
            log.error("answered 500: %s", exc, exc_info=exc)
            return problem("internal-error")


def of_status(status: int, detail: str | None, headers: Mapping[str, str] | None) -> Problem:
    """For what Starlette itself answers: no such page, method not allowed, too large."""
    code = _BY_STATUS.get(status, "bad-request")
    return Problem(
        code=code,
        detail=_sentence(detail) if detail else CATALOGUE[code].example,
        status=status,
        title=CATALOGUE[code].title,
        headers=headers or {},
    )


def of_validation(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """Pydantic's findings in the shape of our own: the first in `field`, all in `errors`."""
    found = [{"field": _field(error), "detail": _why(error)} for error in errors]
    return problem("invalid-input", found[0]["detail"], field=found[0]["field"], errors=found)


def _field(error: Mapping[str, Any]) -> str:
    names = [str(part) for part in error["loc"]]
    if names and names[0] in {"body", "query", "path", "header"}:
        names = names[1:]
    return ".".join(names)


def _why(error: Mapping[str, Any]) -> str:
    name = _field(error)
    match error["type"]:
        case "missing":
            return f"“{name}” is missing."
        case "extra_forbidden":
            return f"“{name}” is not a field of this request."
        case "balie":
            return str(error["msg"])
        case _:
            return f"“{name}”: {_sentence(error['msg'])}" if name else _sentence(error["msg"])


def _sentence(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip()
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "!", "?")) else ".")
