"""What goes to the network, byte for byte, and what is read back from a slot."""

from datetime import timedelta

import pytest

from appliance.devices.modem.pdu.header import Concat
from appliance.devices.modem.pdu.octets import BadPdu
from appliance.devices.modem.pdu.stored import parse_submit
from appliance.devices.modem.pdu.submit import relative_validity, submit_pdus

FIVE_MINUTES = timedelta(minutes=5)


@pytest.mark.parametrize(
    ("number", "text", "validity", "expected"),
    [
        (
            "+15556661234",
            "This is really cool ΔΔΔΔΔ",
            None,
            "01000B915155661632F400001954747A0E4ACF41F27298CDCE83C6EF371B0481402010",
        ),
        (
            "+15556661234",
            "This is really cool ΔΔΔΔΔ",
            FIVE_MINUTES,
            "11000B915155661632F40000001954747A0E4ACF41F27298CDCE83C6EF371B0481402010",
        ),
        (
            "+15555551234",
            "Hi there...Tue 17th Jan 2012 05:30.18 pm (GMT+1) ΔΔΔΔΔ",
            FIVE_MINUTES,
            (
                "11000B915155551532F400000036C834888E2ECBCB2E978B5A2F8362373A1AA40CBB4132584C0682D5"
                "7433982B8603C1DB20D4B1495DC552200804028100"
            ),
        ),
        (
            "+15555551234",
            "Да здравствует король, детка!",
            FIVE_MINUTES,
            (
                "11000B915155551532F40008003A04140430002004370434044004300432044104420432044304350442"
                "0020043A043E0440043E043B044C002C0020043404350442043A04300021"
            ),
        ),
        ("9037029920", "hellohello", None, "01000A81097320990200000AE8329BFD4697D9EC37"),
        (
            "13428139693",
            "hello",
            None,
            "01000B813124189396F3000005E8329BFD06",
        ),
    ],
)
def test_a_message_is_written_as_others_write_it(
    number: str, text: str, validity: timedelta | None, expected: str
) -> None:
    """Numbers of the world and of a country, both alphabets, with and without validity."""
    pdus = submit_pdus(number, text, reference=0, report=False, validity=validity)
    assert [each.hex().upper() for each in pdus] == [expected]


def test_the_first_octet_asks_for_a_report_and_the_coding_for_a_flash() -> None:
    """TP-SRR is bit 5; class 0 is shown at once, in either alphabet."""
    (plain,) = submit_pdus("+31612345678", "Hoi", reference=0)
    (flash,) = submit_pdus("+31612345678", "Hoi", reference=0, flash=True)
    (emoji,) = submit_pdus("+31612345678", "👍", reference=0, flash=True)
    assert plain.hex() == "21000b911316325476f8000003c8771a"
    assert flash.hex() == "21000b911316325476f8001003c8771a"
    assert emoji.hex() == "21000b911316325476f8001804d83ddc4d"


def test_a_long_text_goes_out_in_numbered_parts() -> None:
    """The header takes six octets and a fill bit; the text begins at the eighth septet."""
    first, second = submit_pdus("+31612345678", "a" * 153 + "b" * 8, reference=0xA7)
    head = "61000b911316325476f80000"
    assert first.hex().startswith(head + "a0" + "050003a70201" + "c2")
    assert second.hex() == head + "0f" + "050003a70202" + "c462b1582c168b01"
    assert len(first) == 12 + 1 + 140


def test_a_reference_above_255_takes_16_bits() -> None:
    """Seven octets of header are exactly eight septets: no fill bits, a character less."""
    first, second = submit_pdus("+31612345678", "a" * 161, reference=0x1234)
    assert first.hex().startswith("61000b911316325476f80000a006080412340201e1")
    assert second.hex().startswith("61000b911316325476f800001106080412340202")
    assert parse_submit(b"\x00" + second).concat == Concat(
        reference=0x1234, wide=True, total=2, part=2
    )


@pytest.mark.parametrize(
    ("validity", "octet"),
    [
        (timedelta(seconds=1), 0),
        (timedelta(minutes=5), 0),
        (timedelta(minutes=6), 1),
        (timedelta(hours=12), 143),
        (timedelta(hours=12, minutes=1), 144),
        (timedelta(hours=24), 167),
        (timedelta(hours=25), 168),
        (timedelta(days=2), 168),
        (timedelta(days=30), 196),
        (timedelta(days=31), 197),
        (timedelta(weeks=5), 197),
        (timedelta(weeks=63), 255),
        (timedelta(days=3_650), 255),
    ],
)
def test_validity_is_never_shorter_than_asked(validity: timedelta, octet: int) -> None:
    """The four scales of TP-VP: five minutes, half hours, days and weeks."""
    assert relative_validity(validity) == octet


def test_what_cannot_be_sent_is_refused() -> None:
    """A name, too many digits, a reference of 17 bits, more parts than can be numbered."""
    for number in ("", "+", "KPN", "+31 6", "1" * 21):
        with pytest.raises(ValueError, match="digits"):
            submit_pdus(number, "Hoi", reference=1)
    with pytest.raises(ValueError, match="16 bits"):
        submit_pdus("+31612345678", "Hoi", reference=0x10000)
    with pytest.raises(ValueError, match="255 parts"):
        submit_pdus("+31612345678", "a" * 153 * 256, reference=1)


def test_a_slot_is_read_back() -> None:
    """As a modem gave what another program had stored."""
    stored = parse_submit(
        bytes.fromhex("002100098136397339F70008224F60597D4F60597D4F60597D4F60597D4F60597D4F60597D")
        + bytes.fromhex("4F60597D4F60597D4F60")
    )
    assert (stored.number, stored.text, stored.concat) == ("639337937", "你好" * 8 + "你", None)


def test_a_slot_is_recognised_whatever_reference_the_modem_counted() -> None:
    """The modem chooses TP-MR; any other octet that differs means another message."""
    pdus = submit_pdus("+31612345678", "x" * 200, reference=9, validity=timedelta(days=1))
    slot = b"\x00" + pdus[0][:1] + b"\x2a" + pdus[0][2:]
    stored = parse_submit(slot)
    assert stored.tpdu == slot[1:]
    assert stored.is_same(pdus[0])
    assert parse_submit(slot + b"\xff" * 9).is_same(pdus[0])
    assert not stored.is_same(pdus[1])


@pytest.mark.parametrize("first", ["09", "19"])
def test_other_formats_of_validity_are_read_over(first: str) -> None:
    """Enhanced and absolute validity take seven octets."""
    pdu = f"00{first}000A8109732099020000" + "01020304050607" + "0AE8329BFD4697D9EC37"
    assert parse_submit(bytes.fromhex(pdu)).text == "hellohello"


def test_a_delivery_is_no_slot_of_ours() -> None:
    """An incoming message is refused and not read wrongly."""
    with pytest.raises(BadPdu):
        parse_submit(bytes.fromhex("07912143658709F1040B918100551512F2000011101021436500"))
