"""WebAuthn's two ceremonies: a passkey is made, and a passkey signs.

What the browser is asked carries a challenge, which is kept here for a few minutes and good once.
The browser says for which origin it answered; only the one that Balie has is taken, and a person
must have been there and shown who they are (a finger, a face, a PIN).
"""

import asyncio
import importlib
import logging
from dataclasses import dataclass
from urllib.parse import urlsplit

from appliance.api.web.kept_once import KeptOnce
from appliance.clock import Clock
from appliance.desk.access.bearer import new_token
from appliance.desk.access.passkeys import NewPasskey, Passkey
from appliance.desk.access.wrong_tries import Unproven
from appliance.errors import InvalidInput
from appliance.reasons import Reason

log = logging.getLogger(__name__)

LIFE_MS = 5 * 60_000
"""Of a challenge; browsers show their own dialog for a minute or two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`key` comes back with the answer; `options` are for the browser, as JSON."""

    key: str
    options: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Challenge:
    """`visitor` is the token of the guest or the session that was asked."""

    secret: bytes
    visitor: str
    origin: str

    @property
    def host(self) -> str:
        return urlsplit(self.origin).hostname or ""


class Ceremonies:
    """For the event loop, once `load_library` is through."""

    def __init__(self, clock: Clock) -> None:
        self._made = KeptOnce[_Challenge](clock, life_ms=LIFE_MS)
        self._signed = KeptOnce[_Challenge](clock, life_ms=LIFE_MS)

    def ask_to_make(
        self,
        *,
        visitor: str,
        origin: str,
        address: str,
        staff_id: str,
        name: str,
        there: list[str],
    ) -> Asked:
        """`there` are the credentials that this person has: a device makes no second one."""
        import webauthn
        from webauthn.helpers import base64url_to_bytes, structs

        challenge = _challenge(visitor, origin)
        options = webauthn.generate_registration_options(
            rp_id=challenge.host,
            rp_name="Balie",
            user_id=staff_id.encode(),
            user_name=name,
            challenge=challenge.secret,
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.REQUIRED,
                user_verification=structs.UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[
                structs.PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in there
            ],
        )
        key = self._made.keep(challenge, address=address)
        return Asked(key=key, options=webauthn.options_to_json(options))

    def made(self, key: str, credential: str, *, visitor: str) -> NewPasskey:
        """Raises InvalidInput."""
        import webauthn
        from webauthn.helpers import bytes_to_base64url

        challenge = self._made.take(key)
        if challenge is None or challenge.visitor != visitor:
            raise InvalidInput("passkey", "The passkey came too late.")
        try:
            proven = webauthn.verify_registration_response(
                credential=credential,
                expected_challenge=challenge.secret,
                expected_rp_id=challenge.host,
                expected_origin=challenge.origin,
                require_user_verification=True,
            )
        except Exception as exc:  # what a stranger sends may break a library anywhere
            log.warning("a passkey was not made: %s", type(exc).__name__)
            raise InvalidInput("passkey", "The passkey is not proven.") from exc
        return NewPasskey(
            credential_id=bytes_to_base64url(proven.credential_id),
            host=challenge.host,
            public_key=proven.credential_public_key,
            sign_count=proven.sign_count,
        )

    def ask_to_sign(self, *, visitor: str, origin: str, address: str) -> Asked:
        """Of any person: the browser shows those that it has for this host."""
        import webauthn
        from webauthn.helpers import structs

        challenge = _challenge(visitor, origin)
        options = webauthn.generate_authentication_options(
            rp_id=challenge.host,
            challenge=challenge.secret,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        )
        key = self._signed.keep(challenge, address=address)
        return Asked(key=key, options=webauthn.options_to_json(options))

    def signed(self, key: str, credential: str, passkey: Passkey | None, *, visitor: str) -> int:
        """The new count of its signatures. `passkey` is the one that the answer names. Raises
        Unproven.
        """
        import webauthn

        challenge = self._signed.take(key)
        if challenge is None or challenge.visitor != visitor:
            raise _unproven("it is too late, or was asked of another browser")
        if passkey is None or passkey.host != challenge.host:
            raise _unproven("it is not known here")
        try:
            proven = webauthn.verify_authentication_response(
                credential=credential,
                expected_challenge=challenge.secret,
                expected_rp_id=passkey.host,
                expected_origin=challenge.origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except Exception as exc:  # as above
            raise _unproven(type(exc).__name__) from exc
        return proven.new_sign_count


async def load_library() -> None:
    """With the first passkey, beside the event loop: it takes a second on a Pi."""
    await asyncio.to_thread(importlib.import_module, "webauthn")


def credential_id(credential: str) -> str:
    """Which passkey an answer names; empty when it is no answer."""
    from webauthn.helpers import parse_authentication_credential_json

    try:
        return parse_authentication_credential_json(credential).id
    except Exception:  # as above
        return ""


def _challenge(visitor: str, origin: str) -> _Challenge:
    return _Challenge(secret=new_token().encode(), visitor=visitor, origin=origin)


def _unproven(why: str) -> Unproven:
    return Unproven(Reason.PASSKEY_UNPROVEN, "This passkey lets nobody in.", why)
