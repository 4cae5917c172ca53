"""TP-UD, TS 23.040 §9.2.3.24: the header and the text behind it."""

import re
from dataclasses import dataclass

from appliance.devices.modem.pdu import septets
from appliance.devices.modem.pdu.coding import Alphabet
from appliance.devices.modem.pdu.header import Concat, Header, read_header, write_header
from appliance.devices.modem.pdu.national_locking import locking_table
from appliance.devices.modem.pdu.national_single import single_shift_table
from appliance.devices.modem.pdu.octets import BadPdu, Octets

_HALF = re.compile("[\ud800-\udfff]")
_LATE_HALF = re.compile("[\udc00-\udfff]")
_EARLY_HALF = re.compile("[\ud800-\udbff]")
_LOST = "\ufffd"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserData:
    """`words`: it reads as text; else `text` is its octets in hex."""

    text: str
    words: bool
    header: Header


def read_user_data(octets: Octets, alphabet: Alphabet, *, has_header: bool) -> UserData:
    """TP-UDL and TP-UD. `octets` may be longer: some modems add filler."""
    length = octets.octet()
    data = octets.take((7 * length + 7) // 8 if alphabet is Alphabet.GSM else length)
    header_length = _header_length(data) if has_header else 0
    header = read_header(data[1:header_length])
    body = data[header_length:]
    match alphabet:
        case Alphabet.GSM:
            text: str | None = _gsm(data, length, header_length, header)
        case Alphabet.UCS2:
            text = _ucs2(body, header.concat)
        case Alphabet.DATA:
            text = _readable(body)
    is_hex = bool(body) and text is None
    return UserData(
        text=f"[{body.hex(' ')}]" if is_hex else text or "", words=text is not None, header=header
    )


def write_user_data(text: str, concat: Concat | None, *, gsm: bool) -> bytes:
    """TP-UDL and TP-UD."""
    header = b"" if concat is None else write_header(concat)
    if not gsm:
        data = header + text.encode("utf-16-be", "surrogatepass")
        return bytes((len(data),)) + data
    codes = septets.encode(text)
    before = _septets_of(len(header))
    packed = septets.pack(codes, fill=7 * before - 8 * len(header))
    return bytes((before + len(codes),)) + header + packed


def _header_length(data: bytes) -> int:
    """Number of octets of the header, its length octet included."""
    if not data or 1 + data[0] > len(data):
        raise BadPdu("the user data header is longer than the user data")
    return 1 + data[0]


def _septets_of(octets: int) -> int:
    """Septets that a header takes: text begins at the next whole septet, after fill bits."""
    return (8 * octets + 6) // 7


def _gsm(data: bytes, length: int, header_length: int, header: Header) -> str:
    before = _septets_of(header_length)
    fill = 7 * before - 8 * header_length
    codes = septets.unpack(data[header_length:], max(0, length - before), fill=fill)
    return septets.decode(codes, locking_table(header.locking), single_shift_table(header.single))


def _ucs2(data: bytes, concat: Concat | None) -> str:
    """UTF-16, as everybody sends it. Half a character is kept at a seam only."""
    whole = data[: len(data) & ~1]
    text = whole.decode("utf-16-be", "surrogatepass")
    if not _HALF.search(text):
        return text
    begins = concat is not None and concat.part > 1 and _LATE_HALF.match(text[:1])
    ends = concat is not None and concat.part < concat.total and _EARLY_HALF.match(text[-1:])
    start, end = (1 if begins else 0), (len(text) - 1 if ends else len(text))
    return text[:start] + _HALF.sub(_LOST, text[start:end]) + text[end:]


def _readable(data: bytes) -> str | None:
    """Text from octets whose coding says that they are no text; None where they are not readable.

    Some gateways send plain words as 8-bit data; a ring tone or a setting is no words.
    """
    for charset in ("utf-8", "latin-1") if data else ():
        try:
            text = data.decode(charset)
        except UnicodeDecodeError:
            continue
        if all(ch.isprintable() or ch in "\t\r\n" for ch in text):
            return text
    return None
