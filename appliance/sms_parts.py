"""The alphabet of SMS and the parts of a long one: 3GPP TS 23.038 and 23.040.

The default alphabet stands only here: parts are counted by it before a message is written, and a
modem's PDUs are made by it. A text goes out in GSM 7-bit where all its characters are there, else
in UCS-2 (UTF-16). A seam never cuts a character, an escape and what it escapes, or what a reader
sees as one sign: an emoji with its skin, a flag, a letter with its accents, CR with LF.
"""

import re
from collections.abc import Iterator, Sequence

import regex

#: The default alphabet, TS 23.038 §6.2.1, each character at its code; 0x1B is the escape.
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPE = 0x1B
#: The extension table, TS 23.038 §6.2.1.1: code after the escape to character; each costs two.
EXTENDED = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}

MAX_PARTS = 10
"""A longer text is refused with a sentence."""

_EXTENSION = re.escape("".join(EXTENDED.values()))
_GSM = re.compile(f"[{re.escape(BASIC.replace(chr(ESCAPE), ''))}{_EXTENSION}]*")
_COSTS_TWO = re.compile(f"[{_EXTENSION}]")
_TWO_UNITS = re.compile("[\U00010000-\U0010ffff]")
_SIGNS = regex.compile(r"\X")

_GSM_SINGLE, _UCS2_SINGLE = 160, 70
# What is left beside a header of six octets, or seven for a 16-bit reference (TS 23.040 §9.2.3.24).
_GSM_PART, _UCS2_PART = 153, 67
_GSM_WIDE_PART, _UCS2_WIDE_PART = 152, 66


def is_gsm(text: str) -> bool:
    """True when each character is in the default alphabet or its extension."""
    return _GSM.fullmatch(text) is not None


def count_parts(text: str) -> int:
    """SMS that this text needs; as many as `split` gives."""
    return 1 if _fits_one(text, is_gsm=is_gsm(text)) else len(split(text))


def split(text: str, *, wide: bool = False) -> Sequence[str]:
    """The texts of the parts as they are sent, one for a text that fits, an empty one too.

    `wide` is for references of 16 bits, which leave a character less in each part.
    """
    gsm = is_gsm(text)
    if _fits_one(text, is_gsm=gsm):
        return [text]
    if gsm:
        return list(_filled(text, _COSTS_TWO, _GSM_WIDE_PART if wide else _GSM_PART))
    return list(_filled(text, _TWO_UNITS, _UCS2_WIDE_PART if wide else _UCS2_PART))


def room_left(text: str) -> int:
    """How many more plain characters the last part takes before a new part begins."""
    gsm = is_gsm(text)
    double = _COSTS_TWO if gsm else _TWO_UNITS
    parts = split(text)
    single, part = (_GSM_SINGLE, _GSM_PART) if gsm else (_UCS2_SINGLE, _UCS2_PART)
    return (single if len(parts) == 1 else part) - _cost(parts[-1], double)


def join(parts: Sequence[str]) -> str:
    """The text of parts in their order; halves of a character at a seam become whole again.

    A half without its other half becomes U+FFFD, so that the text can be kept and shown.
    """
    return "".join(parts).encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")


def _fits_one(text: str, *, is_gsm: bool) -> bool:
    if is_gsm:
        return _cost(text, _COSTS_TWO) <= _GSM_SINGLE
    return _cost(text, _TWO_UNITS) <= _UCS2_SINGLE


def _cost(text: str, double: re.Pattern[str]) -> int:
    return len(text) + len(double.findall(text))


def _filled(text: str, double: re.Pattern[str], room: int) -> Iterator[str]:
    """Fills each part as far as it goes; a piece that does not fit whole begins the next one."""
    part: list[str] = []
    used = 0
    for sign, cost in _signs(text, double, room):
        if used + cost > room:
            yield "".join(part)
            part, used = [], 0
        part.append(sign)
        used += cost
    yield "".join(part)


def _signs(text: str, double: re.Pattern[str], room: int) -> Iterator[tuple[str, int]]:
    """Pieces that must stay whole, with their cost; a sign longer than a part is split.

    Accents can be piled on a letter without end.
    """
    for sign in _SIGNS.findall(text):
        cost = _cost(sign, double)
        if cost <= room:
            yield sign, cost
        else:
            yield from ((ch, _cost(ch, double)) for ch in sign)
