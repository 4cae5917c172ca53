"""How many parts an SMS has (3GPP TS 23.038, 23.040)."""

_BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = set("^{}\\[~]|€\f")


def part_count(text: str) -> int:
    """A part holds 160 septets or 70 UCS-2 units, 153 or 67 when there are several."""
    if all(char in _BASIC or char in _EXTENDED for char in text):
        septets = sum(2 if char in _EXTENDED else 1 for char in text)
        return 1 if septets <= 160 else -(-septets // 153)
    units = len(text.encode("utf-16-le")) // 2
    return 1 if units <= 70 else -(-units // 67)
