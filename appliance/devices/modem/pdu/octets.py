"""Reads a PDU from its front, and refuses what is no PDU."""

from enum import Enum


class BadPdu(ValueError):
    """The octets are no message of the expected kind; the sentence says why."""


class PduKind(Enum):
    """What a PDU from a modem is, by TP-MTI (TS 23.040 §9.2.3.1)."""

    DELIVER = 0
    SUBMIT = 1
    REPORT = 2


_RESERVED = 0x03


class Octets:
    """A cursor over a PDU. Raises BadPdu where fewer octets are left than are asked for."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def octet(self) -> int:
        return self.take(1)[0]

    def take(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._data):
            raise BadPdu(f"{end} octets are announced and {len(self._data)} are there")
        taken = self._data[self._at : end]
        self._at = end
        return taken

    def rest(self) -> bytes:
        return self._data[self._at :]


def skip_service_centre(pdu: bytes) -> Octets:
    """The PDU from its first octet after the service centre's address."""
    octets = Octets(pdu)
    octets.take(octets.octet())
    return octets


def kind_of(pdu: bytes) -> PduKind:
    """What this PDU is, with the service centre's address before it.

    The reserved value counts as DELIVER, as TS 23.040 §9.2.3.1 asks of a phone.
    """
    indicator = skip_service_centre(pdu).octet() & 0x03
    return PduKind.DELIVER if indicator == _RESERVED else PduKind(indicator)
