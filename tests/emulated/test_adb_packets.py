"""The codec of adb messages against bytes that were written down by hand."""

import random

import pytest

from appliance.emulated.phone.wire.packets import Command, Packet, PacketDecoder, WireError

CNXN = bytes.fromhex("434e584e 01000001 00001000 07000000 32020000 bcb1a7b1".replace(" ", ""))
CNXN_PACKET = Packet(Command.CNXN, 0x01000001, 0x00100000, b"host::\0")
OKAY = bytes.fromhex("4f4b4159 05000000 09000000 00000000 00000000 b0b4bea6".replace(" ", ""))


def test_a_packet_becomes_the_bytes_of_protocol_txt() -> None:
    """Header fields are little-endian, the payload is summed, the magic mirrors the command."""
    assert CNXN_PACKET.to_bytes() == CNXN + b"host::\0"
    assert Packet(Command.OKAY, 5, 9).to_bytes() == OKAY


def test_the_bytes_become_the_packet_again() -> None:
    """A header and its payload are read back as they were meant."""
    assert Packet.from_bytes(CNXN + b"host::\0") == CNXN_PACKET


def test_a_sum_of_zero_is_accepted() -> None:
    """Since version 0x01000001 a sender need not sum up its payload."""
    unsummed = CNXN[:16] + bytes(4) + CNXN[20:] + b"host::\0"
    assert Packet.from_bytes(unsummed) == CNXN_PACKET


@pytest.mark.parametrize(
    "frame",
    [
        CNXN[:16] + b"\1\0\0\0" + CNXN[20:] + b"host::\0",
        CNXN[:20] + bytes(4) + b"host::\0",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        CNXN + b"host:",
        CNXN[:12] + b"\xff\xff\xff\x7f" + CNXN[16:],
        CNXN[:10],
    ],
    ids=[
        "wrong sum",
        "wrong magic",
        "no adb",
        "payload cut off",
        "payload too long",
        "half header",
    ],
)
def test_what_is_no_packet_is_refused(frame: bytes) -> None:
    """Bytes that adb would never send raise WireError."""
    with pytest.raises(WireError):
        Packet.from_bytes(frame)


@pytest.mark.parametrize("seed", range(20))
def test_packets_survive_any_cutting_of_the_stream(seed: int) -> None:
    """However the bytes arrive, the same packets come out in the same order."""
    rng = random.Random(seed)
    sent = [
        Packet(
            rng.choice(list(Command)), rng.getrandbits(32), rng.getrandbits(32), rng.randbytes(n)
        )
        for n in rng.choices([0, 1, 24, 300, 5000], k=20)
    ]
    stream = b"".join(packet.to_bytes() for packet in sent)
    decoder = PacketDecoder()
    received: list[Packet] = []
    largest = rng.choice([1, 7, 64, 4096])
    while stream:
        size = rng.randint(1, largest)
        received.extend(decoder.feed(stream[:size]))
        stream = stream[size:]
    assert received == sent
