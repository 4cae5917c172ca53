"""How messages and calls arrive at the emulated modem."""

from appliance.emulated.modem.spec import ModemSpec
from tests.emulated.modem.bench import ANNA, MODEM, Bench, Line
from tests.emulated.phone_bench import eventually


def test_an_arrival_is_stored_and_told(bench: Bench, line: Line) -> None:
    """By +CMTI; reading it makes it read."""
    line.ask("AT+CNMI=2,1,0,0,0")
    bench.inject(sender=ANNA, text="Hoi")
    assert line.until(b",1\r\n") == '\r\n+CMTI: "SM",1\r\n'
    head, pdu, _ = line.lines("AT+CMGR=1")
    assert head == "+CMGR: 0,,22"
    assert pdu.startswith("07911356131313F404")
    assert line.lines("AT+CMGR=1")[0] == "+CMGR: 1,,22"


def test_without_cnmi_it_is_stored_in_silence(bench: Bench, line: Line) -> None:
    """A listing finds it, and marks it read."""
    bench.inject(sender=ANNA, text="Hoi")
    assert line.lines("AT+CMGL=0")[0] == "+CMGL: 1,0,,22"
    assert line.lines("AT+CMGL=0") == ["OK"]
    assert line.lines("AT+CMGL=4")[0] == "+CMGL: 1,1,,22"


def test_an_arrival_may_be_handed_over(bench: Bench, line: Line) -> None:
    """By +CMT, and nothing is stored; with AT+CSMS=1 the next one waits for +CNMA."""
    line.ask("AT+CSMS=1;+CNMI=2,2")
    for text in ("een", "twee"):
        bench.inject(sender=ANNA, text=text)
    assert line.until(b",22\r\n") == "\r\n+CMT: ,22\r\n"
    line.until(b"\r\n")
    assert bench.state()["waiting"] == 1
    assert line.lines("AT+CNMA")[0] == "OK"
    assert line.until(b",23\r\n") == "\r\n+CMT: ,23\r\n"
    assert bench.slots() == {}


def test_what_was_not_taken_comes_again(bench: Bench, line: Line) -> None:
    """AT+CNMA=2 says so: it is stored, and nothing more is handed over."""
    line.ask("AT+CSMS=1;+CNMI=2,2")
    bench.inject(sender=ANNA, text="een")
    line.until(b"+CMT: ,22")
    line.ask("AT+CNMA=2")
    assert bench.slots() == {"1": "REC UNREAD"}
    assert line.lines("AT+CNMI?")[0] == "+CNMI: 2,0,0,0,0"


def test_parts_in_any_order_and_twice(bench: Bench) -> None:
    """As the order says; the same reference in each."""
    answer = bench.inject(sender=ANNA, text="lang " * 80, order=[3, 1, 1], reference=9)
    assert answer["parts"] == 3
    line = bench.line()
    pdus = [each for each in line.lines("AT+CMGL=4") if each.startswith("07")]
    assert [pdu[pdu.index("0500030903") :][10:12] for pdu in pdus] == ["03", "01", "01"]
    assert pdus[1] == pdus[2]


def test_a_full_storage_lets_the_network_wait() -> None:
    """What does not fit is delivered as soon as there is room, in order."""
    with Bench(ModemSpec(number=MODEM, sim_slots=2)) as bench:
        line = bench.line()
        line.ask("AT+CNMI=2,1")
        for text in ("een", "twee", "drie", "vier"):
            bench.inject(sender=ANNA, text=text)
        assert bench.state()["waiting"] == 2
        line.until(b",2\r\n")
        line.ask("AT+CMGD=1")
        assert line.until(b",1\r\n").endswith('+CMTI: "SM",1\r\n')
        assert bench.state()["waiting"] == 1
        line.ask("AT+CMGD=1,4")
        assert eventually(lambda: bench.state()["waiting"] == 0)
        assert bench.slots() == {"1": "REC UNREAD"}


def test_a_call_rings_and_nobody_takes_it(bench: Bench, line: Line) -> None:
    """RING and +CLIP, as often as was said; a withheld number is empty."""
    line.ask("AT+CLIP=1")
    bench.inject(channel="call", sender=ANNA, rings=2, every_ms=10)
    heard = line.until(b"never", within_s=0.3)
    assert heard == f'\r\nRING\r\n\r\n+CLIP: "{ANNA}",145,,,,0\r\n' * 2
    bench.inject(channel="call", rings=1, every_ms=10)
    assert line.until(b",,1\r\n").endswith('+CLIP: "",128,,,,1\r\n')


def test_a_call_may_be_refused(bench: Bench, line: Line) -> None:
    """AT+CHUP ends the ringing; AT+CLCC shows the call until then."""
    bench.inject(channel="call", sender=ANNA, rings=50, every_ms=50)
    line.until(b"RING")
    assert f'+CLCC: 1,1,4,0,0,"{ANNA}",145' in line.lines("AT+CLCC")
    line.ask("AT+CHUP")
    assert line.lines("AT+CLCC") == ["OK"]


def test_credit_is_asked_by_ussd(bench: Bench, line: Line) -> None:
    """Each part costs; at nothing the network refuses; a code that nobody knows is told."""
    bench.inject(kind="credit", cents=15, price_cents=10)
    bench.inject(kind="ussd", code="*147#", text="Saldo: {euros} EUR")
    line.ask('AT+CUSD=1,"*147#",15')
    assert line.until(b",15\r\n").endswith('+CUSD: 0,"Saldo: 0,15 EUR",15\r\n')
    tpdu = "01000B911316325496F90000" + "00"
    assert line.pdu("AT+CMGS", tpdu)[-1] == "OK"
    assert line.pdu("AT+CMGS", tpdu) == ["+CMS ERROR: 21"]
    line.ask('AT+CUSD=1,"*1#",15')
    assert line.until(b"+CUSD: 4\r\n").endswith("+CUSD: 4\r\n")


def test_the_operator_may_speak_first(bench: Bench, line: Line) -> None:
    """A USSD text by itself, where +CUSD is on; any line at all by hand."""
    line.ask("AT+CUSD=1")
    bench.inject(kind="ussd", text="Tegoed bijna op")
    assert line.until(b",15\r\n") == '\r\n+CUSD: 0,"Tegoed bijna op",15\r\n'
    bench.inject(kind="urc", line="^RSSI: 20")
    assert line.until(b"20\r\n") == "\r\n^RSSI: 20\r\n"


def test_a_phone_writes_to_a_modem() -> None:
    """They are on one network."""
    with Bench(phones=1) as bench:
        bench.inject(modem=MODEM, sender="+31612345601", text="van de telefoon")
        assert bench.slots() == {"1": "REC UNREAD"}
        status, _ = bench.post("/inject", {"phone": "+31612345601", "from": ANNA, "text": "x"})
        assert status == 200


def test_what_networks_and_programs_set_is_on_the_wire(bench: Bench, line: Line) -> None:
    """TP-PID, TP-DCS, a header's elements, octets in the place of a text; twice the same SMS."""
    bench.inject(sender=ANNA, text="Hoi", pid=0x41)
    bench.inject(sender="1233", dcs=0xC8)
    bench.inject(sender="1211", dcs=0xF5, elements="05040B8423F0", octets="0106")
    bench.inject(sender=ANNA, text="ja", copies=2, at_ms=1_796_000_000_000)
    pdus = [each for each in line.lines("AT+CMGL=4") if each.startswith("07")]
    own, waits, push, one, other = (pdu[16:] for pdu in pdus)
    assert own[16:].startswith("4100") or own[18:].startswith("4100")
    assert waits.startswith("04048121" + "33" + "00C8")
    assert push.startswith("44048121" + "11" + "00F5")
    assert push.endswith("09" + "0605040B8423F0" + "0106")
    assert one == other
