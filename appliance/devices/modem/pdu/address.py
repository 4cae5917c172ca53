"""Addresses, TS 23.040 §9.1.2.5: numbers of a country or of the world, and names."""

import re
from dataclasses import dataclass

from appliance.devices.modem.pdu import septets
from appliance.devices.modem.pdu.octets import Octets

# Type of number in bits 6-4, numbering plan in bits 3-0; bit 7 is always set.
_TYPE = 0x70
_INTERNATIONAL = 0x10
_ALPHANUMERIC = 0x50
_INTERNATIONAL_E164 = 0x91
_UNKNOWN_E164 = 0x81

_DIGITS = "0123456789*#abc"
_FILL = 0xF
# A number has at most 20 digits, in ten octets (§9.1.2.5).
_WRITABLE = re.compile(r"\+?[0-9*#abc]{1,20}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`text` is E.164 for an international number, else its digits, or the name."""

    text: str
    alphanumeric: bool = False


def read_address(octets: Octets) -> Address:
    """An address whose length is counted in semi-octets, as in all TP fields."""
    length = octets.octet()
    kind = octets.octet() & _TYPE
    value = octets.take((length + 1) // 2)
    if kind == _ALPHANUMERIC:
        name = septets.decode(septets.unpack(value, 4 * length // 7))
        return Address(text=name, alphanumeric=True)
    return Address(text=_number(value, length, kind))


def read_service_centre(octets: Octets) -> str | None:
    """The address before a TPDU, whose length is counted in octets; None when it is left out."""
    value = octets.take(octets.octet())
    if len(value) <= 1:
        return None
    digits = value[1:]
    return _number(digits, 2 * len(digits), value[0] & _TYPE)


def write_address(number: str) -> bytes:
    """TP-DA of a number: E.164 with its plus, or digits as they are dialled.

    Raises ValueError for what is no number.
    """
    if not _WRITABLE.fullmatch(number):
        raise ValueError("an SMS goes to at most 20 digits")
    digits = number.removeprefix("+")
    kind = _UNKNOWN_E164 if digits == number else _INTERNATIONAL_E164
    return bytes((len(digits), kind)) + _semi_octets(digits)


def _number(value: bytes, length: int, kind: int) -> str:
    nibbles = [nibble for octet in value for nibble in (octet & 0x0F, octet >> 4)][:length]
    digits = "".join(_DIGITS[nibble] for nibble in nibbles if nibble != _FILL)
    return f"+{digits}" if kind == _INTERNATIONAL and digits else digits


def _semi_octets(digits: str) -> bytes:
    nibbles = [_DIGITS.index(ch) for ch in digits]
    if len(nibbles) % 2:
        nibbles.append(_FILL)
    return bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True))
