"""Addresses in PDUs (3GPP TS 23.040 §9.1.2.5) and service centres (TS 24.011 §8.2.5)."""

from dataclasses import dataclass

from appliance.emulated.modem import alphabet
from appliance.emulated.modem.octets import OctetReader, RefusedPdu, semi_octets, swapped
from appliance.emulated.world.numbers import e164

INTERNATIONAL, NATIONAL, ALPHANUMERIC = 1, 2, 5
_UNKNOWN_TYPE = 0
_TELEPHONE_PLAN = 1
_MOST_DIGITS = 20
_SMSC_MOST_OCTETS = 11


@dataclass(frozen=True, slots=True)
class AddressField:
    """`text` are the digits without a plus, or the name of an alphanumeric sender."""

    kind: int
    text: str

    @property
    def number(self) -> str:
        """As the network understands it: E.164, or a short code as it is."""
        if self.kind == INTERNATIONAL:
            return f"+{self.text}"
        return e164(self.text) or self.text if len(self.text) > 6 else self.text

    @property
    def type_octet(self) -> int:
        plan = 0 if self.kind == ALPHANUMERIC else _TELEPHONE_PLAN
        return 0x80 | self.kind << 4 | plan


def address_of(sender: str) -> AddressField:
    """International with a plus, else a short code, else a name."""
    if sender.startswith("+"):
        return AddressField(INTERNATIONAL, sender[1:])
    kind = _UNKNOWN_TYPE if sender.isdigit() else ALPHANUMERIC
    return AddressField(kind, sender)


def read_destination(octets: OctetReader) -> AddressField:
    """TP-DA of a message that is to be sent: a telephone number and nothing else."""
    count = octets.one("TP-DA length")
    if not 1 <= count <= _MOST_DIGITS:
        raise RefusedPdu(f"TP-DA: {count} digits")
    kind = _kind_of(octets.one("TP-DA type"), field="TP-DA")
    digits = _digits(octets.take((count + 1) // 2, "TP-DA"), field="TP-DA")
    if len(digits) != count:
        raise RefusedPdu(f"TP-DA: {count} digits announced, {len(digits)} given")
    return AddressField(kind, digits)


def read_service_centre(octets: OctetReader) -> str:
    """The SMSC before a TPDU as AT commands carry it; empty means the SMSC that is set."""
    length = octets.one("SMSC length")
    if length == 0:
        return ""
    if not 2 <= length <= _SMSC_MOST_OCTETS:
        raise RefusedPdu(f"SMSC: {length} octets")
    kind = _kind_of(octets.one("SMSC type"), field="SMSC")
    digits = _digits(octets.take(length - 1, "SMSC"), field="SMSC")
    return AddressField(kind, digits).number


def service_centre_octets(number: str) -> bytes:
    if not number:
        return b"\x00"
    address = address_of(number)
    digits = semi_octets(address.text)
    return bytes([1 + len(digits), address.type_octet]) + digits


def address_octets(address: AddressField) -> bytes:
    """Length in semi-octets, type, value."""
    if address.kind != ALPHANUMERIC:
        return bytes([len(address.text), address.type_octet]) + semi_octets(address.text)
    septets = b"".join(alphabet.septets_of(address.text[:11]) or [b"?"])
    value = alphabet.packed(septets)
    return bytes([-(-7 * len(septets) // 4), address.type_octet]) + value


def _kind_of(octet: int, *, field: str) -> int:
    if not octet & 0x80:
        raise RefusedPdu(f"{field}: the highest bit of the type {octet:#04x} must be 1")
    kind, plan = octet >> 4 & 7, octet & 0x0F
    if kind not in {_UNKNOWN_TYPE, INTERNATIONAL, NATIONAL} or plan not in {0, _TELEPHONE_PLAN}:
        raise RefusedPdu(f"{field}: type {octet:#04x} is no telephone number")
    return kind


def _digits(octets: bytes, *, field: str) -> str:
    """Decimal digits, with at most one filler at the very end."""
    digits = swapped(octets)
    digits = digits.removesuffix("f")
    if not digits.isdecimal():
        raise RefusedPdu(f"{field}: {digits} are no digits")
    return digits
