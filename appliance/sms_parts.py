"""How many SMS a text needs: 3GPP TS 23.038 alphabets, 23.040 concatenation."""

# The default alphabet of TS 23.038 §6.2.1 and its extension table §6.2.1.1 (each costs two).
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")

_GSM_SINGLE, _GSM_PART = 160, 153
_UCS2_SINGLE, _UCS2_PART = 70, 67

MAX_PARTS = 10
"""A longer text is refused with a sentence."""


def count_parts(text: str) -> int:
    """SMS parts; an upper bound is what matters, so seams are counted as they fall."""
    if all(ch in _BASIC or ch in _EXTENDED for ch in text):
        septets = sum(2 if ch in _EXTENDED else 1 for ch in text)
        return _parts(septets, _GSM_SINGLE, _GSM_PART)
    units = len(text.encode("utf-16-le")) // 2
    return _parts(units, _UCS2_SINGLE, _UCS2_PART)


def _parts(length: int, single: int, part: int) -> int:
    return 1 if length <= single else -(-length // part)
