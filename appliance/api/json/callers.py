"""Who calls: a bearer token, its scopes, and the branches that it sees."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer, SecurityScopes

from appliance.api.forwarded import address_of
from appliance.api.json.times import iso
from appliance.api.problems import ProblemError, problem
from appliance.api.quotas import Quotas
from appliance.api.services import Services
from appliance.desk.access import tokens
from appliance.desk.access.accesses import Accesses, Reader
from appliance.desk.access.bearer import token_hash
from appliance.desk.access.sight import Sight
from appliance.desk.access.tokens import ApiToken, Scope
from appliance.desk.access.wrong_tries import Tried, WrongTries
from appliance.store.store import ReaderPool, Store, Tx

KEEP_S = 0.5
"""How long a looked-up token is believed: a revoked token can still read for this long. A write
asks again inside its transaction."""
MAX_KEPT = 1000
GIVEN = "balie.caller"
"""In the scope of a request that this process makes of itself: who asks. Nothing that comes over
the network gets there.
"""

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="A token made with `balie token add`. Its scopes say what it may do: "
    "`messages:read`, `messages:write`, `contacts:read`, `contacts:write`, "
    "`groups:read`, `groups:write`, `rounds:read`, `rounds:write`, "
    "`lines:read`, `devices:read`, `events:read`, `media:read`, `media:write`, "
    "`conversations:read`, `conversations:write`, `lists:read`, `lists:write`, `reports:read`, "
    "`privacy:write`, `webhooks:write`, `audit:read`. "
    "It may be for one branch only; what it may not see answers 404.",
)


@dataclass(frozen=True, slots=True)
class Caller:
    token: ApiToken
    sight: Sight
    services: Services
    accesses: Accesses


class TokenBook:
    """Looks up a token and keeps it for half a second. For the event loop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[str, tuple[ApiToken, float]] = {}

    async def find(self, text: str) -> ApiToken | None:
        name, now_s = token_hash(text), time.monotonic()
        kept = self._kept.get(name)
        if kept is not None and now_s < kept[1]:
            return kept[0]
        found = await self._store.aread(lambda conn: tokens.find(conn, text), ReaderPool.DOOR)
        if len(self._kept) >= MAX_KEPT:
            self._kept.clear()
        if found is None:
            self._kept.pop(name, None)
        else:
            self._kept[name] = (found, now_s + KEEP_S)
            self._note_use(found)
        return found

    def _note_use(self, token: ApiToken) -> None:
        """Nobody waits for the write: what a program asked for does not hang on it."""
        if token.is_stale(self._store.clock.now_ms()) and self._store.keeps:
            self._store.submit(lambda tx: tokens.used(tx, token.id), durable=False)


async def caller_of(request: Request, *scopes: str) -> Caller:
    """Raises ProblemError: 401 without a valid token, 403 when the token lacks a scope, 429 when it
    asks too often.
    """
    given = request.scope.get(GIVEN)
    if isinstance(given, Caller):
        return _checked(given, scopes)
    text = token_of(request)
    if not text:
        raise bearer_missing()
    return await caller_by(request, text, *scopes)


def _checked(caller: Caller, scopes: Sequence[str]) -> Caller:
    for name in scopes:
        require(caller, Scope(name))
    return caller


def token_of(request: Request) -> str:
    """What was sent as Bearer; empty where nothing was."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""


async def caller_by(request: Request, text: str, *scopes: str) -> Caller:
    """As `caller_of`, for a token that came in another way. A wrong one leaves a trace."""
    services: Services = request.app.state.services
    book: TokenBook = request.app.state.tokens
    token = await book.find(text)
    if token is None:
        wrong: WrongTries = request.app.state.wrong
        wrong.note(Tried.TOKEN, address=address_of(request))
        raise revoked()
    check_time(token, services.clock.now_ms())
    return caller_with(request, token, *scopes)


def caller_with(request: Request, token: ApiToken, *scopes: str) -> Caller:
    """Who has this token, which was found valid. Raises ProblemError (403, 429)."""
    services: Services = request.app.state.services
    admit(request, token)
    for name in scopes:
        if not token.may(Scope(name)):
            raise forbidden(name)
    branches = None if token.branch_id is None else frozenset({token.branch_id})
    accesses = services.accesses(Reader(token_id=token.id))
    return Caller(token, Sight(branches, token.groups), services, accesses)


def admit(request: Request, token: ApiToken) -> None:
    """Counts a request of this token, however it came in; the headers of the answer tell of it.

    Raises ProblemError (429).
    """
    quotas: Quotas = request.app.state.quotas
    quotas.take(request.scope, token.id, token.per_minute)


async def identify(
    request: Request, scopes: SecurityScopes, _: Annotated[object, Depends(_bearer)]
) -> Caller:
    """The scheme stands here for the document; the header is read by `caller_of`."""
    return await caller_of(request, *scopes.scopes)


def require(caller: Caller, scope: Scope) -> None:
    """For what takes another scope than its route. Raises ProblemError."""
    if not caller.token.may(scope):
        raise forbidden(scope.value)


def check_time(token: ApiToken, now_ms: int) -> None:
    """Raises ProblemError for a token that has ended."""
    if token.expires_ms is not None and token.has_ended(now_ms):
        ended = iso(token.expires_ms)
        raise unauthorized(
            f"This token ended on {ended[:10]}. An administrator makes a new one under Settings,"
            " Programs, or with balie token add.",
            ended_at=ended,
        )


def check_still_valid(tx: Tx, caller: Caller) -> None:
    """Raises ProblemError for a token that was revoked, or has ended, since it was looked up."""
    check_time(caller.token, tx.now_ms)
    if not tokens.is_valid(tx.conn, caller.token.id, tx.now_ms):
        raise revoked()


def revoked() -> ProblemError:
    return unauthorized("This token is not known here, or was revoked.")


def bearer_missing() -> ProblemError:
    return unauthorized("This needs a token: send “Authorization: Bearer <token>”.")


def unauthorized(detail: str, **more: str) -> ProblemError:
    headers = {"WWW-Authenticate": 'Bearer realm="balie"'}
    return ProblemError(problem("unauthorized", detail, headers=headers, **more))


def forbidden(scope: str) -> ProblemError:
    headers = {
        "WWW-Authenticate": f'Bearer realm="balie", error="insufficient_scope", scope="{scope}"'
    }
    detail = f"This token may not do that: it lacks the scope “{scope}”."
    return ProblemError(problem("forbidden", detail, headers=headers, scope=scope))


WRITES_MESSAGES = Security(identify, scopes=[Scope.MESSAGES_WRITE.value])
WRITES_CONTACTS = Security(identify, scopes=[Scope.CONTACTS_WRITE.value])
WRITES_GROUPS = Security(identify, scopes=[Scope.GROUPS_WRITE.value])
WRITES_CONVERSATIONS = Security(identify, scopes=[Scope.CONVERSATIONS_WRITE.value])
WRITES_ROUNDS = Security(identify, scopes=[Scope.ROUNDS_WRITE.value])
WRITES_LISTS = Security(identify, scopes=[Scope.LISTS_WRITE.value])
WRITES_WEBHOOKS = Security(identify, scopes=[Scope.WEBHOOKS_WRITE.value])
WRITES_PRIVACY = Security(identify, scopes=[Scope.PRIVACY_WRITE.value])
WritesMessages = Annotated[Caller, WRITES_MESSAGES]
ReadsEvents = Annotated[Caller, Security(identify, scopes=[Scope.EVENTS_READ.value])]
