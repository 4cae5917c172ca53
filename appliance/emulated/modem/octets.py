"""Reads a PDU octet by octet, and tells what is wrong with a bad one."""


class RefusedPdu(ValueError):
    """The sentence says which field breaks which rule; the modem answers +CMS ERROR: 304."""


class OctetReader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def one(self, field: str) -> int:
        return self.take(1, field)[0]

    def take(self, count: int, field: str) -> bytes:
        taken = self._data[self._at : self._at + count]
        if len(taken) < count:
            raise RefusedPdu(f"{field}: the PDU ends {count - len(taken)} octets early")
        self._at += count
        return taken

    def rest(self) -> bytes:
        taken = self._data[self._at :]
        self._at = len(self._data)
        return taken


def swapped(octets: bytes) -> str:
    """Semi-octets in the order of reading, as hexadecimal digits."""
    return "".join(f"{octet & 0x0F:x}{octet >> 4:x}" for octet in octets)


def semi_octets(digits: str) -> bytes:
    """Digits two an octet, the first in the low half; an odd one out is filled with 1111."""
    padded = digits if len(digits) % 2 == 0 else digits + "f"
    return bytes(int(padded[at + 1] + padded[at], 16) for at in range(0, len(padded), 2))
