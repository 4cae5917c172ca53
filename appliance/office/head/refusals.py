"""What the office answers a box that it does not do what it asks; each is a problem (RFC 9457)."""

from appliance.api.problems import Problem, ProblemError, problem
from appliance.reasons import Reason

BUSY_S = 1
"""After so long a box asks again."""


def busy() -> ProblemError:
    """As many others are being worked on as may be."""
    headers = {"Retry-After": str(BUSY_S)}
    return _refusal(503, "link-busy", "The office is busy", "Ask again in a second.", headers)


def behind(cursor: int) -> ProblemError:
    detail = f"The office has everything up to {cursor}; go on from there."
    found = _problem(409, "link-behind", "Something is missing", detail, None, cursor=cursor)
    return ProblemError(found)


def held(why: str) -> ProblemError:
    return _refusal(422, "link-held", "The office takes nothing from this box", why)


def struck_off() -> ProblemError:
    detail = "Head office has struck this box off."
    return _refusal(401, Reason.STRUCK_OFF, "This box is struck off", detail)


def unknown() -> ProblemError:
    headers = {"WWW-Authenticate": 'Bearer realm="balie-office"'}
    return ProblemError(
        problem("unauthorized", "This credential opens nothing here.", headers=headers)
    )


def no_invitation() -> ProblemError:
    detail = "This invitation is not known, was used, or is older than three days."
    return _refusal(403, "no-invitation", "No such invitation", detail)


def malformed(what: str) -> ProblemError:
    return ProblemError(problem("invalid-input", f"It cannot be read: {what}."))


def too_large(most: int) -> ProblemError:
    return ProblemError(problem("too-large", f"The body is too large: at most {most} bytes."))


def nobody_asked() -> ProblemError:
    return ProblemError(problem("not-found", "Nobody waits for this answer any more."))


def no_authority() -> ProblemError:
    return ProblemError(problem("not-found", "This office has no certificates of its own."))


def _refusal(
    status: int, code: str, title: str, detail: str, headers: dict[str, str] | None = None
) -> ProblemError:
    return ProblemError(_problem(status, code, title, detail, headers))


def _problem(
    status: int,
    code: str,
    title: str,
    detail: str,
    headers: dict[str, str] | None,
    **extra: int,
) -> Problem:
    return Problem(
        code=code, detail=detail, status=status, title=title, headers=headers or {}, extra=extra
    )
