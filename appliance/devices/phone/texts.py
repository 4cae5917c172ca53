"""How a text looks on a screen, in a dump and to a person."""

import hashlib
import re

from appliance.errors import InvalidInput
from appliance.phone_numbers import parse_number

# Spaces and marks without meaning that Android and WhatsApp put into labels: U+202F and U+00A0 in
# times, U+200B-U+200F and U+2060 around names and notices.
_SPACES = dict.fromkeys(map(ord, "\u202f\u00a0\u2007\u2009"), " ")
_MARKS = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF])
_LABEL = {**_SPACES, **_MARKS}

# Characters that WhatsApp takes as formatting and does not show (*bold*, _italic_, ~struck~,
# `code`), and the beginnings of lines that it draws as quotes and lists.
_FORMATTING = str.maketrans("", "", "*_~`")
_LINE_START = re.compile(r"^(?:[>\-•]\s+)+", re.MULTILINE)
_WHITE = re.compile(r"\s+")

# u2.jar's stripInvalidXMLChars, as in AOSP's AccessibilityNodeInfoDumper: ranges of UTF-16 units.
_DOTTED = (
    (0x01, 0x08),
    (0x0B, 0x0C),
    (0x0E, 0x1F),
    (0x7F, 0x84),
    (0x86, 0x9F),
    (0xD800, 0xDFFF),
    (0xFDD0, 0xFDDF),
    (0xFFFE, 0xFFFF),
)
_ASTRAL = 0x10000


def label(text: str) -> str:
    """A label of the screen without its invisible marks, its odd spaces made plain."""
    return text.translate(_LABEL).strip()


def as_dumped(text: str) -> str:
    """The text as u2.jar's hierarchy shows it: two dots for each character beyond the BMP."""
    return "".join(map(_dumped_char, text.replace("\r\n", "\n")))


def _dumped_char(char: str) -> str:
    point = ord(char)
    if point >= _ASTRAL:
        return ".."
    return "." if any(low <= point <= high for low, high in _DOTTED) else char


def canonical(text: str) -> str:
    """The text without formatting, white space and what a dump loses.

    Two texts with the same canonical form may be the same message; others cannot be.
    """
    plain = _LINE_START.sub("", as_dumped(text).translate(_LABEL).translate(_FORMATTING))
    return _WHITE.sub(" ", plain).strip()


def digest(salt: str, text: str) -> str:
    """A salted hash of a text's canonical form, so that facts can be compared without the text."""
    return hashlib.sha256(f"{salt}\0{canonical(text)}".encode()).hexdigest()[:16]


def digits_in(text: str) -> str:
    return "".join(char for char in label(text) if char.isdecimal())


# A number as a title or a dialog shows it: a plus, digits, and the usual signs between them.
_NUMBER = re.compile(r"\+\d[\d\s().\-]{5,22}\d")


def number_in(text: str) -> str | None:
    """The digits of the first international number in a label, or None."""
    found = _NUMBER.search(label(text))
    return digits_in(found.group()) if found else None


def is_number(text: str) -> bool:
    """True for a label that is an international number and nothing else."""
    return _NUMBER.fullmatch(label(text)) is not None


def in_e164(address: str) -> str:
    """E.164 where the address is a number; a sender's word stays as it is."""
    try:
        return parse_number(address)
    except InvalidInput:
        return address
