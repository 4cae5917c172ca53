"""The user data header: concatenation (3GPP TS 23.040 §9.2.3.24)."""

from dataclasses import dataclass

from appliance.emulated.modem.octets import OctetReader, RefusedPdu

_CONCAT_8, _CONCAT_16 = 0x00, 0x08
#: Application ports do not change the text; they are accepted and kept.
_PORTS = {0x04: 2, 0x05: 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Concatenation:
    """`wide` is a reference of 16 bits."""

    reference: int
    total: int
    part: int
    wide: bool = False

    def octets(self) -> bytes:
        """The whole header, its length first."""
        if self.wide:
            return bytes(
                [6, _CONCAT_16, 4, *self.reference.to_bytes(2, "big"), self.total, self.part]
            )
        return bytes([5, _CONCAT_8, 3, self.reference, self.total, self.part])


def read_header(data: bytes) -> Concatenation | None:
    """The elements after UDHL; they must fill it exactly, and each must be valid."""
    octets = OctetReader(data)
    concat: Concatenation | None = None
    left = len(data)
    while left:
        kind, size = octets.one("UDH element"), octets.one("UDH element length")
        value = octets.take(size, "UDH element")
        left -= 2 + size
        if kind in {_CONCAT_8, _CONCAT_16}:
            if concat is not None:
                raise RefusedPdu("UDH: concatenated twice")
            concat = _concat(value, wide=kind == _CONCAT_16)
        elif _PORTS.get(kind) != size:
            raise RefusedPdu(f"UDH: element {kind:#04x} of {size} octets")
    return concat


def _concat(value: bytes, *, wide: bool) -> Concatenation:
    if len(value) != (4 if wide else 3):
        raise RefusedPdu(f"UDH: a concatenation of {len(value)} octets")
    *reference, total, part = value
    if not 1 <= part <= total:
        raise RefusedPdu(f"UDH: part {part} of {total}")
    return Concatenation(
        reference=int.from_bytes(bytes(reference), "big"), total=total, part=part, wide=wide
    )
