"""How many SMS a text needs: 3GPP TS 23.038 alphabets, 23.040 concatenation."""

from collections.abc import Sequence

# The default alphabet of TS 23.038 §6.2.1 and its extension table §6.2.1.1 (each costs two).
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")

_GSM_SINGLE, _GSM_PART = 160, 153
_UCS2_SINGLE, _UCS2_PART = 70, 67
_LAST_OF_ONE_UNIT = 0xFFFF  # UTF-16 writes what lies above as two units

MAX_PARTS = 10
"""A longer text is refused with a sentence."""


def count_parts(text: str) -> int:
    """SMS that this text needs, as a phone splits it."""
    if all(ch in _BASIC or ch in _EXTENDED for ch in text):
        septets = [2 if ch in _EXTENDED else 1 for ch in text]
        return _parts(septets, _GSM_SINGLE, _GSM_PART)
    units = [2 if ord(ch) > _LAST_OF_ONE_UNIT else 1 for ch in text]
    return _parts(units, _UCS2_SINGLE, _UCS2_PART)


def _parts(lengths: Sequence[int], single: int, part: int) -> int:
    """A character of two is never cut: where it does not fit, it begins the next part."""
    if sum(lengths) <= single:
        return 1
    parts, used = 1, 0
    for length in lengths:
        if used + length > part:
            parts, used = parts + 1, 0
        used += length
    return parts
