"""Who asks: a token as Bearer, or in the address of what is only read, as some clients send it."""

from fastapi import Request

from appliance.api.json.callers import Caller, bearer_missing, caller_by, token_of
from appliance.api.problems import ProblemError, problem
from appliance.desk.access.tokens import Scope

_IN_ADDRESS = "access_token"


async def caller_of(request: Request, *scopes: Scope) -> Caller:
    """Raises ProblemError: 401 without a valid token, 403 when the token lacks a scope."""
    return await caller_by(request, _token_in(request), *(each.value for each in scopes))


async def caller_with_any(request: Request, *scopes: Scope) -> Caller:
    """One of the scopes will do."""
    caller = await caller_of(request)
    if not any(caller.token.may(each) for each in scopes):
        named = " or ".join(f"“{each.value}”" for each in scopes)
        raise ProblemError(
            problem("forbidden", f"This token may not do that: it lacks the scope {named}.")
        )
    return caller


def _token_in(request: Request) -> str:
    """Raises ProblemError (401)."""
    text = token_of(request)
    if not text and request.method == "GET":
        text = request.query_params.get(_IN_ADDRESS, "")
    if not text:
        raise bearer_missing()
    return text
