"""APIs in the shape of another product: its client comes in by Basic or Bearer, with Balie's token.

Each such API is a folder beside this module with a `DROP_IN`, which `app.py` names. The gate, the
pacing and the throttle of wrong tokens are those of the JSON API; only the words differ.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import Request, Response

from appliance.api.json.callers import Caller, caller_by, unauthorized
from appliance.api.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class DropIn:
    """`serves` says whether a path belongs to this API; `answer` tells a problem as its clients
    read it, so problem+json never reaches them.
    """

    serves: Callable[[str], bool]
    answer: Callable[[Problem], Response]


def told(drop_ins: Sequence[DropIn], path: str, problem: Problem) -> Response:
    """The problem in the form of the API at this path."""
    for each in drop_ins:
        if each.serves(path):
            return each.answer(problem)
    return problem.response()


async def caller_in(request: Request, *scopes: str) -> Caller:
    """Who comes with a token, as Bearer or as the password of Basic. Raises ProblemError as
    `caller_of` does.
    """
    return await caller_by(request, token_in(request), *scopes)


def token_in(request: Request) -> str:
    """The user's name of Basic is the client's own and says nothing. Raises ProblemError (401)."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    text = rest.strip()
    if scheme.lower() == "basic":
        text = _password(text)
    elif scheme.lower() != "bearer":
        text = ""
    if not text:
        raise unauthorized("This needs a token: as Bearer, or as the password of Basic.")
    return text


def _password(encoded: str) -> str:
    """Empty for what is no user and password at all."""
    try:
        decoded = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return decoded.partition(":")[2].strip()
