"""What the emulated modem takes from a computer, to the bit."""

import pytest

from appliance.emulated.modem import alphabet
from appliance.emulated.modem.address import address_octets, address_of
from appliance.emulated.modem.deliver import Dispatch, deliver_tpdus, stamp
from appliance.emulated.modem.submit import read_submit
from tests.emulated.modem.bench import Bench, Line

#: "hellohello" to +46708251358, with a relative validity; known from many a manual.
HELLO = "11000B916407281553F80000AA0AE8329BFD4697D9EC37"
#: 29 March 1999, 15:16:59 in Amsterdam.
SPRING_MS = 922_713_419_000


def test_a_known_pdu_is_read() -> None:
    """Number and text."""
    submit = read_submit(bytes.fromhex(HELLO))
    assert (submit.address.number, submit.text) == ("+46708251358", "hellohello")
    assert not submit.wants_report


def test_known_pdus_are_made() -> None:
    """A text, a stamp with the zone of the summer, a name for a sender."""
    dispatch = Dispatch(sender=address_of("+27838890001"), text="hellohello", at_ms=SPRING_MS)
    assert deliver_tpdus(dispatch)[0].hex().upper() == (
        "040B917238880900F10000993092516195800AE8329BFD4697D9EC37"
    )
    assert stamp(SPRING_MS).hex() == "99309251619580"
    assert address_octets(address_of("KPN")).hex().upper() == "06D04BA813"


@pytest.mark.parametrize(
    ("text", "parts"),
    [("a" * 160, 1), ("a" * 161, 2), ("€" * 80, 1), ("€" * 153, 3), ("👍" * 35, 1), ("👍" * 36, 2)],
)
def test_long_texts_fall_into_parts(text: str, parts: int) -> None:
    """As phones cut them; an extension character is not cut through."""
    dispatch = Dispatch(sender=address_of("KPN"), text=text, at_ms=SPRING_MS)
    assert len(deliver_tpdus(dispatch)) == parts


def test_the_whole_alphabet_goes_there_and_back() -> None:
    """Each character of both tables, in septets packed into octets after any fill."""
    text = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./09:;<=>?¡AZÄÖÑÜ§¿azäöñüà^{}\\[~]|€\f"
    septets = b"".join(alphabet.septets_of(text) or [])
    for fill in range(7):
        packed = alphabet.packed(septets, fill=fill)
        assert alphabet.decoded(alphabet.unpacked(packed, len(septets), fill=fill)) == text


@pytest.mark.parametrize(
    "tpdu",
    [
        HELLO.replace("AA0A", "AA0B"),
        HELLO.replace("AA0A", "AA09"),
        HELLO + "00",
        HELLO[:-2],
        "10" + HELLO[2:],
        HELLO.replace("0B91", "0B11"),
        HELLO.replace("0B91", "0BD1"),
        HELLO.replace("0B91", "0B99"),
        HELLO.replace("6407281553F8", "64F7281553F8"),
        HELLO.replace("6407281553F8", "640728155318"),
        HELLO.replace("0B916407281553F8", "00"),
        HELLO.replace("F80000AA", "F80001AA"),
        HELLO.replace("F80000AA", "F8000CAA"),
        HELLO.replace("F80000AA", "F800F8AA"),
        HELLO.replace("F80000AA", "F80020AA"),
        HELLO.replace("F80000AA", "F8FF00AA"),
        HELLO[:-2] + "B7",
        "01000B916407281553F8000803004800",
        "41000B916407281553F80004060500030700014848"[:-4],
        "41000B916407281553F8000407050003070002" + "48",
        "41000B916407281553F8000407050003070203" + "48",
        "41000B916407281553F8000407060003070201" + "48",
        "41000B916407281553F8000405042501014848"[:-2],
        "41000B916407281553F80000080500030702016B",
    ],
)
def test_a_wrong_pdu_is_refused(line: Line, bench: Bench, tpdu: str) -> None:
    """Whatever the specification does not allow is +CMS ERROR: 304, and nothing is kept."""
    assert line.pdu("AT+CMGW", tpdu) == ["+CMS ERROR: 304"]
    assert line.pdu("AT+CMGS", tpdu) == ["+CMS ERROR: 304"]
    assert bench.slots() == {}
    assert bench.left() == []


def test_a_wrong_length_is_refused(line: Line) -> None:
    """The length counts the TPDU alone, without the service centre's address."""
    assert line.pdu("AT+CMGW", HELLO) == ["+CMGW: 1", "OK"]
    assert line.pdu("AT+CMGW", HELLO, length=24) == ["+CMS ERROR: 304"]
    assert line.pdu("AT+CMGW", HELLO, length=22) == ["+CMS ERROR: 304"]
    assert line.lines("AT+CMGW=0") == ["+CMS ERROR: 304"]
    assert line.ask("AT+CMGW=23").endswith("> ")
    line.write(f"00{HELLO[:-1]} \x1a")
    assert "+CMS ERROR: 304" in line.until(b"304\r\n")
