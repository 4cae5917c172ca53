"""Passwords: argon2id with the parameters that OWASP's Password Storage Cheat Sheet gives.

One hash costs 19 MiB and some tens of milliseconds on a Pi, so it is computed outside every
transaction and never in the event loop, and `Turns` lets two run at a time.
"""

import functools

import argon2

from appliance.errors import InvalidInput

MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
MIN_LENGTH = 10
MAX_LENGTH = 256
"""Characters; longer ones only make the server work."""

_hasher = argon2.PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)


def hash_password(password: str) -> str:
    """Raises InvalidInput when it is too short or too long. Blocks for a while."""
    if len(password) < MIN_LENGTH:
        sentence = f"A password has at least {MIN_LENGTH} characters. A sentence is easy to keep."
        raise InvalidInput("password", sentence)
    if len(password) > MAX_LENGTH:
        raise InvalidInput("password", f"A password has at most {MAX_LENGTH} characters.")
    try:
        return _hasher.hash(password)
    except UnicodeEncodeError as exc:
        sentence = "The password holds half a character. Type it again."
        raise InvalidInput("password", sentence) from exc


def is_password(password: str, stored: str | None) -> bool:
    """Takes the same time with and without a stored hash. Blocks for a while."""
    if len(password) > MAX_LENGTH:
        return False
    try:
        matches = _hasher.verify(stored or _nobody(), password)
    except (argon2.exceptions.Argon2Error, argon2.exceptions.InvalidHash, UnicodeEncodeError):
        return False
    return matches and stored is not None


@functools.cache
def _nobody() -> str:
    """Checked when there is no such person, so that an unknown name takes as long to answer."""
    return _hasher.hash("nobody has this password")
