"""One TCP connection of an adb server to a phone: the handshake, then streams."""

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable

from appliance.emulated.phone.wire.handshake import Handshake
from appliance.emulated.phone.wire.packets import Command, Packet, PacketDecoder, WireError
from appliance.emulated.phone.wire.stream import Stream, StreamClosedError

_logger = logging.getLogger(__name__)

Service = Callable[[Stream], Awaitable[None]]


class Transport(asyncio.Protocol):
    """`find_service` answers None for a service that the phone refuses."""

    def __init__(
        self,
        handshake: Handshake,
        find_service: Callable[[str], Service | None],
        on_lost: Callable[["Transport"], None],
    ) -> None:
        self._handshake = handshake
        self._find_service = find_service
        self._on_lost = on_lost
        self._decoder = PacketDecoder()
        self._wire: asyncio.WriteTransport | None = None
        self._streams: dict[int, Stream] = {}
        self._local_ids = itertools.count(1)
        self._serving: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.WriteTransport):
            self._wire = transport

    def data_received(self, data: bytes) -> None:
        try:
            for packet in self._decoder.feed(data):
                self._handle(packet)
        except WireError as exc:
            _logger.warning("an adb server was cut off: %s", exc)
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        _logger.debug("an adb server is gone: %s", exc or "it closed")
        self._lose_streams()
        self._on_lost(self)

    def authorise(self) -> None:
        """Lets in the computer whose key was accepted on the screen."""
        self._send_if(self._handshake.accepted_by_person())

    def abort(self) -> None:
        if self._wire is not None:
            self._wire.abort()

    async def stop(self) -> None:
        self.abort()
        for task in list(self._serving):
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def _handle(self, packet: Packet) -> None:
        if packet.command in {Command.CNXN, Command.AUTH}:
            if packet.command is Command.CNXN:
                self._lose_streams()
            self._send_if(self._handshake.answer(packet))
        elif not self._handshake.online:
            _logger.debug("%s before the handshake is ignored", packet.command.name)
        elif packet.command is Command.OPEN:
            self._open(packet)
        else:
            self._hand_to_stream(packet)

    def _open(self, packet: Packet) -> None:
        name = packet.data.removesuffix(b"\0").decode(errors="replace")
        service = self._find_service(name)
        if service is None:
            self._send(Packet(Command.CLSE, 0, packet.arg0))
            return
        local_id = next(self._local_ids)
        stream = Stream(local_id, packet.arg0, self._handshake.max_data, self._send)
        self._streams[local_id] = stream
        self._send(Packet(Command.OKAY, local_id, packet.arg0))
        task = asyncio.get_running_loop().create_task(self._serve(local_id, name, service))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, local_id: int, name: str, service: Service) -> None:
        stream = self._streams[local_id]
        try:
            await service(stream)
        except (StreamClosedError, asyncio.IncompleteReadError):
            _logger.debug("the other side closed %.60s", name)
        except Exception:
            _logger.exception("the emulated service %.200s broke", name)
        finally:
            stream.close()
            self._streams.pop(local_id, None)

    def _hand_to_stream(self, packet: Packet) -> None:
        stream = self._streams.get(packet.arg1)
        if stream is None or stream.closed:
            return
        if packet.command is Command.WRTE:
            stream.received(packet.data)
        elif packet.command is Command.OKAY:
            stream.taken()
        elif packet.command is Command.CLSE:
            stream.close()

    def _lose_streams(self) -> None:
        for stream in self._streams.values():
            stream.lost()

    def _send(self, packet: Packet) -> None:
        if self._wire is not None and not self._wire.is_closing():
            self._wire.write(packet.to_bytes())

    def _send_if(self, packet: Packet | None) -> None:
        if packet is not None:
            self._send(packet)
