"""The provider: OpenID Connect's code flow, with what it says held against what was begun.

It is asked for the first time when somebody logs in with it, so Balie starts without internet.
Authlib makes the addresses, fetches the token and checks its claims; here is what it leaves open:
that the discovery is the issuer's own, that a signature is of a kind that only the provider can
make, and that `iss` comes back (RFC 9207).
"""

import asyncio
import importlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.responses import Response

from appliance.api.forwarded import address_of
from appliance.api.web.kept_once import KeptOnce
from appliance.clock import Clock
from appliance.desk.access.wrong_tries import Unproven
from appliance.desk.team.accounts import StaffAccount
from appliance.errors import Refused
from appliance.oidc_settings import GivenRole, OidcSettings, is_safe_address
from appliance.reasons import Reason

if TYPE_CHECKING:  # with its client it takes 15 MB, so only who uses it has it in memory
    from authlib.integrations.starlette_client import StarletteOAuth2App

log = logging.getLogger(__name__)

LIFE_MS = 10 * 60_000
"""Of a log-in that is under way: to look for a telephone and type its code."""
_SECONDS = 10.0
_CHOOSE = "select_account"
"""OpenID Connect Core §3.1.2.1."""
_AUTHLIB = "authlib.integrations.starlette_client"
_AWAY_SENTENCE = "The log-in provider cannot be reached now."
_LEEWAY_S = 60
"""Between the clock of the provider and this one."""
_ASKED_ANEW_MS = 3_600_000
AWAY_MS = 5_000
"""So long after a try in vain nobody else waits for one."""
_SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Of RFC 7518 §3.1 those with a private key: `none` and those of a shared secret prove nothing."""
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_AWAY_ERRORS = ("temporarily_unavailable", "server_error")
"""OAuth 2.0 (RFC 6749 §4.1.2.1), as `access_denied` is."""
_MAX_SUBJECT = 255
"""OpenID Connect Core §2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunLogin:
    """`session` is what Authlib keeps of it: state, nonce and verifier. `back` is where to go
    afterwards; `link` the log-in link that the person came with.
    """

    session: dict[str, Any]
    back: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """Somebody came back from the provider, with a proven account. `claims` are those of the signed
    token, `token` all that came with it.
    """

    begun: BegunLogin
    issuer: str
    subject: str
    claims: dict[str, Any]
    token: dict[str, Any]


class OidcProvider:
    """One for the whole process, for the event loop. Raises Refused (`provider-away` or
    `login-unproven`).
    """

    def __init__(self, settings: OidcSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._begun = KeptOnce[BegunLogin](clock, life_ms=LIFE_MS)
        self._client: StarletteOAuth2App | None = None
        self._known_ms = 0
        self._away_ms: int | None = None
        self._asking = asyncio.Lock()

    @property
    def name(self) -> str:
        return self._settings.name

    @property
    def gives_roles(self) -> bool:
        return bool(self._settings.roles)

    def roles(self, came: Returned) -> Sequence[GivenRole] | None:
        """What the signed token says that they may; None where roles are given in Balie."""
        if not self.gives_roles:
            return None
        told = came.claims.get("roles")
        named = told if isinstance(told, list) else []
        return [role for value, role in self._settings.roles.items() if value in named]

    async def begin(
        self, request: Request, address: str, *, back: str, link: str
    ) -> tuple[Response, str]:
        """The way to the provider, which leads back to `address`; and the key of this log-in."""
        client = await self._ready()
        session: dict[str, Any] = {}
        request.scope["session"] = session
        answer: Response = await client.authorize_redirect(
            request, address, **self._choice(client.server_metadata)
        )
        begun = BegunLogin(session=session, back=back, link=link)
        return answer, self._begun.keep(begun, address=address_of(request))

    async def returned(self, request: Request, key: str) -> Returned:
        """`key` is what `begin` gave; it serves once."""
        begun = self._begun.take(key)
        if begun is None:
            raise _unproven("nothing was begun, or it is over")
        client = await self._ready()
        request.scope["session"] = begun.session
        self._check_sender(request, client.server_metadata)
        if (error := request.query_params.get("error")) is not None:
            raise _said(error)
        token = await self._token(client, request)
        claims = token.get("userinfo") if "id_token" in token else None
        if claims is None:
            raise _unproven("there is no token that says who it is")
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= _MAX_SUBJECT:
            raise _unproven("the subject is none")
        issuer = self._settings.issuer
        return Returned(begun=begun, issuer=issuer, subject=subject, claims=claims, token=token)

    async def account(self, came: Returned) -> StaffAccount:
        """With the address of e-mail where the provider has proven it: in the token, or by what it
        tells of the person.
        """
        told = came.claims
        client = await self._ready()
        if "email_verified" not in told and "userinfo_endpoint" in client.server_metadata:
            told = await self._told(client, came)
        email = told.get("email") if told.get("email_verified") is True else None
        return StaffAccount(
            issuer=came.issuer,
            subject=came.subject,
            email=email if isinstance(email, str) and email else None,
        )

    async def _token(self, client: "StarletteOAuth2App", request: Request) -> dict[str, Any]:
        from httpx2 import HTTPError

        wanted = {
            "iss": {"essential": True, "value": self._settings.issuer},
            "aud": {"essential": True, "value": self._settings.client_id},
        }
        try:
            token: dict[str, Any] = await client.authorize_access_token(
                request, claims_options=wanted, leeway=_LEEWAY_S
            )
        except HTTPError as exc:
            raise _away(exc) from exc
        except Exception as exc:  # what a stranger sends may break a library anywhere
            raise _unproven(type(exc).__name__) from exc
        return token

    async def _told(self, client: "StarletteOAuth2App", came: Returned) -> dict[str, Any]:
        from httpx2 import HTTPError

        try:
            told = dict(await client.userinfo(token=came.token))
        except HTTPError as exc:
            raise _away(exc) from exc
        except Exception as exc:  # as above
            raise _unproven(type(exc).__name__) from exc
        if told.get("sub") != came.subject:
            raise _unproven("the provider told of somebody else")
        return told

    async def _ready(self) -> "StarletteOAuth2App":
        """Once it was asked; an hour later it is asked again, because keys and places change."""
        async with self._asking:
            now_ms = self._clock.now_ms()
            if self._client is not None and 0 <= now_ms - self._known_ms < _ASKED_ANEW_MS:
                return self._client
            if self._away_ms is not None and 0 <= now_ms - self._away_ms < AWAY_MS:
                raise _is_away()
            try:
                self._client, self._known_ms = await self._discovered(), now_ms
            except Refused:
                self._away_ms = self._clock.now_ms()
                raise
            return self._client

    async def _discovered(self) -> "StarletteOAuth2App":
        # Both take long enough on a Pi to hold up everybody's pages.
        await asyncio.to_thread(importlib.import_module, _AUTHLIB)
        from authlib.integrations.starlette_client import OAuth
        from httpx2 import HTTPError, create_ssl_context

        trust = await asyncio.to_thread(create_ssl_context)  # once; else each client makes its own
        settings = self._settings
        client: StarletteOAuth2App = OAuth().register(
            "oidc",
            server_metadata_url=f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
            client_kwargs={
                "scope": "openid email",
                "code_challenge_method": "S256",
                "timeout": _SECONDS,
                "verify": trust,
            },
        )
        try:
            told = dict(await client.load_server_metadata())
        except (HTTPError, ValueError, TypeError) as exc:
            raise _away(exc) from exc
        client.server_metadata = self._believed(told)
        if told.get("token_endpoint_auth_methods_supported") == ["client_secret_post"]:
            client.client_kwargs["token_endpoint_auth_method"] = "client_secret_post"  # noqa: S105 -- a method
        return client

    def _believed(self, told: dict[str, Any]) -> dict[str, Any]:
        """Of the discovery what is used here: more of it would steer the client."""
        if told.get("issuer") != self._settings.issuer:
            raise _away(ValueError(f"the discovery is of {told.get('issuer')!r}"))
        places = [*_ENDPOINTS, *(["userinfo_endpoint"] if "userinfo_endpoint" in told else [])]
        if not all(is_safe_address(str(told.get(place, ""))) for place in places):
            raise _away(ValueError("an address in the discovery is missing, or is not https"))
        offered = told.get("id_token_signing_alg_values_supported") or []
        returns_iss = "authorization_response_iss_parameter_supported"
        return {
            "issuer": told["issuer"],
            "_loaded_at": told["_loaded_at"],
            "id_token_signing_alg_values_supported": [a for a in _SIGNATURES if a in offered],
            returns_iss: told.get(returns_iss) is True,
            "prompt_values_supported": told.get("prompt_values_supported") or [],
            **{place: told[place] for place in places},
        }

    def _choice(self, known: dict[str, Any]) -> dict[str, str]:
        """Several people share a counter's computer: the provider lets them choose who they are.
        Only where it knows the word; another answers with an error.
        """
        can = self._settings.lets_choose or _CHOOSE in known["prompt_values_supported"]
        return {"prompt": _CHOOSE} if can else {}

    def _check_sender(self, request: Request, known: dict[str, Any]) -> None:
        """RFC 9207: an answer of another provider is not taken for this one's."""
        given = request.query_params.getlist("iss")
        must = known["authorization_response_iss_parameter_supported"]
        if (given and given != [self._settings.issuer]) or (must and not given):
            raise _unproven("the answer is of another issuer")


def _away(exc: Exception) -> Refused:
    log.warning("the log-in provider cannot be asked: %s: %s", type(exc).__name__, exc)
    return _is_away()


def _is_away() -> Refused:
    return Refused(Reason.PROVIDER_AWAY, _AWAY_SENTENCE)


def _said(error: str) -> Unproven:
    """What the provider says, or a stranger in its name: only known words are looked at."""
    if error == "access_denied":
        return Unproven(Reason.LOGIN_DECLINED, "They did not log in there.", error)
    if error in _AWAY_ERRORS:
        return Unproven(Reason.PROVIDER_AWAY, _AWAY_SENTENCE, error)
    return _unproven("the provider tells of an error")


def _unproven(why: str) -> Unproven:
    return Unproven(Reason.LOGIN_UNPROVEN, "This log-in is not proven.", why)
