"""The emulated modem's command lines, as V.250 wants them."""

import pytest

from tests.emulated.modem.bench import Bench, Line

OK = "\r\nOK\r\n"


def test_answers_are_framed_to_the_byte(bench: Bench) -> None:
    """Echo first, then information text, then the result; without echo only these."""
    line = bench.line(quiet=False)
    assert line.ask("AT+CMEE?") == f"AT+CMEE?\r\r\n+CMEE: 0\r\n{OK}"
    assert line.ask("ATE0") == f"ATE0\r{OK}"
    assert line.ask("AT+CMEE?") == f"\r\n+CMEE: 0\r\n{OK}"


def test_a_line_may_hold_several_commands(line: Line) -> None:
    """Basic ones side by side, extended ones with a semicolon; what fails ends the line."""
    assert line.lines("ATE0V1Q0+CMEE=1;+CREG=1;+CMEE?") == ["+CMEE: 1", "OK"]
    assert line.lines("AT+CMEE=2;+NONSENSE;+CMEE=0") == ["ERROR"]
    assert line.lines("at+cmee?") == ["+CMEE: 2", "OK"]
    assert line.lines('AT+CSCS="GSM";+CSCS?') == ['+CSCS: "GSM"', "OK"]


def test_numeric_and_quiet_results(line: Line) -> None:
    """ATV0 leaves a digit and a carriage return, ATQ1 nothing."""
    line.write("ATV0\r")
    assert line.until(b"0\r") == "0\r"
    line.write("AT+CMEE?\r")
    assert line.until(b"\n0\r") == "+CMEE: 0\r\n0\r"
    line.write("AT+NONSENSE\r")
    assert line.until(b"4\r") == "4\r"
    line.write("ATQ1V1+CMEE?\r")
    assert line.until(b"CMEE: 0\r\n") == "\r\n+CMEE: 0\r\n"
    assert line.lines("ATQ0") == ["OK"]


def test_bytes_may_come_one_by_one(line: Line) -> None:
    """And with noise before AT, a backspace, or A/ to say it once more."""
    for octet in b"\x1b\x00~AT+CSQX\x08\r":
        line.write(bytes([octet]))
    assert line.until(b"OK\r\n") == f"\r\n+CSQ: 21,0\r\n{OK}"
    line.write("A/")
    assert line.until(b"OK\r\n") == f"\r\n+CSQ: 21,0\r\n{OK}"


def test_the_prompt_ends_with_escape_or_ctrl_z(line: Line, bench: Bench) -> None:
    """ESC gives up, and nothing is kept; the prompt is four characters."""
    assert line.ask("AT+CMGW=23") == "\r\n> "
    line.write("0011\x1b")
    assert line.until(b"OK\r\n") == OK
    assert bench.slots() == {}
    assert line.ask("AT") == OK


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("ATI", ["Balie", "EM-1", "Revision: EM1R01A02", "OK"]),
        ("AT+CGMI", ["Balie", "OK"]),
        ("AT+CGSN", ["359201083458019", "OK"]),
        ("AT+CIMI", ["204081612345801", "OK"]),
        ("AT+CCID", ["+CCID: 8931446123458010006", "OK"]),
        ("AT^ICCID", ["^ICCID: 8931446123458010006", "OK"]),
        ("AT+CPIN?", ["+CPIN: READY", "OK"]),
        ("AT+CPINR", ["+CPINR: SIM PIN,3,3", "+CPINR: SIM PUK,10,10", "OK"]),
        ("AT+CREG?", ["+CREG: 0,1", "OK"]),
        ("AT+COPS?", ['+COPS: 0,0,"KPN",7', "OK"]),
        ("AT+CNUM", ['+CNUM: "","+31612345801",145', "OK"]),
        ("AT+CSCA?", ['+CSCA: "+31653131314",145', "OK"]),
        ("AT+CPMS?", ['+CPMS: "SM",0,50,"SM",0,50,"SM",0,50', "OK"]),
        ('AT+CPMS="ME"', ["+CPMS: 0,100,0,50,0,50", "OK"]),
        ("AT+CNMI=2,1,0,1,0;+CNMI?", ["+CNMI: 2,1,0,1,0", "OK"]),
        ("AT+CNMI=2,9", ["+CMS ERROR: 304"]),
        ("AT+CMGR=1", ["+CMS ERROR: 321"]),
        ("AT+CMSS=1", ["+CMS ERROR: 321"]),
        ("AT+CMGL=4", ["OK"]),
        ("AT+CNMA", ["+CMS ERROR: 340"]),
        ("ATD+31612345699;", ["ERROR"]),
        ("ATA", ["ERROR"]),
        ("ATH", ["OK"]),
        ("AT+CFUN?", ["+CFUN: 1", "OK"]),
        ("AT+CPAS", ["+CPAS: 0", "OK"]),
        ("AT+GCAP", ["+GCAP: +CGSM", "OK"]),
        ("AT+CMEE=2;+CPIN=1234", ["+CME ERROR: operation not allowed"]),
    ],
)
def test_what_it_says(line: Line, command: str, answer: list[str]) -> None:
    """Of itself, its SIM and its network."""
    assert line.lines(command) == answer


def test_a_restart_forgets_the_settings(bench: Bench, line: Line) -> None:
    """AT+CFUN=1,1 is answered; then it says that it is there again, as the factory made it."""
    line.ask("AT+CMEE=1;+CNMI=2,1,0,1,0")
    assert line.lines("AT+CFUN=1,1") == ["OK"]
    assert line.until(b"READY\r\n") == "\r\nRDY\r\n\r\n+CPIN: READY\r\n"
    assert line.ask("AT+CMEE?").startswith("AT+CMEE?\r\r\n+CMEE: 0")
    assert "+CNMI: 0,0,0,0,0" in line.lines("AT+CNMI?")
