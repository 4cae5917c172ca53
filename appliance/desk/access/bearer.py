"""Random tokens: each is shown once, and only its hash is kept.

A token has 256 random bits, so a plain hash is enough; slow hashes are for what people make up.
"""

import hashlib
import hmac
import secrets

_BYTES = 32
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody mistakes for another."""
_GROUPS, _GROUP = 4, 4
"""Sixteen of these letters are 79 bits: nobody guesses them, however often they may try."""


def new_token(prefix: str = "") -> str:
    return prefix + secrets.token_urlsafe(_BYTES)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_code() -> str:
    """A token for people to type from a console, such as `k7qd-…`."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def is_code(given: str, expected: str) -> bool:
    """Accepts upper case, spaces and dashes wherever a person typed them."""
    return hmac.compare_digest(_letters(given), _letters(expected))


def _letters(code: str) -> bytes:
    return "".join(each for each in code.casefold() if each.isalnum()).encode()
