"""TP-DCS: all 256 values, each with the alphabet and the class that TS 23.038 gives it."""

import pytest

from appliance.devices.modem.pdu.coding import Alphabet, read_coding
from appliance.devices.modem.pdu.incoming import parse_deliver
from tests.devices.modem.pdu.deliver_encoder import Delivery

GSM, DATA, UCS2 = Alphabet.GSM, Alphabet.DATA, Alphabet.UCS2


@pytest.mark.parametrize(
    ("codings", "alphabet", "message_class"),
    [
        ([0x00, 0x01, 0x02, 0x03, 0x40], GSM, None),
        ([0x10, 0x50], GSM, 0),
        ([0x11], GSM, 1),
        ([0x12], GSM, 2),
        ([0x13, 0x53], GSM, 3),
        ([0x04, 0x44], DATA, None),
        ([0x14, 0x54], DATA, 0),
        ([0x08, 0x48], UCS2, None),
        ([0x18, 0x58], UCS2, 0),
        ([0x0B, 0x4B], UCS2, None),
        # The reserved alphabet, and compressed text that nobody sends.
        ([0x0C, 0x4F], GSM, None),
        ([0x20, 0x28, 0x6C], DATA, None),
        # Reserved groups read as the default alphabet.
        (range(0x80, 0xC0), GSM, None),
        # A message waits: to be thrown away, to be kept, and kept in UCS-2.
        (range(0xC0, 0xE0), GSM, None),
        (range(0xE0, 0xF0), UCS2, None),
        # The last group has an alphabet and a class.
        ([0xF0, 0xF8], GSM, 0),
        ([0xF1], GSM, 1),
        ([0xF2], GSM, 2),
        ([0xF4], DATA, 0),
        ([0xF5], DATA, 1),
        ([0xF7], DATA, 3),
    ],
)
def test_a_coding_has_an_alphabet_and_a_class(
    codings: list[int], alphabet: Alphabet, message_class: int | None
) -> None:
    """General groups, marked for deletion, message waiting, class groups, reserved ones."""
    for dcs in codings:
        coding = read_coding(dcs)
        assert (coding.alphabet, coding.message_class) == (alphabet, message_class), hex(dcs)


def test_a_message_of_class_0_is_a_flash() -> None:
    """Only class 0 is one, in any group."""
    flashes = {dcs for dcs in range(256) if parse_deliver(Delivery(dcs=dcs).pdu()).flash}
    general = {group | bits for group in (0x10, 0x30, 0x50, 0x70) for bits in (0, 4, 8, 12)}
    assert flashes == general | {0xF0, 0xF4, 0xF8, 0xFC}


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("486f69", "Hoi"),
        ("c3a9c3a96e", "één"),
        ("e9e96e", "één"),
        ("61200d0a62", "a \r\nb"),
        ("e8329bfd4697d9ec37de", "[e8 32 9b fd 46 97 d9 ec 37 de]"),
        ("00", "[00]"),
        ("", ""),
    ],
)
def test_8_bit_data_is_shown(data: str, text: str) -> None:
    """As text if it is valid UTF-8 or Latin-1, else as hex in brackets; nothing is lost."""
    octets = bytes.fromhex(data)
    pdu = Delivery(dcs=0x04).pdu()[:-1] + bytes((len(octets),)) + octets
    assert parse_deliver(pdu).text == text
