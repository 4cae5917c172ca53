"""A connection whose answer goes out in one piece: its head, and the first of its body.

uvicorn writes each by itself. Each write is a call of the system, during which another thread takes
the interpreter; the event loop then waits for its turn.
"""

import asyncio
from typing import Any

MOST_HELD = 16 * 1024
"""Bytes; what is longer costs more to join than another call."""


class JoinedWrites:
    """An asyncio transport. What is written in one round of the loop goes out at its end, or
    sooner where it is much; all else the transport itself does.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._held: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        if not data:
            return
        if not self._held:
            self._loop.call_soon(self._flush)
        self._held.append(data)
        self._size += len(data)
        if self._size > MOST_HELD:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def get_write_buffer_size(self) -> int:
        return self._size + self._transport.get_write_buffer_size()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _flush(self) -> None:
        held, self._held, self._size = self._held, [], 0
        if held and not self._transport.is_closing():
            self._transport.write(held[0] if len(held) == 1 else b"".join(held))
