"""The user data header, TS 23.040 §9.2.3.24: what stands before the text."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from appliance.devices.modem.pdu.coding import Indication

_CONCAT, _WIDE_CONCAT = 0x00, 0x08
_WIDE_ABOVE = 0xFF
_COMMANDS = range(0x70, 0x80)
_VOICEMAIL = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Concat:
    """Which part of which message this is; `part` counts from 1, `wide` is a 16-bit reference."""

    reference: int
    wide: bool
    total: int
    part: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """`locking` and `single` are languages of TS 23.038 §6.2.1.2.4, 0 the default tables.

    `port`: the message is for a program that listens there (§9.2.3.24.3 and .4), such as 2948, WAP
    push. `commands`: it carries commands for the SIM, or answers to them (§9.2.3.24.7).
    """

    concat: Concat | None = None
    indication: Indication | None = None
    port: int | None = None
    commands: bool = False
    locking: int = 0
    single: int = 0


def read_header(elements: bytes) -> Header:
    """The header without its own length.

    Unknown elements are skipped; if an element comes twice, the last one counts. If the last
    element does not end where the header ends, the header is ignored (§9.2.3.24).
    """
    header = Header()
    for identifier, data in _elements(elements):
        header = _with_element(header, identifier, data)
    return header


def write_header(concat: Concat) -> bytes:
    """The header with its length before it."""
    width = 2 if concat.wide else 1
    reference = concat.reference.to_bytes(width, "big")
    data = reference + bytes((concat.total, concat.part))
    element = bytes((_WIDE_CONCAT if concat.wide else _CONCAT, len(data))) + data
    return bytes((len(element),)) + element


def needs_wide(reference: int) -> bool:
    return reference > _WIDE_ABOVE


def _elements(elements: bytes) -> Iterator[tuple[int, bytes]]:
    found, at = [], 0
    while at + 1 < len(elements):
        end = at + 2 + elements[at + 1]
        found.append((elements[at], elements[at + 2 : end]))
        at = end
    return iter(found if at == len(elements) else ())


def _with_element(header: Header, identifier: int, data: bytes) -> Header:
    match identifier, len(data):
        case (0x00, 3) | (0x08, 4):
            return replace(header, concat=_concat(data) or header.concat)
        case 0x24, 1:
            return replace(header, single=data[0])
        case 0x25, 1:
            return replace(header, locking=data[0])
        case _:
            return _with_purpose(header, identifier, data)


def _with_purpose(header: Header, identifier: int, data: bytes) -> Header:
    match identifier, len(data):
        case 0x01, 2:
            return replace(header, indication=_indication(data))
        case 0x23, _:
            return replace(header, indication=Indication.of(_VOICEMAIL, active=True))
        case 0x04, 2:
            return replace(header, port=data[0])
        case 0x05, 4:
            return replace(header, port=int.from_bytes(data[:2], "big"))
        case _:
            return replace(header, commands=header.commands or identifier in _COMMANDS)


def _indication(data: bytes) -> Indication:
    """§9.2.3.24.2: what waits in bits 1 and 0 (an extended kind in 4 to 2), and how much of it."""
    kind, count = data
    return Indication.of(kind, active=count > 0, count=count)


def _concat(data: bytes) -> Concat | None:
    """None where the numbers make no sense: such an element is ignored (§9.2.3.24.1)."""
    *reference, total, part = data
    if not 1 <= part <= total:
        return None
    return Concat(
        reference=int.from_bytes(reference, "big"),
        wide=len(reference) > 1,
        total=total,
        part=part,
    )
