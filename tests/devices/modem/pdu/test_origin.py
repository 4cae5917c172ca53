"""TP-PID, TP-DCS and the header show who speaks, by TS 23.040 §9.2.3.9 and TS 23.038 §4."""

import pytest

from appliance.devices.modem.pdu.incoming import parse_deliver
from appliance.messages import Origin
from tests.devices.modem.pdu.deliver_encoder import Delivery

PERSON, NOTICE, TECHNICAL = Origin.PERSON, Origin.NOTICE, Origin.TECHNICAL
SILENT = None
PIDS = {
    **dict.fromkeys(range(256), PERSON),
    0x40: SILENT,
    **dict.fromkeys(range(0x41, 0x48), NOTICE),
    0x5F: NOTICE,
    **dict.fromkeys((0x48, 0x7C, 0x7D, 0x7E, 0x7F), TECHNICAL),
}
WAP_PUSH = bytes.fromhex(
    "0106 26 6170706c69636174696f6e2f766e642e7761702e6d6d732d6d657373616765 00"
)


def test_every_protocol_identifier_has_its_speaker() -> None:
    """Those for fax and telex, the reserved ones and a service centre's own are plain messages."""
    found = {pid: parse_deliver(Delivery(text="Hoi", pid=pid).pdu()).origin for pid in range(256)}
    assert found == PIDS


def test_the_silent_message_of_a_network() -> None:
    """Type 0 without text, as seen on a network."""
    pdu = bytes.fromhex("00040B911356030000F140006211824134530000")
    assert parse_deliver(pdu).origin is SILENT


def test_a_coding_that_says_something_waits_is_a_notice() -> None:
    """In all three groups, whatever waits; a class only says where to store it."""
    found = {dcs for dcs in range(256) if _origin(dcs) is NOTICE}
    assert found == set(range(0xC0, 0xF0))


def _origin(dcs: int) -> Origin | None:
    return parse_deliver(Delivery(dcs=dcs, octets=b"").pdu()).origin


@pytest.mark.parametrize(
    ("dcs", "text"),
    [
        (0xC8, "Voicemail"),
        (0xC0, "Voicemail: 0"),
        (0xC9, "Fax"),
        (0xDA, "E-mail"),
        (0xEB, "Inbox"),
        (0xE0, "Voicemail: 0"),
    ],
)
def test_what_waits_is_said_where_nobody_wrote_it(dcs: int, text: str) -> None:
    assert parse_deliver(Delivery(dcs=dcs).pdu()).text == text


def test_the_operator_s_own_words_go_first() -> None:
    pdu = Delivery(dcs=0xD8, text="U heeft 2 nieuwe berichten").pdu()
    assert parse_deliver(pdu).text == "U heeft 2 nieuwe berichten"


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ({0x01: bytes.fromhex("8003")}, "Voicemail: 3"),
        ({0x01: bytes.fromhex("0000")}, "Voicemail: 0"),
        ({0x01: bytes.fromhex("0201")}, "E-mail: 1"),
        ({0x23: bytes(9)}, "Voicemail"),
    ],
)
def test_a_header_that_says_something_waits_is_a_notice(
    header: dict[int, bytes], text: str
) -> None:
    deliver = parse_deliver(Delivery(header=header).pdu())
    assert (deliver.origin, deliver.text) == (NOTICE, text)


@pytest.mark.parametrize(
    ("header", "dcs"),
    [
        ({0x05: bytes.fromhex("0b8423f0")}, 0xF5),  # WAP push, also a picture message
        ({0x05: bytes.fromhex("0b8423f0")}, 0x04),
        ({0x04: bytes.fromhex("fd00")}, 0x04),
        ({0x70: b""}, 0xF6),
        ({}, 0xF6),
    ],
)
def test_what_is_for_a_program_is_technical(header: dict[int, bytes], dcs: int) -> None:
    """Ports, orders for the SIM, octets that are no text; they are kept as hex."""
    deliver = parse_deliver(Delivery(header=header, dcs=dcs, octets=WAP_PUSH).pdu())
    assert deliver.origin is TECHNICAL
    assert deliver.text == f"[{WAP_PUSH.hex(' ')}]"


@pytest.mark.parametrize(
    ("dcs", "octets", "header", "origin"),
    [
        (0x04, b"Hoi, ik ben er", {}, PERSON),
        (0xF5, b"Hoi, ik ben er", {}, PERSON),
        (0xF6, b"Hoi, ik ben er", {}, TECHNICAL),  # for the SIM
        (0x04, b"Hoi, ik ben er", {0x05: bytes.fromhex("23f40000")}, TECHNICAL),
        (0x20, b"Hoi, ik ben er", {}, TECHNICAL),  # compressed: these octets are no letters
        (0x04, b"", {}, TECHNICAL),
    ],
)
def test_words_sent_as_octets_are_a_person_s(
    dcs: int, octets: bytes, header: dict[int, bytes], origin: Origin
) -> None:
    pdu = Delivery(dcs=dcs, octets=octets, header=header).pdu()
    assert parse_deliver(pdu).origin is origin


@pytest.mark.parametrize("dcs", [0x00, 0x10, 0x11, 0x12, 0x13, 0x50, 0xF0, 0xF1, 0xF2, 0xF3])
def test_a_text_of_any_class_is_a_person_s(dcs: int) -> None:
    """Phones have set each, flash among them."""
    deliver = parse_deliver(Delivery(text="Hoi", dcs=dcs).pdu())
    assert (deliver.origin, deliver.text) == (PERSON, "Hoi")
