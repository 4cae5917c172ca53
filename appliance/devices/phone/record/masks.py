"""Texts of which only the shape stays: how long, where lines break, which kind of character.

Numbers, jids and hashes stand for somebody, so each gets another one of the same form. Inside one
file the same one gets the same. The key is thrown away with the file, so nobody can count back.
"""

import hmac
import re
import secrets
import unicodedata

_JID = re.compile(r"[\w.:+-]+@(?:s\.whatsapp\.net|c\.us|g\.us|lid|newsletter|broadcast)\b")
_NOBODY = "status@broadcast"
# As people and phones write a telephone number; a shorter one is an hour, a day or a count.
_NUMBER = re.compile(r"\d(?:[\s().\-/\u00a0\u202f]{0,2}\d){6,}")
# A hash in base64 or hexadecimal: even its capital letters tell what was hashed.
_TOKEN = re.compile(r"(?=[A-Za-z+/]*\d)(?=[\d+/]*[A-Za-z])[A-Za-z0-9+/]{16,}={0,2}")
_SPOKEN_FOR = re.compile(f"(?P<jid>{_JID.pattern})|(?P<token>{_TOKEN.pattern})|{_NUMBER.pattern}")

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_ASTRAL = 0x10000
_DAY_MS = 86_400_000
# Variation selectors belong to an emoji's form, and an emoji is a sign.
_SELECTORS = range(0xFE00, 0xFE10)
_BY_CATEGORY = {
    "Lu": ("X", "\U0001d417"),
    "Lt": ("X", "\U0001d417"),
    "Ll": ("x", "\U0001d431"),
    "Lm": ("ʰ", "ʰ"),
    "Mn": ("\u0301", "\u0301"),
    "Mc": ("\u0903", "\u0903"),
}
# Letters without upper and lower case, by their direction.
_BY_DIRECTION = {"R": "א", "AL": "ع"}


class Masks:
    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        days = 30 + secrets.randbelow(335)
        self._shift_ms = days * _DAY_MS + secrets.randbelow(_DAY_MS)

    def text(self, text: str) -> str:
        """Signs, white space and marks of direction stay; no letter and no digit does."""
        masked: list[str] = []
        at = 0
        for found in _SPOKEN_FOR.finditer(text):
            masked += map(_masked, text[at : found.start()])
            masked.append(self._stand_in(found))
            at = found.end()
        masked += map(_masked, text[at:])
        return "".join(masked)

    def identities(self, text: str) -> str:
        """For words that Android or an app made: only jids, numbers and hashes are masked."""
        return _SPOKEN_FOR.sub(self._stand_in, text)

    def moment(self, at_ms: int) -> int:
        """All moments of the file are moved by the same time."""
        return at_ms - self._shift_ms if at_ms > self._shift_ms else at_ms

    def _stand_in(self, found: re.Match[str]) -> str:
        if found["jid"]:
            local, _, kind = found["jid"].partition("@")
            return found["jid"] if found["jid"] == _NOBODY else f"{self._like(local)}@{kind}"
        return self._like(found[0])

    def _like(self, name: str) -> str:
        """Another name of the same form. The signs in a number do not count: the same digits in two
        notations become the same digits.
        """
        plain = re.sub(r"[^0-9A-Za-z]", "", name)
        drawn = hmac.digest(self._key, plain.encode(), "sha256")
        stream = iter(drawn * (1 + len(plain) // len(drawn)))
        first = True
        masked = []
        for char in name:
            if char.isascii() and char.isdigit():
                masked.append(str(1 + next(stream) % 9 if first else next(stream) % 10))
                first = False
            elif char.isalpha() or char.isdigit():
                masked.append(_ALPHABET[next(stream) % len(_ALPHABET)])
            else:
                masked.append(char)
        return "".join(masked)


def _masked(char: str) -> str:
    """A character of the same kind; a digit becomes 1, which is an hour, a day and a count, too."""
    category = unicodedata.category(char)
    if category == "Nd":
        return chr(ord(char) - unicodedata.decimal(char) + 1)
    if category == "Lo":
        return _unicase(char)
    if category not in _BY_CATEGORY or ord(char) in _SELECTORS:
        return char
    plain, astral = _BY_CATEGORY[category]
    return astral if ord(char) >= _ASTRAL else plain


def _unicase(char: str) -> str:
    if ord(char) >= _ASTRAL:
        return "\U00020000"
    if unicodedata.east_asian_width(char) in "WF":
        return "字"
    return _BY_DIRECTION.get(unicodedata.bidirectional(char), "ª")
