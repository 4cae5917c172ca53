"""Random tokens: shown once, and only their hash is kept.

They hold 256 random bits, so a plain hash is enough; slow hashes are for what people think up.
"""

import hashlib
import secrets

_BYTES = 32


def new_token(prefix: str = "") -> str:
    return prefix + secrets.token_urlsafe(_BYTES)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
