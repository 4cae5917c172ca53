"""Text mode (AT+CMGF=1): PDUs shown as fields, and fields made into an SMS-SUBMIT."""

from dataclasses import dataclass

from appliance.emulated.modem import alphabet
from appliance.emulated.modem.address import (
    ALPHANUMERIC,
    INTERNATIONAL,
    AddressField,
    address_octets,
    service_centre_octets,
)
from appliance.emulated.modem.memory import StoredPdu
from appliance.emulated.modem.octets import OctetReader, swapped
from appliance.emulated.modem.results import CMS_BAD_TEXT, CmsError
from appliance.emulated.modem.settings import AtSettings

_SUBMIT, _REPORT = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """`fields` are what <fo>, <pid>, <dcs> and, of a submit, <vp> say."""

    kind: int
    fo: int
    address: AddressField
    stamps: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    mr: int = 0
    st: int = 0
    length: int = 0
    data: str = ""


def listed(index: int, slot: StoredPdu, settings: AtSettings) -> list[str]:
    """The lines of +CMGL for one message."""
    shown = _read(slot.tpdu, settings)
    head = f'+CMGL: {index},"{slot.stat.words}",'
    if shown.kind == _REPORT:
        return [head + _report_fields(shown)]
    stamp = f'"{shown.stamps[0]}"' if shown.stamps else ""
    head += f'"{_said(shown.address, settings)}",,{stamp}'
    if settings.csdh:
        head += f",{shown.address.type_octet},{shown.length}"
    return [head, shown.data]


def shown(slot: StoredPdu, settings: AtSettings) -> list[str]:
    """The lines of +CMGR."""
    return _whole(f'+CMGR: "{slot.stat.words}",', slot.pdu, settings)


def unsolicited(name: str, pdu: bytes, settings: AtSettings) -> tuple[str, ...]:
    """The lines of +CMT or +CDS."""
    return tuple(_whole(f"{name}: ", pdu, settings))


def _whole(head: str, pdu: bytes, settings: AtSettings) -> list[str]:
    shown = _read(pdu[1 + pdu[0] :], settings)
    if shown.kind == _REPORT:
        return [head + _report_fields(shown)]
    head += f'"{_said(shown.address, settings)}",'
    head += "".join(f',"{stamp}"' for stamp in shown.stamps)
    if settings.csdh:
        fields = ",".join(shown.fields)
        head += f",{shown.address.type_octet},{shown.fo},{fields},,,{shown.length}"
    return [head, shown.data]


def _report_fields(shown: _Shown) -> str:
    stamps = ",".join(f'"{stamp}"' for stamp in shown.stamps)
    address = shown.address
    plus = "+" if address.kind == INTERNATIONAL else ""
    number = f'"{plus}{address.text}",{address.type_octet}'
    return f"{shown.fo},{shown.mr},{number},{stamps},{shown.st}"


def _read(tpdu: bytes, settings: AtSettings) -> _Shown:
    """Reads without checks: the modem checked the PDU, or the network made it."""
    octets = OctetReader(tpdu)
    fo = octets.one("first octet")
    kind = fo & 3
    mr = octets.one("TP-MR") if kind else 0
    address = _address(octets)
    if kind == _REPORT:
        both = (_stamp(octets), _stamp(octets))
        st = octets.one("TP-ST")
        return _Shown(kind=kind, fo=fo, mr=mr, address=address, stamps=both, st=st)
    pid, dcs = octets.one("TP-PID"), octets.one("TP-DCS")
    fields: tuple[str, ...] = (str(pid), str(dcs))
    stamps: tuple[str, ...] = ()
    if kind == _SUBMIT:
        vp = octets.take((0, 7, 1, 7)[fo >> 3 & 3], "TP-VP")
        fields += (str(vp[0]) if len(vp) == 1 else "",)
    else:
        stamps = (_stamp(octets),)
    length = octets.one("TP-UDL")
    return _Shown(
        kind=kind,
        fo=fo,
        address=address,
        stamps=stamps,
        fields=fields,
        length=length,
        data=_data(octets.rest(), length, dcs, settings, has_header=bool(fo & 0x40)),
    )


def _address(octets: OctetReader) -> AddressField:
    count, kind = octets.one("length"), octets.one("type") >> 4 & 7
    value = octets.take((count + 1) // 2, "address")
    if kind == ALPHANUMERIC:
        return AddressField(kind, alphabet.decoded(alphabet.unpacked(value, count * 4 // 7)))
    return AddressField(kind, swapped(value)[:count])


def _stamp(octets: OctetReader) -> str:
    digits = swapped(octets.take(7, "stamp"))
    year, month, day, hour, minute, second, zone = (digits[at : at + 2] for at in range(0, 14, 2))
    return f"{year}/{month}/{day},{hour}:{minute}:{second}+{zone}"


def _data(body: bytes, length: int, dcs: int, settings: AtSettings, *, has_header: bool) -> str:
    """Hexadecimal for everything but plain 7 bit text (27.005 §3.1, <data>)."""
    if has_header or dcs & 0x0C:
        return body.hex().upper()
    return _in_charset(alphabet.decoded(alphabet.unpacked(body, length)), settings)


def _said(address: AddressField, settings: AtSettings) -> str:
    plus = "+" if address.kind == INTERNATIONAL else ""
    return _in_charset(plus + address.text, settings)


def _in_charset(text: str, settings: AtSettings) -> str:
    """Bytes as latin-1 characters, as `AT+CSCS` wants them."""
    if settings.cscs == "UCS2":
        return text.encode("utf-16-be").hex().upper()
    if settings.cscs == "GSM":
        return b"".join(alphabet.septets_of(text) or []).decode("latin-1")
    return text.encode("ascii", "replace").decode("ascii")


def number_in(typed: str, settings: AtSettings) -> str:
    """A number as it was typed, which the character set UCS2 makes hexadecimal."""
    if settings.cscs != "UCS2":
        return typed
    try:
        return bytes.fromhex(typed).decode("utf-16-be")
    except ValueError:
        return typed


def submit(number: str, body: bytes, settings: AtSettings) -> bytes:
    """The PDU of the typed text; raises +CMS ERROR: 305 for a text that cannot be sent."""
    digits = number.removeprefix("+")
    if not digits.isdecimal():
        raise CmsError(CMS_BAD_TEXT)
    kind = INTERNATIONAL if number.startswith("+") else 0
    fo, vp, pid, dcs = settings.csmp
    validity = bytes([vp]) if fo >> 3 & 3 == 2 else b""
    length, data = _user_data(body, dcs, settings, has_header=bool(fo & 0x40))
    address = address_octets(AddressField(kind, digits))
    tpdu = bytes([fo, 0]) + address + bytes([pid, dcs]) + validity + bytes([length]) + data
    return service_centre_octets("") + tpdu


def _user_data(
    body: bytes, dcs: int, settings: AtSettings, *, has_header: bool
) -> tuple[int, bytes]:
    typed = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        if has_header or dcs & 0x0C:
            data = bytes.fromhex(typed.decode("ascii"))
            length = len(data) * 8 // 7 if not dcs & 0x0C else len(data)
            return length, data
        septets = _septets(typed, settings)
    except ValueError as exc:
        raise CmsError(CMS_BAD_TEXT) from exc
    if len(septets) > 160:
        raise CmsError(CMS_BAD_TEXT)
    return len(septets), alphabet.packed(septets)


def _septets(typed: bytes, settings: AtSettings) -> bytes:
    """In the character set GSM the typed bytes are the septets themselves."""
    if settings.cscs == "GSM":
        if max(typed, default=0) > 0x7F:
            raise ValueError("no septets")
        return typed
    ucs2 = settings.cscs == "UCS2"
    text = (
        bytes.fromhex(typed.decode("ascii")).decode("utf-16-be") if ucs2 else typed.decode("ascii")
    )
    pieces = alphabet.septets_of(text)
    if pieces is None:
        raise ValueError("not in the alphabet")
    return b"".join(pieces)
