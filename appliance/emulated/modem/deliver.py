"""SMS-DELIVER and SMS-STATUS-REPORT as the network makes them (3GPP TS 23.040 §9.2.2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from appliance.emulated.modem import alphabet
from appliance.emulated.modem.address import AddressField, address_octets
from appliance.emulated.modem.header import Concatenation
from appliance.emulated.modem.octets import semi_octets

_DELIVER, _NO_MORE_MESSAGES, _STATUS_REPORT, _WITH_HEADER = 0, 4, 2, 0x40
_GSM_DCS, _UCS2_DCS, _CLASS_0 = 0x00, 0x08, 0x10
_GSM_ALONE, _GSM_OCTETS, _UCS2_ALONE, _UCS2_OCTETS = 160, 140, 140, 140
#: The service centre stamps in its own zone.
_ZONE = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """A text on its way to a modem.

    `halves` cuts between the two halves of an emoji, too, as some phones do. `ucs2` is used even
    where the default alphabet would do. `pid` is TP-PID. `dcs` replaces the TP-DCS that the text
    needs, `octets` the text itself. `elements` are more elements of the user data header.
    """

    sender: AddressField
    text: str
    at_ms: int
    reference: int = 0
    wide: bool = False
    flash: bool = False
    ucs2: bool = False
    halves: bool = False
    pid: int = 0
    dcs: int | None = None
    octets: bytes | None = None
    elements: bytes = b""


def deliver_tpdus(dispatch: Dispatch) -> list[bytes]:
    """One TPDU a part, in order."""
    is_octets = dispatch.ucs2 or dispatch.octets is not None
    pieces = None if is_octets else alphabet.septets_of(dispatch.text)
    is_gsm = pieces is not None
    header = (7 if dispatch.wide else 6) + len(dispatch.elements)
    if pieces is not None:
        alone, together = _GSM_ALONE, (_GSM_OCTETS - header) * 8 // 7
    else:
        alone, together = _UCS2_ALONE, (_UCS2_OCTETS - header) // 2 * 2
        pieces = _octet_pieces(dispatch)
    whole = b"".join(pieces)
    # With a header a single part has no more room than one of several.
    if len(whole) <= (together if dispatch.elements else alone):
        return [_deliver(dispatch, whole, None, is_gsm=is_gsm)]
    parts = list(_filled(pieces, together))
    return [
        _deliver(dispatch, part, _concat(dispatch, number, len(parts)), is_gsm=is_gsm)
        for number, part in enumerate(parts, start=1)
    ]


def _octet_pieces(dispatch: Dispatch) -> list[bytes]:
    """The pieces that must stay whole: characters, halves of characters, or octets."""
    if dispatch.octets is not None:
        return [bytes([octet]) for octet in dispatch.octets]
    if not dispatch.halves:
        return [char.encode("utf-16-be", "surrogatepass") for char in dispatch.text]
    units = dispatch.text.encode("utf-16-be", "surrogatepass")
    return [units[at : at + 2] for at in range(0, len(units), 2)]


def _filled(pieces: Sequence[bytes], room: int) -> Iterator[bytes]:
    """As many pieces a part as fit."""
    part = b""
    for piece in pieces:
        if len(part) + len(piece) > room:
            yield part
            part = b""
        part += piece
    yield part


def _concat(dispatch: Dispatch, part: int, total: int) -> Concatenation:
    return Concatenation(reference=dispatch.reference, wide=dispatch.wide, part=part, total=total)


def _deliver(
    dispatch: Dispatch, body: bytes, concat: Concatenation | None, *, is_gsm: bool
) -> bytes:
    elements = (concat.octets()[1:] if concat else b"") + dispatch.elements
    first = _DELIVER | _NO_MORE_MESSAGES | (_WITH_HEADER if elements else 0)
    dcs = (_GSM_DCS if is_gsm else _UCS2_DCS) | (_CLASS_0 if dispatch.flash else 0)
    return (
        bytes([first])
        + address_octets(dispatch.sender)
        + bytes([dispatch.pid, dcs if dispatch.dcs is None else dispatch.dcs])
        + stamp(dispatch.at_ms)
        + _user_data(body, _header(elements), is_gsm=is_gsm)
    )


def _header(elements: bytes) -> bytes:
    return bytes([len(elements)]) + elements if elements else b""


def _user_data(body: bytes, header: bytes, *, is_gsm: bool) -> bytes:
    """TP-UD with TP-UDL before it."""
    if not is_gsm:
        return bytes([len(header) + len(body)]) + header + body
    skipped = -(-8 * len(header) // 7)
    fill = 7 * skipped - 8 * len(header)
    return bytes([skipped + len(body)]) + header + alphabet.packed(body, fill=fill)


def status_report_tpdu(
    *, reference: int, number: AddressField, sent_ms: int, done_ms: int, status: int
) -> bytes:
    return (
        bytes([_STATUS_REPORT | _NO_MORE_MESSAGES, reference])
        + address_octets(number)
        + stamp(sent_ms)
        + stamp(done_ms)
        + bytes([status])
    )


def stamp(at_ms: int) -> bytes:
    """TP-SCTS: local time and the zone in quarters of an hour."""
    local = datetime.fromtimestamp(at_ms / 1000, _ZONE)
    offset = local.utcoffset()
    quarters = int(offset.total_seconds() // 900) if offset is not None else 0
    return semi_octets(f"{local:%y%m%d%H%M%S}{quarters:02}")
