"""GSM 7-bit: characters to septets and septets to octets, TS 23.038 §6.1.2."""

from collections.abc import Iterator, Mapping

from appliance.sms_parts import BASIC, ESCAPE, EXTENDED

_CODES: dict[str, tuple[int, ...]] = {
    ch: (code,) for code, ch in enumerate(BASIC) if code != ESCAPE
}
_CODES |= {ch: (ESCAPE, code) for code, ch in EXTENDED.items()}


def encode(text: str) -> bytes:
    """One septet an octet; raises KeyError for a character that the alphabet lacks."""
    return bytes(code for ch in text for code in _CODES[ch])


def decode(septets: bytes, locking: str = BASIC, single: Mapping[int, str] = EXTENDED) -> str:
    return "".join(_characters(septets, locking, single))


def _characters(septets: bytes, locking: str, single: Mapping[int, str]) -> Iterator[str]:
    """An escape before a code without a meaning is skipped; two escapes are a space (§6.2.1.1)."""
    codes = iter(septets)
    for code in codes:
        if code != ESCAPE:
            yield locking[code]
            continue
        shifted = next(codes, None)
        if shifted is not None:
            yield " " if shifted == ESCAPE else single.get(shifted, locking[shifted])


def pack(septets: bytes, *, fill: int = 0) -> bytes:
    """Octets with the first septet in the lowest bits, after `fill` zero bits."""
    bits = 0
    for septet in reversed(septets):
        bits = bits << 7 | septet
    return (bits << fill).to_bytes((fill + 7 * len(septets) + 7) // 8, "little")


def unpack(octets: bytes, count: int, *, fill: int = 0) -> bytes:
    """At most `count` septets; the first begins after `fill` bits."""
    bits = int.from_bytes(octets, "little") >> fill
    count = min(count, (8 * len(octets) - fill) // 7)
    return bytes(bits >> shift & 0x7F for shift in range(0, 7 * count, 7))
