"""What a shell stream carries back, raw or in the packets of the shell protocol."""

import struct
from enum import IntEnum

from appliance.emulated.phone.wire.stream import Stream


class ShellPacketId(IntEnum):
    """The ids of `shell_protocol.h`; the two outputs have the numbers of their descriptors."""

    STDIN = 0
    STDOUT = 1
    STDERR = 2
    EXIT = 3
    CLOSE_STDIN = 4
    WINDOW_SIZE = 5


def shell_packet(packet_id: ShellPacketId, data: bytes) -> bytes:
    return struct.pack("<BI", packet_id, len(data)) + data


class ShellOutput:
    """Output is kept until it is flushed, so that a whole script costs one WRTE."""

    def __init__(self, stream: Stream, *, framed: bool) -> None:
        self.stream = stream
        self._framed = framed
        self._kept = bytearray()

    def put(self, descriptor: int, data: bytes) -> None:
        if data:
            self._kept += shell_packet(ShellPacketId(descriptor), data) if self._framed else data

    def put_exit(self, status: int) -> None:
        if self._framed:
            self._kept += shell_packet(ShellPacketId.EXIT, bytes([status & 0xFF]))

    async def flush(self) -> None:
        data, self._kept = bytes(self._kept), bytearray()
        await self.stream.write(data)

    async def flush_half(self) -> None:
        """For an answer that is cut off; the stream ends afterwards."""
        del self._kept[len(self._kept) // 2 :]
        await self.flush()
