"""The cable between a box and head office: a small TCP relay that can be cut and healed.

Neither side knows of it. Cut with a noise, connections are reset and new ones, too; cut in silence,
nothing comes through and nobody is told, as when a router dies.
"""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from functools import partial

_BYTES = 64 * 1024


class Cable:
    """For one event loop."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._whole = asyncio.Event()
        self._whole.set()
        self._is_noisy = False
        self._ends: set[asyncio.StreamWriter] = set()
        self._servers: list[asyncio.Server] = []

    async def lay(self) -> int:
        """Its port, on which it listens from now on."""
        return await self.lay_beside(self._target_port)

    async def lay_beside(self, target_port: int) -> int:
        """The port of one more strand, to another place, that is cut and healed with it."""
        sock = socket.create_server(("127.0.0.1", 0))
        carry = partial(self._carry, target_port)
        self._servers.append(await asyncio.start_server(carry, sock=sock))
        return int(sock.getsockname()[1])

    @property
    def is_cut(self) -> bool:
        return not self._whole.is_set()

    def cut(self, *, silently: bool = False) -> None:
        self._is_noisy = not silently
        self._whole.clear()
        if self._is_noisy:
            self._reset()

    def heal(self) -> None:
        self._is_noisy = False
        self._whole.set()

    def close(self) -> None:
        for each in self._servers:
            each.close()
        self._reset()

    def _reset(self) -> None:
        for each in list(self._ends):
            each.transport.abort()

    async def _carry(
        self, target_port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with self._end(writer), contextlib.suppress(OSError):
            if self._is_noisy:
                return
            await self._whole.wait()
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target_port)
            with self._end(far_writer):
                await asyncio.gather(self._pour(reader, far_writer), self._pour(far_reader, writer))

    @contextlib.contextmanager
    def _end(self, writer: asyncio.StreamWriter) -> Iterator[None]:
        self._ends.add(writer)
        try:
            yield
        finally:
            self._ends.discard(writer)
            writer.transport.abort()

    async def _pour(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_BYTES):
            await self._whole.wait()
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
