"""The circle that stands for a person: two letters of their name, and a hue of their own."""

import zlib

import regex

HUES = 24
"""As many as the stylesheet has, 15 degrees apart."""

_WORD = regex.compile(r"\p{L}[\p{L}\p{M}]*")
_SIGN = regex.compile(r"\X")


def initials(name: str) -> str:
    """Of the first two words with a capital: `FE` for Fatima El Amrani, `RG` for Rosa de Groot.

    Empty where a name has no letter. A script without capitals counts each word.
    """
    words = _WORD.findall(name)
    capital = [each for each in words if not each[0].islower()]
    first = [_SIGN.match(each) for each in (capital or words)[:2]]
    return "".join(found[0] for found in first if found).upper()


def hue(contact_id: str) -> int:
    """The same on each page and in each browser."""
    return zlib.crc32(contact_id.encode()) % HUES
