"""How messages leave the emulated modem, and what is told of it."""

from appliance.emulated.modem import alphabet
from appliance.emulated.modem.address import address_octets, address_of
from appliance.emulated.modem.header import Concatenation
from appliance.emulated.modem.spec import ModemSpec
from tests.emulated.modem.bench import ANNA, MODEM, Bench, Line
from tests.emulated.phone_bench import eventually

REPORT = 0x20


def submit(text: str, *, concat: Concatenation | None = None, first: int = 0x01) -> bytes:
    """An SMS-SUBMIT to Anna."""
    header = concat.octets() if concat else b""
    skipped = -(-8 * len(header) // 7)
    septets = b"".join(alphabet.septets_of(text) or [])
    body = header + alphabet.packed(septets, fill=7 * skipped - 8 * len(header))
    address = address_octets(address_of(ANNA))
    head = bytes([first | (0x40 if concat else 0), 0]) + address + bytes([0, 0])
    return head + bytes([skipped + len(septets)]) + body


def part(text: str, number: int, total: int = 2) -> bytes:
    return submit(text, concat=Concatenation(reference=77, total=total, part=number))


def test_a_stored_message_is_sent_from_its_slot(bench: Bench, line: Line) -> None:
    """STO UNSENT until the network took it, STO SENT from then on, gone when deleted."""
    tpdu = submit("Hoi Anna")
    assert line.pdu("AT+CMGW", tpdu) == ["+CMGW: 1", "OK"]
    assert bench.slots() == {"1": "STO UNSENT"}
    assert bench.left() == []
    assert line.lines("AT+CMSS=1") == ["+CMSS: 1", "OK"]
    assert line.lines("AT+CMGR=1") == [
        f"+CMGR: 3,,{len(tpdu)}",
        f"00{tpdu.hex().upper()}",
        "OK",
    ]
    assert bench.left() == [(ANNA, "Hoi Anna")]
    assert line.lines("AT+CMGD=1") == ["OK"]
    assert bench.slots() == {}


def test_several_parts_are_one_message(bench: Bench, line: Line) -> None:
    """It has left when its last part was taken; until then only the part is in the truth."""
    line.pdu("AT+CMGS", part("werk", 2))
    assert bench.left() == []
    line.pdu("AT+CMGS", part("Er is ", 1))
    assert bench.left() == [(ANNA, "Er is werk")]
    item = bench.get("/truth")["items"][0]
    assert (item["phone"], item["number"], item["parts"]) == (bench.modem.imei, MODEM, 2)
    assert bench.parts() == [(item["id"], 2, 2), (item["id"], 1, 2)]


def test_a_doubled_part_is_seen(bench: Bench, line: Line) -> None:
    """It is in the list of parts twice, and the message still left once."""
    for number in (1, 1, 2):
        line.pdu("AT+CMGS", part(str(number), number))
    assert bench.left() == [(ANNA, "12")]
    message = bench.get("/truth")["items"][0]["id"]
    assert bench.parts() == [(message, 1, 2), (message, 1, 2), (message, 2, 2)]


def test_the_reference_counts_and_a_slot_may_be_sent_again(bench: Bench, line: Line) -> None:
    """27.005 lets a sent message be sent again, also to another number."""
    line.pdu("AT+CMGW", submit("Hoi"))
    assert [line.lines("AT+CMSS=1")[0] for _ in range(2)] == ["+CMSS: 1", "+CMSS: 2"]
    assert line.lines('AT+CMSS=1,"+31612345688"') == ["+CMSS: 3", "OK"]
    assert [to for to, _ in bench.left()] == [ANNA, ANNA, "+31612345688"]


def test_a_national_number_is_understood(bench: Bench, line: Line) -> None:
    """06 is +316 in the truth; a short code stays what it is."""
    for number in ("0612345699", "4800"):
        tpdu = bytes([1, 0]) + address_octets(address_of(number)) + bytes([0, 0, 0])
        assert line.pdu("AT+CMGS", tpdu)[-1] == "OK"
    assert [to for to, _ in bench.left()] == [ANNA, "4800"]


def test_a_report_comes_when_it_was_asked_for(bench: Bench, line: Line) -> None:
    """By +CDS with the reference and TP-ST 0; nothing without TP-SRR."""
    line.ask("AT+CNMI=2,1,0,1,0")
    line.pdu("AT+CMGS", submit("zonder"))
    line.pdu("AT+CMGS", submit("met", first=0x01 | REPORT))
    heard = line.until(b"+CDS: 25\r\n", within_s=5) + line.until(b"\r\n")
    pdu = heard.split("\r\n")[2]
    assert pdu[16:20] == "0602"
    assert pdu.endswith("00")
    assert heard.count("+CDS") == 1


def test_a_stored_report(bench: Bench, line: Line) -> None:
    """+CDSI names the storage and the slot."""
    line.ask("AT+CNMI=2,1,0,2,0")
    line.pdu("AT+CMGS", submit("met", first=0x01 | REPORT))
    assert line.until(b'+CDSI: "SM",1\r\n', within_s=5).endswith('+CDSI: "SM",1\r\n')
    assert line.lines("AT+CMGR=1")[0] == "+CMGR: 0,,25"


def test_text_mode(bench: Bench, line: Line) -> None:
    """The number in the command, the text at the prompt, the euro sign by AT+CSCS."""
    line.ask('AT+CMGF=1;+CSCS="UCS2"')
    line.ask('AT+CMGS="{}"'.format(ANNA.encode("utf-16-be").hex()))
    line.write("€ 5".encode("utf-16-be").hex() + "\x1a")
    assert "+CMGS: 1" in line.until(b"OK\r\n")
    line.ask('AT+CSCS="IRA"')
    line.ask(f'AT+CMGW="{ANNA}"')
    line.write("later\x1a")
    assert "+CMGW: 1" in line.until(b"OK\r\n")
    assert line.lines("AT+CMGR=1")[:2] == [f'+CMGR: "STO UNSENT","{ANNA}",', "later"]
    assert bench.left() == [(ANNA, "€ 5")]


def test_several_modems_at_once() -> None:
    """Each counts by itself and has a number of its own."""
    with Bench(*[ModemSpec(number=f"+3161234580{n}") for n in range(8)]) as bench:
        for place in range(8):
            line = bench.line(place)
            assert line.pdu("AT+CMGS", submit(f"van {place}")) == ["+CMGS: 1", "OK"]
        assert bench.left() == [(ANNA, f"van {place}") for place in range(8)]


def test_people_answer_to_the_number_that_wrote() -> None:
    """And where there are only modems they begin by SMS too."""
    with Bench(people=True) as bench:
        bench.emulator.world.introduce(ANNA, answers=True, delivered_ms=0, read_ms=0, answer_ms=0)
        line = bench.line()
        line.ask("AT+CNMI=2,1")
        line.pdu("AT+CMGS", submit("Kun je morgen?"))
        anna = "1316325496F9"
        assert eventually(lambda: anna in line.ask("AT+CMGL=4"))
        assert eventually(lambda: len(bench.slots()) > 1)
