"""The daemon's side of a connection while the bytes come whole, one by one, or late."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator

import pytest

from appliance.emulated.phone.wire.handshake import Handshake
from appliance.emulated.phone.wire.packets import AuthKind, Command, Packet, PacketDecoder
from appliance.emulated.phone.wire.seam import RsaPublicKey
from appliance.emulated.phone.wire.services import AdbServices
from appliance.emulated.phone.wire.stream import Stream
from appliance.emulated.phone.wire.transport import Transport
from appliance.emulated.phone.wire.u2_process import U2Process
from appliance.emulated.world.traffic import Traffic
from tests.emulated.plain_handset import PlainHandset
from tests.emulated.test_adb_auth import PUBLIC_KEY

Delivery = Callable[[bytes], Iterator[bytes | None]]


def whole(data: bytes) -> Iterator[bytes | None]:
    yield data


def byte_at_a_time(data: bytes) -> Iterator[bytes | None]:
    for at in range(len(data)):
        yield data[at : at + 1]


def late(data: bytes) -> Iterator[bytes | None]:
    """Pieces of any size; None lets the daemon work before the rest comes."""
    rng = random.Random(len(data))
    while data:
        size = rng.randint(1, 40)
        yield data[:size]
        yield from [None] * rng.randint(0, 3)
        data = data[size:]


class Wire(asyncio.Transport):
    """Keeps what the daemon writes."""

    def __init__(self) -> None:
        super().__init__()
        self.written = PacketDecoder()
        self.packets: list[Packet] = []
        self.arrived = asyncio.Event()
        self.aborted = False

    def write(self, data: "bytes | bytearray | memoryview[int]") -> None:
        self.packets.extend(self.written.feed(bytes(data)))
        self.arrived.set()

    def is_closing(self) -> bool:
        return self.aborted

    def abort(self) -> None:
        self.aborted = True


class Computer:
    """An adb server reduced to what a test says that it sends."""

    def __init__(self, handset: PlainHandset, delivery: Delivery) -> None:
        traffic = Traffic()
        services = AdbServices(handset, traffic, U2Process(handset, traffic))
        met_keys: set[RsaPublicKey] = set()
        self.wire = Wire()
        self.transport = Transport(Handshake(handset, met_keys), services.find, lambda _gone: None)
        self.transport.connection_made(self.wire)
        self._delivery = delivery

    async def send(self, *packets: Packet) -> None:
        data = b"".join(packet.to_bytes() for packet in packets)
        for piece in self._delivery(data):
            if piece is None:
                await asyncio.sleep(0)
            else:
                self.transport.data_received(piece)

    async def receive(self, count: int = 1) -> list[Packet]:
        async with asyncio.timeout(5):
            while len(self.wire.packets) < count:
                self.wire.arrived.clear()
                await self.wire.arrived.wait()
        taken, self.wire.packets[:] = self.wire.packets[:count], self.wire.packets[count:]
        return taken


HELLO = Packet(Command.CNXN, 0x01000001, 0x100000, b"host::features=shell_v2")


def on_a_phone(delivery: Delivery, talk: Callable[[Computer], Awaitable[None]]) -> None:
    """Logs in first; a person accepts the key, so that no private half is needed."""

    async def run() -> None:
        handset = PlainHandset(accepts_keys=False)
        computer = Computer(handset, delivery)
        await computer.send(HELLO)
        [token] = await computer.receive()
        assert (token.command, token.arg0, len(token.data)) == (Command.AUTH, AuthKind.TOKEN, 20)
        await computer.send(Packet(Command.AUTH, AuthKind.RSA_PUBLIC_KEY, 0, PUBLIC_KEY))
        handset.accept_keys()
        computer.transport.authorise()
        [banner] = await computer.receive()
        assert banner.data.startswith(b"device::ro.product.name=plain;ro.product.model=Plain 1;")
        await talk(computer)
        await computer.transport.stop()

    asyncio.run(run())


deliveries = pytest.mark.parametrize("delivery", [whole, byte_at_a_time, late])


@deliveries
def test_a_shell_command_takes_one_write(delivery: Delivery) -> None:
    """OPEN is answered by OKAY, the output is one WRTE, and CLSE comes when that was taken."""

    async def talk(computer: Computer) -> None:
        await computer.send(Packet(Command.OPEN, 7, 0, b"shell:echo a; echo $?\0"))
        assert await computer.receive(2) == [
            Packet(Command.OKAY, 1, 7),
            Packet(Command.WRTE, 1, 7, b"a\n0\n"),
        ]
        assert not computer.wire.packets
        await computer.send(Packet(Command.OKAY, 7, 1))
        assert await computer.receive() == [Packet(Command.CLSE, 1, 7)]
        await computer.send(Packet(Command.CLSE, 7, 1))
        assert not computer.wire.packets

    on_a_phone(delivery, talk)


@deliveries
def test_every_write_is_answered_by_okay(delivery: Delivery) -> None:
    """A file sent in many pieces is acknowledged piece by piece and stands on the phone."""

    async def talk(computer: Computer) -> None:
        request = (
            b"SEND\x0f\0\0\0/sdcard/a,33188"
            b"DATA\x05\0\0\0hello"
            b"DATA\x06\0\0\0 phone"
            b"DONE\x00\xe1\xf5\x05"
            b"STAT\x09\0\0\0/sdcard/a"
        )
        await computer.send(Packet(Command.OPEN, 7, 0, b"sync:\0"))
        await computer.receive()
        pieces = [request[at : at + 11] for at in range(0, len(request), 11)]
        await computer.send(*(Packet(Command.WRTE, 7, 1, piece) for piece in pieces))
        answers = await computer.receive(len(pieces) + 1)
        assert answers.count(Packet(Command.OKAY, 1, 7)) == len(pieces)
        assert Packet(Command.WRTE, 1, 7, b"OKAY\0\0\0\0") in answers
        await computer.send(Packet(Command.OKAY, 7, 1))
        [facts] = await computer.receive()
        assert facts.data == bytes.fromhex("53544154 b6810000 0b000000 00e1f505")

    on_a_phone(delivery, talk)


@deliveries
def test_a_service_that_is_not_there_is_refused(delivery: Delivery) -> None:
    """Nobody listens on tcp:9008 before u2.jar runs: CLSE from nobody to the one who asked."""

    async def talk(computer: Computer) -> None:
        for name in (b"tcp:9008\0", b"tcp:x\0", b"framebuffer:\0", b"shell:\0", b"\xff"):
            await computer.send(Packet(Command.OPEN, 9, 0, name))
            assert await computer.receive() == [Packet(Command.CLSE, 0, 9)]

    on_a_phone(delivery, talk)


@deliveries
def test_a_closed_stream_is_answered_by_one_clse(delivery: Delivery) -> None:
    """What comes for it later is ignored."""

    async def talk(computer: Computer) -> None:
        await computer.send(Packet(Command.OPEN, 7, 0, b"sync:\0"))
        await computer.receive()
        await computer.send(Packet(Command.CLSE, 7, 1), Packet(Command.WRTE, 7, 1, b"STAT"))
        assert await computer.receive() == [Packet(Command.CLSE, 1, 7)]
        await computer.send(Packet(Command.CLSE, 7, 1))
        assert not computer.wire.packets

    on_a_phone(delivery, talk)


@deliveries
def test_who_does_not_speak_adb_is_cut_off(delivery: Delivery) -> None:
    """Bytes that cannot begin a packet end the connection."""

    async def talk(computer: Computer) -> None:
        for piece in delivery(b"GET /json HTTP/1.1\r\nHost: phone\r\n\r\n"):
            computer.transport.data_received(piece or b"")
        assert computer.wire.aborted

    on_a_phone(delivery, talk)


def test_nothing_is_opened_before_the_key_is_accepted() -> None:
    """An OPEN in the middle of the handshake gets no answer at all."""

    async def run() -> None:
        computer = Computer(PlainHandset(), whole)
        await computer.send(HELLO, Packet(Command.OPEN, 7, 0, b"shell:id\0"))
        [token] = await computer.receive()
        assert token.command is Command.AUTH
        assert not computer.wire.packets

    asyncio.run(run())


def test_output_is_cut_to_what_the_computer_takes() -> None:
    """A computer that announced 4,096 bytes gets no longer WRTE, and the next only after OKAY."""

    async def run() -> None:
        sent: list[Packet] = []
        stream = Stream(1, 7, 4096, sent.append)
        writing = asyncio.ensure_future(stream.write(bytes(10_000)))
        for count in (1, 2, 3):
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert len(sent) == count
            stream.taken()
        await writing
        assert [len(packet.data) for packet in sent] == [4096, 4096, 1808]

    asyncio.run(run())
