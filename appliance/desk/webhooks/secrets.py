"""The secret of an endpoint as its receiver has it, in the form of Standard Webhooks."""

import base64
import binascii
import secrets

PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def bytes_of(secret: str) -> bytes:
    """What signs. Raises ValueError for what is no such secret."""
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as exc:
        raise ValueError("a secret is whsec_ and base64") from exc
