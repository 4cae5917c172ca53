"""One stream between a service on the phone and a client of the adb server."""

import asyncio
from collections.abc import Callable

from appliance.emulated.phone.wire.packets import Command, Packet


class StreamClosedError(ConnectionError):
    """The other side closed the stream or the transport is gone."""


class Stream:
    """At most one WRTE is under way until the other side has answered it with OKAY."""

    def __init__(
        self, local_id: int, remote_id: int, max_data: int, send: Callable[[Packet], None]
    ) -> None:
        self.remote_id = remote_id
        self._local_id = local_id
        self._max_data = max_data
        self._send = send
        self._incoming = asyncio.StreamReader()
        self._under_way: asyncio.Future[None] | None = None
        self._closed = asyncio.Event()

    @property
    def closed(self) -> bool:
        return self._closed.is_set()

    async def read_exactly(self, size: int) -> bytes:
        """Raises asyncio.IncompleteReadError when the stream ends before."""
        return await self._incoming.readexactly(size)

    async def read_until(self, separator: bytes) -> bytes:
        """Raises asyncio.IncompleteReadError or asyncio.LimitOverrunError."""
        return await self._incoming.readuntil(separator)

    async def write(self, data: bytes) -> None:
        """Returns when the other side has taken all of it; raises StreamClosedError."""
        for start in range(0, len(data), self._max_data):
            self._send_packet(Command.WRTE, data[start : start + self._max_data])
            self._under_way = asyncio.get_running_loop().create_future()
            await self._under_way

    async def closed_within(self, seconds: float | None) -> bool:
        """Whether the stream was closed before `seconds` had passed; None waits for ever."""
        try:
            await asyncio.wait_for(self._closed.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        """Closes and tells the other side once; bytes that were not taken yet are dropped."""
        if not self.closed:
            self._send_packet(Command.CLSE)
            self.lost()

    def lost(self) -> None:
        """Closes without a word, because the other side knows or is gone."""
        self._closed.set()
        self._incoming.feed_eof()
        if self._under_way is not None and not self._under_way.done():
            self._under_way.set_exception(StreamClosedError("closed before all was taken"))

    def received(self, data: bytes) -> None:
        self._incoming.feed_data(data)
        self._send_packet(Command.OKAY)

    def taken(self) -> None:
        """The other side is ready for more."""
        if self._under_way is not None and not self._under_way.done():
            self._under_way.set_result(None)

    def _send_packet(self, command: Command, data: bytes = b"") -> None:
        if self.closed:
            raise StreamClosedError("the stream is closed")
        self._send(Packet(command, self._local_id, self.remote_id, data))
