"""User data headers: known elements are used, unknown ones are skipped."""

import pytest

from appliance.devices.modem.pdu.coding import Indication
from appliance.devices.modem.pdu.header import Concat, Header, read_header, write_header
from appliance.devices.modem.pdu.incoming import parse_deliver
from appliance.devices.modem.pdu.octets import BadPdu
from tests.devices.modem.pdu.deliver_encoder import Delivery

ONE_VOICEMAIL = Indication(what="Voicemail", count=1)
NOTHING_LEFT = Indication(what="Inbox", count=0)
PART = Concat(reference=0xA7, wide=False, total=3, part=2)


@pytest.mark.parametrize(
    ("elements", "header"),
    [
        ("", Header()),
        ("0003a70302", Header(concat=PART)),
        ("080400a70302", Header(concat=Concat(reference=0xA7, wide=True, total=3, part=2))),
        # Ports, a waiting message, a hyperlink, something of the SIM's: before and behind.
        ("050415b30000" + "0003a70302", Header(concat=PART, port=0x15B3)),
        ("0402fd00" + "0003a70302", Header(concat=PART, port=0xFD)),
        ("0003a70302" + "01028001", Header(concat=PART, indication=ONE_VOICEMAIL)),
        ("0003a70302" + "01020300", Header(concat=PART, indication=NOTHING_LEFT)),
        ("230100" + "0003a70302", Header(concat=PART, indication=Indication(what="Voicemail"))),
        ("7f0201020003a70302", Header(concat=PART, commands=True)),
        ("2102010a" + "0003a70302", Header(concat=PART)),
        ("240101250101", Header(single=1, locking=1)),
        ("0003a70302" + "25010d", Header(concat=PART, locking=13)),
        # The last of two counts; of two references that exclude each other as well.
        ("0003010201" + "0003a70302", Header(concat=PART)),
        ("080412340201" + "0003a70302", Header(concat=PART)),
        # Part 0, no parts, a part after the last: the element is ignored.
        ("0003a70300", Header()),
        ("0003a70000", Header()),
        ("0003a70304", Header()),
        ("0003a70302" + "0003a70300", Header(concat=PART)),
        # An element of another length than it must have says nothing.
        ("0002a703", Header()),
        ("0004a7030201", Header()),
        ("2400", Header()),
        # The last element ends too early or too late: the whole header says nothing.
        ("0003a70302" + "24", Header()),
        ("0003a70302" + "240501", Header()),
    ],
)
def test_a_header_says_what_its_elements_say(elements: str, header: Header) -> None:
    """By the rules of TS 23.040 §9.2.3.24 for what is unknown, twice, impossible or broken."""
    assert read_header(bytes.fromhex(elements)) == header


@pytest.mark.parametrize("reference", [0, 255, 256, 0xFFFF])
def test_a_header_reads_as_it_was_written(reference: int) -> None:
    """In eight bits and in sixteen."""
    concat = Concat(reference=reference, wide=reference > 255, total=255, part=255)
    octets = write_header(concat)
    assert octets[0] == len(octets) - 1
    assert read_header(octets[1:]).concat == concat


@pytest.mark.parametrize("length", range(1, 30))
def test_text_begins_at_a_septet_behind_any_header(length: int) -> None:
    """Zero to six fill bits stand between."""
    pdu = Delivery(text="Hoi €!", header={0x70: bytes(length)}).pdu()
    assert parse_deliver(pdu).text == "Hoi €!"


def test_text_behind_a_broken_header_is_not_lost() -> None:
    """The end of the header is known even when its content is not."""
    pdu = bytearray(Delivery(text="Hoi", header={0x00: bytes((1, 2, 1))}).pdu())
    at = pdu.index(bytes((0x05, 0x00, 0x03)))
    pdu[at + 2] = 0x09
    deliver = parse_deliver(bytes(pdu))
    assert (deliver.text, deliver.concat) == ("Hoi", None)


def test_a_header_longer_than_the_message_is_no_message() -> None:
    """Nobody can tell where the text would begin."""
    pdu = bytearray(Delivery(text="Hoi", header={0x00: bytes((1, 2, 1))}).pdu())
    at = pdu.index(bytes((0x05, 0x00, 0x03)))
    pdu[at] = 0x60
    with pytest.raises(BadPdu):
        parse_deliver(bytes(pdu))
