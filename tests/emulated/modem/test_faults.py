"""What can go wrong on an emulated modem, by its control address."""

from pathlib import Path

import pytest
import serial

from appliance.emulated.modem.control_bodies import MODEM_EXAMPLES
from appliance.emulated.modem.spec import ModemSpec
from tests.emulated.modem.bench import ANNA, MODEM, Bench, Line
from tests.emulated.phone_bench import eventually

TPDU = "01000B911316325496F9000003C8771A"
REPORTED = "21" + TPDU[2:]


def send(line: Line) -> list[str]:
    """From storage; the slot is the first."""
    if line.lines("AT+CMGR=1") == ["+CMS ERROR: 321"]:
        line.pdu("AT+CMGW", TPDU)
    return line.lines("AT+CMSS=1")


def test_all_examples_work() -> None:
    """Each body that the control address names."""
    with Bench() as bench:
        for path, examples in MODEM_EXAMPLES.items():
            for body in examples:
                status, answer = bench.post(f"/{path}", body)
                assert status == 200, (body, answer)


@pytest.mark.parametrize(
    ("path", "body", "status", "sentence"),
    [
        ("/fault", {"fault": "fire"}, 422, "fault: "),
        ("/fault", {"fault": "restart", "how": "silence"}, 422, "how: restart knows now"),
        ("/fault", {"modem": "x", "fault": "roaming"}, 404, "There is no modem 'x'"),
        ("/inject", {"from": ANNA, "text": "x", "order": [2]}, 422, "the text has 1 parts"),
        ("/inject", {"text": "x"}, 422, "an SMS has a sender"),
        ("/inject", {"channel": "call", "from": "KPN"}, 422, "is no phone number"),
    ],
)
def test_bad_input_is_a_sentence(
    bench: Bench, path: str, body: dict[str, object], status: int, sentence: str
) -> None:
    """As for the phones."""
    got, answer = bench.post(path, body)
    assert got == status
    assert sentence in answer["error"]


@pytest.mark.parametrize(
    ("how", "answer"),
    [("silence", []), ("cms-500", ["+CMS ERROR: 500"]), ("error", ["ERROR"])],
)
def test_an_answer_is_lost(bench: Bench, line: Line, how: str, answer: list[str]) -> None:
    """The network has the message and the slot says so; only the computer does not hear it."""
    line.pdu("AT+CMGW", TPDU)
    bench.fault("answer-lost", how=how)
    heard = line.ask("AT+CMSS=1", within_s=0.3)
    assert [each for each in heard.split("\r\n") if each] == answer
    line.ask("AT")
    assert bench.left() == [(ANNA, "Hoi")]
    assert bench.slots() == {"1": "STO SENT"}


def test_a_hang_up_loses_the_answer_too(bench: Bench, line: Line) -> None:
    """The port goes with the answer, and is back under the same name."""
    line.pdu("AT+CMGW", TPDU)
    bench.fault("answer-lost", how="hang-up", seconds=0.05)
    line.write("AT+CMSS=1\r")
    with pytest.raises((serial.SerialException, OSError)):
        line.until(b"never")
    assert eventually(lambda: Path(bench.port).exists())
    assert bench.slots() == {"1": "STO SENT"}
    assert bench.left() == [(ANNA, "Hoi")]
    assert bench.line().ask("AT").endswith("OK\r\n")


@pytest.mark.parametrize(
    ("how", "left", "slot"),
    [("before-taken", [], "STO UNSENT"), ("after-taken", [(ANNA, "Hoi")], "STO SENT")],
)
def test_a_restart_in_the_middle_of_a_send(
    bench: Bench, line: Line, how: str, left: list[tuple[str, str]], slot: str
) -> None:
    """Settings are lost, the storage is kept, and no answer comes but the start."""
    line.pdu("AT+CMGW", TPDU)
    bench.fault("restart", how=how)
    line.write("AT+CMSS=1\r")
    assert line.until(b"READY\r\n") == "\r\nRDY\r\n\r\n+CPIN: READY\r\n"
    assert bench.left() == left
    assert bench.slots() == {"1": slot}


def test_the_port_comes_back_under_another_name(bench: Bench, line: Line) -> None:
    """Its by-id name follows it; storage and identity are the same."""
    line.pdu("AT+CMGW", TPDU)
    before = Path(bench.port)
    bench.fault("port-gone", seconds=0.05, rename=True)
    with pytest.raises((serial.SerialException, OSError)):
        line.until(b"never")
    assert eventually(lambda: bench.state()["plugged"])
    after = Path(bench.port)
    assert (before.name, after.name) == ("ttyUSB0", "ttyUSB1")
    assert not before.is_symlink()
    by_id = next((after.parent / "by-id").iterdir())
    assert by_id.resolve() == after.resolve()
    assert bench.line().lines("AT+CMGR=1")[0].startswith("+CMGR: 2")


def test_silence_before_and_after(bench: Bench, line: Line) -> None:
    """Before: nothing was done. After: it was, and nobody heard."""
    bench.fault("silence", command="+CMGW", how="before")
    assert line.ask("AT+CMGW=16", within_s=0.1) == ""
    bench.fault("silence", command="+CMGW", how="after")
    line.ask("AT+CMGW=16")
    line.write(f"00{TPDU}\x1a")
    assert eventually(bench.slots) == {"1": "STO UNSENT"}
    assert line.ask("AT") == "\r\nOK\r\n"


def test_noise_and_news_in_an_answer(bench: Bench, line: Line) -> None:
    """Garbage before it, an unsolicited line in it, an error instead of it."""
    bench.fault("garbage", command="+CSQ")
    assert "\xff" in line.ask("AT+CSQ")
    bench.fault("urc-inside", command="+CSQ", line="+CREG: 5")
    assert line.lines("AT+CSQ") == ["+CSQ: 21,0", "+CREG: 5", "OK"]
    bench.fault("command-error", command="+CSQ", answer="+CME ERROR: 100")
    assert line.lines("AT+CSQ") == ["+CME ERROR: 100"]
    assert line.lines("AT+CSQ") == ["+CSQ: 21,0", "OK"]


def test_an_error_with_a_chance(bench: Bench, line: Line) -> None:
    """About as often as was said, always alike."""
    bench.fault("command-error", chance=0.5, times=None)
    answers = [line.lines("AT+CSQ")[-1] for _ in range(40)]
    assert 10 < answers.count("ERROR") < 30
    bench.lift("command-error")
    assert line.lines("AT+CSQ")[-1] == "OK"


@pytest.mark.parametrize(
    ("fault", "registered", "answer"),
    [
        ("no-network", "0,2", ["+CMS ERROR: 331"]),
        ("barred", "0,3", ["+CMS ERROR: 10"]),
        ("roaming", "0,5", ["+CMSS: 1", "OK"]),
    ],
)
def test_the_network_is_not_as_it_should_be(
    bench: Bench, line: Line, fault: str, registered: str, answer: list[str]
) -> None:
    """+CREG says it, and what is sent ends so; what arrives waits."""
    bench.fault(fault)
    assert line.lines("AT+CREG?")[0] == f"+CREG: {registered}"
    assert send(line) == answer
    bench.lift(fault)
    assert line.lines("AT+CREG?")[0] == "+CREG: 0,1"


def test_a_locked_sim(bench: Bench, line: Line) -> None:
    """Three tries for the PIN, then the PUK; messages are refused until it is open."""
    bench.fault("sim-pin")
    line.ask("AT+CMEE=1")
    assert line.lines("AT+CPIN?")[0] == "+CPIN: SIM PIN"
    assert line.lines("AT+CMGL=4") == ["+CMS ERROR: 311"]
    assert line.lines("AT+CIMI") == ["+CME ERROR: 11"]
    assert line.lines('AT+CPIN="0000"') == ["+CME ERROR: 16"]
    assert line.lines("AT+CPINR")[0] == "+CPINR: SIM PIN,2,3"
    for _ in range(2):
        line.ask('AT+CPIN="0000"')
    assert line.lines("AT+CPIN?")[0] == "+CPIN: SIM PUK"
    assert line.lines('AT+CPIN="1234"') == ["+CME ERROR: 12"]
    assert line.lines("AT+CMGL=4") == ["+CMS ERROR: 316"]
    assert line.lines('AT+CPIN="12345678","4321"') == ["OK"]
    assert line.lines("AT+CPIN?")[0] == "+CPIN: READY"
    bench.inject(kind="unplug-sim")
    assert line.lines("AT+CPIN?") == ["+CME ERROR: 10"]
    assert line.lines("AT+CMGL=4") == ["+CMS ERROR: 310"]


def test_storage_full_and_not_writable(bench: Bench, line: Line) -> None:
    """+CMS ERROR: 322, and 303 where a model has no place to write to; +CMGS still sends."""
    bench.fault("storage-full")
    assert line.pdu("AT+CMGW", TPDU) == ["+CMS ERROR: 322"]
    assert line.lines("AT+CPMS?")[0].startswith('+CPMS: "SM",50,50')
    bench.inject(sender=ANNA, text="wacht")
    assert bench.state()["waiting"] == 1
    bench.lift("storage-full")
    assert bench.slots() == {"1": "REC UNREAD"}
    bench.fault("no-writing", code=303)
    assert line.lines("AT+CMGW=16") == ["+CMS ERROR: 303"]
    assert line.pdu("AT+CMGS", TPDU) == ["+CMGS: 1", "OK"]


def test_a_slot_may_lie(bench: Bench, line: Line) -> None:
    """UNSENT although it left, and SENT although it did not."""
    bench.fault("slot-stays-unsent")
    assert send(line) == ["+CMSS: 1", "OK"]
    assert bench.slots() == {"1": "STO UNSENT"}
    bench.fault("slot-sent-too-early")
    bench.fault("refused", code=38)
    assert send(line) == ["+CMS ERROR: 38"]
    assert bench.slots() == {"1": "STO SENT"}
    assert len(bench.left()) == 1


def test_reports_that_fail_or_never_come(bench: Bench, line: Line) -> None:
    """TP-ST of a permanent failure; none at all; late ones."""
    line.ask("AT+CNMI=2,1,0,1,0")
    bench.fault("report-failed", times=1)
    line.pdu("AT+CMGS", REPORTED)
    line.until(b"+CDS: 25\r\n")
    assert line.until(b"\r\n").endswith("46\r\n")
    bench.fault("report-off")
    line.pdu("AT+CMGS", REPORTED)
    assert line.until(b"+CDS", within_s=1.0) == ""


def test_parts_may_be_shuffled_and_doubled(bench: Bench, line: Line) -> None:
    """Of whatever is written to the modem."""
    bench.fault("parts-shuffled")
    bench.fault("parts-twice")
    bench.inject(sender=ANNA, text="x" * 200)
    pdus = [each for each in line.lines("AT+CMGL=4") if each.startswith("07")]
    assert [pdu[pdu.index("050003") :][10:12] for pdu in pdus] == ["02", "01", "02", "01"]


def test_an_awkward_wire(bench: Bench) -> None:
    """Echo that cannot be switched off, byte after byte, a prompt without its space."""
    for kind in ("echo-stuck", "dribble", "bare-prompt"):
        bench.fault(kind)
    line = bench.line()
    assert line.ask("AT+CMEE?") == "AT+CMEE?\r\r\n+CMEE: 0\r\n\r\nOK\r\n"
    line.write("AT+CMGW=16\r")
    assert line.until(b"\r\n>") == "AT+CMGW=16\r\r\n>"
    line.write("\x1b")
    assert line.until(b"OK\r\n").endswith("\r\nOK\r\n")


def test_a_slow_network(bench: Bench, line: Line) -> None:
    """A port that goes meanwhile ends the send before the network had it."""
    line.pdu("AT+CMGW", TPDU)
    bench.fault("slow", ms=5000)
    line.write("AT+CMSS=1\r")
    assert eventually(lambda: bench.state()["commands"].get("+CMSS") == 1)
    bench.fault("port-gone", seconds=0.05)
    assert eventually(lambda: bench.state()["plugged"])
    assert bench.left() == []
    assert bench.slots() == {"1": "STO UNSENT"}


def test_silent_ports_of_the_same_stick() -> None:
    """They are there first, and say nothing."""
    with Bench(ModemSpec(number=MODEM, silent_ports=1)) as bench:
        assert Path(bench.port).name == "ttyUSB1"
        silent = Line(bench.port.replace("ttyUSB1", "ttyUSB0"))
        assert silent.ask("AT", within_s=0.1) == ""
        silent.close()
        assert bench.line().ask("AT") == "\r\nOK\r\n"
