"""Who calls by SMSGate's API: a token of Balie, or a pass that was made with one. Either comes as
Bearer or as the password of Basic.
"""

import base64
import binascii
from dataclasses import dataclass

from fastapi import Request

from appliance.api.forwarded import address_of
from appliance.api.json.callers import (
    Caller,
    caller_by,
    caller_with,
    check_still_valid,
    revoked,
    token_of,
    unauthorized,
)
from appliance.api.services import Services
from appliance.desk.access.tokens import Scope
from appliance.desk.access.wrong_tries import Tried, WrongTries
from appliance.desk.smsgate import passes
from appliance.desk.smsgate.passes import Pass
from appliance.store.store import ReaderPool, Tx


@dataclass(frozen=True, slots=True)
class Visitor:
    """`by_pass` None: with the token itself."""

    caller: Caller
    by_pass: Pass | None = None

    @property
    def token_id(self) -> str:
        return self.caller.token.id

    def check(self, tx: Tx) -> None:
        """Raises ProblemError for what was revoked, or has ended, since it was looked up."""
        check_still_valid(tx, self.caller)
        if self.by_pass and not passes.is_valid(tx.conn, self.by_pass.id, tx.now_ms):
            raise revoked()


async def visitor_of(request: Request, *scopes: Scope) -> Visitor:
    """Raises ProblemError: 401 without a valid token or pass, 403 when it lacks a scope."""
    names = [each.value for each in scopes]
    text = _token_in(request)
    found = await _pass_in(request, text)
    if found is None:
        return Visitor(await caller_by(request, text, *names))
    if found.renews is not None:
        raise _wrong(request)
    return Visitor(caller_with(request, found.token, *names), found)


async def renewal_of(request: Request) -> tuple[Visitor, Pass]:
    """Who comes with what renews a pass, and that. Raises ProblemError (401)."""
    found = await _pass_in(request, _token_in(request))
    if found is None or found.renews is None:
        raise _wrong(request)
    return Visitor(caller_with(request, found.token), found), found


def _token_in(request: Request) -> str:
    """The user's name of Basic is the client's own and says nothing. Raises ProblemError (401)."""
    text = token_of(request) or _password_of(request)
    if not text:
        raise unauthorized("This needs a token: as Bearer, or as the password of Basic.")
    return text


def _password_of(request: Request) -> str:
    """Empty for what is no user and password at all."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return decoded.partition(":")[2].strip()


async def _pass_in(request: Request, text: str) -> Pass | None:
    if not text.startswith(passes.PREFIX):
        return None
    services: Services = request.app.state.services
    now_ms = services.clock.now_ms()
    return await services.store.aread(lambda conn: passes.find(conn, text, now_ms), ReaderPool.DOOR)


def _wrong(request: Request) -> Exception:
    wrong: WrongTries = request.app.state.wrong
    wrong.note(Tried.TOKEN, address=address_of(request))
    return revoked()
