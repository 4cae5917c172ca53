"""SMS-SUBMIT, read strictly (3GPP TS 23.040 §9.2.2.2, TS 23.038 §4)."""

from dataclasses import dataclass
from enum import Enum

from appliance.emulated.modem import alphabet
from appliance.emulated.modem.address import AddressField, read_destination
from appliance.emulated.modem.header import Concatenation, read_header
from appliance.emulated.modem.octets import OctetReader, RefusedPdu, swapped

_SUBMIT = 1
_NO_VALIDITY, _ENHANCED, _RELATIVE, _ABSOLUTE = range(4)
_MOST_OCTETS, _MOST_SEPTETS = 140, 160
_STAMP_LIMITS = ((1, 12), (1, 31), (0, 23), (0, 59), (0, 59))


class TextCoding(Enum):
    GSM = "gsm"
    BINARY = "binary"
    UCS2 = "ucs2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """`units` are UTF-16 code units of the text: half a surrogate pair is joined later."""

    address: AddressField
    coding: TextCoding
    units: bytes
    concat: Concatenation | None
    wants_report: bool
    flash: bool

    @property
    def text(self) -> str:
        return joined([self.units])


def joined(units: list[bytes]) -> str:
    """The text of all parts; half a character shows as damage."""
    return b"".join(units).decode("utf-16-be", "replace")


def read_submit(tpdu: bytes) -> Submit:
    """Raises BadPdu for everything that the specification forbids a sender."""
    octets = OctetReader(tpdu)
    first = octets.one("first octet")
    if first & 3 != _SUBMIT:
        raise RefusedPdu(f"TP-MTI {first & 3} is no SMS-SUBMIT")
    octets.one("TP-MR")
    address = read_destination(octets)
    _check_protocol(octets.one("TP-PID"))
    coding, flash = _coding(octets.one("TP-DCS"))
    _check_validity(first >> 3 & 3, octets)
    length = octets.one("TP-UDL")
    concat, units = _user_data(octets.rest(), length, coding, has_header=bool(first & 0x40))
    return Submit(
        address=address,
        coding=coding,
        units=units,
        concat=concat,
        wants_report=bool(first & 0x20),
        flash=flash,
    )


def _check_protocol(pid: int) -> None:
    """Plain SME, telematic, type 0, replace, return call."""
    if not (pid < 0x48 or pid == 0x5F):
        raise RefusedPdu(f"TP-PID {pid:#04x} is reserved")


def _coding(dcs: int) -> tuple[TextCoding, bool]:
    """The alphabet, and whether it is class 0; reserved bits and groups are refused."""
    group = dcs >> 4
    if group <= 3:
        has_class = bool(dcs & 0x10)
        if dcs & 0x20:
            raise RefusedPdu(f"TP-DCS {dcs:#04x}: compressed")
        if not has_class and dcs & 3:
            raise RefusedPdu(f"TP-DCS {dcs:#04x}: bits 1 and 0 are reserved")
        return _alphabet(dcs), has_class and dcs & 3 == 0
    if group == 0xF:
        if dcs & 8:
            raise RefusedPdu(f"TP-DCS {dcs:#04x}: bit 3 is reserved")
        return (TextCoding.BINARY if dcs & 4 else TextCoding.GSM), dcs & 3 == 0
    raise RefusedPdu(f"TP-DCS {dcs:#04x}: not for what a person sends")


def _alphabet(dcs: int) -> TextCoding:
    choice = dcs >> 2 & 3
    if choice == 3:
        raise RefusedPdu(f"TP-DCS {dcs:#04x}: a reserved alphabet")
    return (TextCoding.GSM, TextCoding.BINARY, TextCoding.UCS2)[choice]


def _check_validity(form: int, octets: OctetReader) -> None:
    if form == _NO_VALIDITY:
        return
    if form == _RELATIVE:
        octets.one("TP-VP")
        return
    value = octets.take(7, "TP-VP")
    if form == _ABSOLUTE:
        _check_stamp(value)
    elif value[0] & 0x38 or value[0] & 7 > 3:
        raise RefusedPdu("TP-VP: reserved bits in the enhanced format")


def _check_stamp(value: bytes) -> None:
    """The zone's sign is a bit in its low half, so it is no decimal."""
    digits = swapped(value[:6])
    if not digits.isdecimal():
        raise RefusedPdu("TP-VP: no decimal digits")
    for place, (low, high) in enumerate(_STAMP_LIMITS, start=1):
        if not low <= int(digits[2 * place : 2 * place + 2]) <= high:
            raise RefusedPdu(f"TP-VP: no such time {digits}")


def _user_data(
    data: bytes, length: int, coding: TextCoding, *, has_header: bool
) -> tuple[Concatenation | None, bytes]:
    """The concatenation and the text as UTF-16 code units."""
    size = -(-7 * length // 8) if coding is TextCoding.GSM else length
    if length > (_MOST_SEPTETS if coding is TextCoding.GSM else _MOST_OCTETS):
        raise RefusedPdu(f"TP-UDL {length} is too long")
    if len(data) != size:
        raise RefusedPdu(f"TP-UDL {length} means {size} octets, there are {len(data)}")
    header = 0
    concat = None
    if has_header:
        octets = OctetReader(data)
        header = 1 + octets.one("UDHL")
        concat = read_header(octets.take(header - 1, "UDH"))
    if coding is TextCoding.GSM:
        return concat, _gsm_units(data, length, header)
    body = data[header:]
    if coding is TextCoding.BINARY:
        return concat, body.decode("latin-1").encode("utf-16-be")
    if len(body) % 2:
        raise RefusedPdu("UCS-2 of an odd number of octets")
    return concat, body


def _gsm_units(data: bytes, length: int, header: int) -> bytes:
    """The text begins at the first septet boundary after the header."""
    skipped = -(-8 * header // 7)
    fill = 7 * skipped - 8 * header
    used = 7 * length
    if int.from_bytes(data, "little") >> used:
        raise RefusedPdu("the bits after the last septet must be 0")
    if header and data[header:] and data[header] & ((1 << fill) - 1):
        raise RefusedPdu("the bits between header and text must be 0")
    septets = alphabet.unpacked(data[header:], length - skipped, fill=fill)
    return alphabet.decoded(septets).encode("utf-16-be")
