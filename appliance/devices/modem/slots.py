"""The content of a storage, as +CMGL and +CMGR give it in PDU mode (3GPP TS 27.005 §4.1, §4.2)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from appliance.devices.modem.pdu.octets import BadPdu
from appliance.devices.modem.pdu.stored import parse_submit

_LISTED = re.compile(r"\+CMGL: *(\d+), *([0-3]) *(?:,|$)")
_READ = re.compile(r"\+CMGR: *([0-3]) *(?:,|$)")
# Octets of the TPDU, the service centre's address not counted (27.005 §3.1); it comes last.
_LENGTH = re.compile(r", *(\d{1,3})$")


class Kept(Enum):
    """<stat> of 27.005 §3.1 in PDU mode."""

    UNREAD = 0
    READ = 1
    UNSENT = 2
    SENT = 3

    @property
    def came_in(self) -> bool:
        return self in (Kept.UNREAD, Kept.READ)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The content of one slot; `pdu` begins with the service centre's address.

    `whole`: it has as many octets as its header says; else a line may have been lost or spoilt.
    """

    index: int
    kept: Kept
    pdu: bytes
    whole: bool = True

    @property
    def reference(self) -> int | None:
        """TP-MR, which some modems write into the slot; Balie stored 0 there."""
        try:
            return parse_submit(self.pdu).tpdu[1] or None
        except BadPdu:
            return None

    def holds(self, tpdu: bytes) -> bool:
        """Whether the slot holds the message that Balie stored as `tpdu`, sent or not."""
        try:
            return not self.kept.came_in and parse_submit(self.pdu).is_same(tpdu)
        except BadPdu:
            return False


def read_list(lines: Sequence[str]) -> list[Slot]:
    """The lines of +CMGL: a header and the PDU below it, in turn."""
    found = ((_LISTED.match(header), below) for header, below in pairwise((*lines, "")))
    return [
        _slot(int(match[1]), int(match[2]), header=match.string, pdu=_below(below))
        for match, below in found
        if match
    ]


def read_slot(index: int, lines: Sequence[str]) -> Slot | None:
    """The lines of +CMGR; an empty slot has none, or a header without a PDU."""
    found = ((_READ.match(header), below) for header, below in pairwise(lines))
    slots = (
        _slot(index, int(match[1]), header=match.string, pdu=_below(below))
        for match, below in found
        if match
    )
    return next(slots, None)


def _slot(index: int, stat: int, *, header: str, pdu: bytes) -> Slot:
    said = _LENGTH.search(header)
    whole = bool(pdu and said) and len(pdu) == 1 + pdu[0] + int(said[1] if said else 0)
    return Slot(index=index, kept=Kept(stat), pdu=pdu, whole=whole)


def _below(line: str) -> bytes:
    """After the header of a damaged slot the next header follows at once."""
    return b"" if _LISTED.match(line) else octets(line)


def octets(text: str) -> bytes:
    """A line that is no hex is kept as it is: a person sees it, and nothing is thrown away."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return text.encode("latin-1", "replace")
