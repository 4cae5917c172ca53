"""The GSM 7 bit default alphabet and its extension table (3GPP TS 23.038 §6.2.1)."""

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = {
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
ESCAPE = 0x1B
_SEPTETS = {char: bytes([code]) for code, char in enumerate(_BASIC) if code != ESCAPE} | {
    char: bytes([ESCAPE, code]) for code, char in _EXTENSION.items()
}


def septets_of(text: str) -> list[bytes] | None:
    """One or two septets a character; None when the alphabet lacks a character."""
    try:
        return [_SEPTETS[char] for char in text]
    except KeyError:
        return None


def decoded(septets: bytes) -> str:
    """An escape before a code that the extension table lacks gives the character of the main table;
    an escape at the end gives a space.
    """
    chars = []
    rest = iter(septets)
    for code in rest:
        if code != ESCAPE:
            chars.append(_BASIC[code])
            continue
        following = next(rest, None)
        if following is None or following == ESCAPE:
            chars.append(" ")
        else:
            chars.append(_EXTENSION.get(following, _BASIC[following]))
    return "".join(chars)


def packed(septets: bytes, *, fill: int = 0) -> bytes:
    """Septets in octets, lowest bits first, after `fill` zero bits."""
    value = 0
    for place, septet in enumerate(septets):
        value |= septet << 7 * place
    return (value << fill).to_bytes(-(-(7 * len(septets) + fill) // 8), "little")


def unpacked(octets: bytes, count: int, *, fill: int = 0) -> bytes:
    value = int.from_bytes(octets, "little") >> fill
    return bytes(value >> 7 * place & 0x7F for place in range(count))
