"""The messages of the adb protocol: a header of 24 bytes and a payload.

Source: `protocol.txt` and `adb.h` of AOSP's adb.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

_HEADER = struct.Struct("<6I")
_ALL_BITS = 0xFFFFFFFF

#: Since this version a sum of zero means that the payload was not summed.
VERSION = 0x01000001
#: What adb of Android 9 and later take in one payload (MAX_PAYLOAD of adb.h).
MAX_PAYLOAD = 1024 * 1024


class Command(IntEnum):
    SYNC = 0x434E5953
    CNXN = 0x4E584E43
    AUTH = 0x48545541
    OPEN = 0x4E45504F
    OKAY = 0x59414B4F
    CLSE = 0x45534C43
    WRTE = 0x45545257
    STLS = 0x534C5453


class AuthKind(IntEnum):
    """The first argument of an AUTH message."""

    TOKEN = 1
    SIGNATURE = 2
    RSA_PUBLIC_KEY = 3


class WireError(Exception):
    """The other side does not speak the adb protocol."""


@dataclass(frozen=True, slots=True)
class Packet:
    command: Command
    arg0: int
    arg1: int
    data: bytes = b""

    def to_bytes(self) -> bytes:
        """The payload's bytes are summed, which any version of adb accepts."""
        total = sum(self.data) & _ALL_BITS
        magic = self.command ^ _ALL_BITS
        header = _HEADER.pack(self.command, self.arg0, self.arg1, len(self.data), total, magic)
        return header + self.data

    @classmethod
    def from_bytes(cls, frame: bytes) -> Self:
        """Raises WireError when the frame is not exactly one sound packet."""
        command, arg0, arg1, size, total, magic = _unpacked(frame[: _HEADER.size])
        data = frame[_HEADER.size :]
        if len(data) != size:
            raise WireError(f"the header promises {size} bytes, {len(data)} came")
        if magic != command ^ _ALL_BITS or (total and total != sum(data) & _ALL_BITS):
            raise WireError("the magic or the sum of a packet is wrong")
        return cls(Command(command), arg0, arg1, data)


def _unpacked(header: bytes) -> tuple[int, int, int, int, int, int]:
    if len(header) != _HEADER.size:
        raise WireError("the header is cut off")
    command, arg0, arg1, size, total, magic = _HEADER.unpack(header)
    if command not in Command.__members__.values() or size > MAX_PAYLOAD:
        raise WireError(f"no adb packet begins with {header.hex()}")
    return command, arg0, arg1, size, total, magic


class PacketDecoder:
    """Cuts a stream of bytes, however it arrives, into packets."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Packet]:
        """The packets that are complete now; raises WireError on what cannot be one."""
        self._buffer += data
        while len(self._buffer) >= _HEADER.size:
            size = _unpacked(bytes(self._buffer[: _HEADER.size]))[3]
            end = _HEADER.size + size
            if len(self._buffer) < end:
                return
            frame = bytes(self._buffer[:end])
            del self._buffer[:end]
            yield Packet.from_bytes(frame)
