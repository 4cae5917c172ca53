import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.devices.modem.at.dialogue import MOST_LINES, MOST_NEWS, Dialogue
from appliance.devices.modem.at.finals import Final
from appliance.devices.modem.at.urc import (
    CallEnded,
    Delivered,
    DirectReport,
    NewMessage,
    RegistrationUrc,
    SimState,
    UnknownUrc,
    Urc,
    Ussd,
)
from tests.devices.modem.at.mutations import mutated, survive

# 3GPP TS 23.040 SMS-DELIVER and a status report, 07 octets of SMSC before 24 and 25 of TPDU.
DELIVER = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07"
REPORT = "07911326040011F60620" + "0B911316325476F8" + "21011112345680" + "21011112345680" + "00"
OTHER = "07911326040000F0040B911346610089F600002080629173140802C834"
OK = Final(kind="ok")


def length_of(pdu: str) -> int:
    return len(pdu) // 2 - 1 - int(pdu[:2], 16)


CMT = f"+CMT: ,{length_of(DELIVER)}\r\n{DELIVER}\r\n".encode()
CDS = f"+CDS: {length_of(REPORT)}\r\n{REPORT}\r\n".encode()


def heard(
    command: str, *pieces: bytes, pdu: str | None = None
) -> tuple[list[str], Final | None, list[Urc]]:
    dialogue = Dialogue()
    dialogue.begin(command, pdu=pdu)
    for piece in pieces:
        dialogue.feed(piece)
    return dialogue.lines, dialogue.final, list(dialogue.news)


@pytest.mark.parametrize(
    ("result", "final"),
    [
        (b"\r\nOK\r\n", OK),
        (b"0\r", OK),
        (b"\r\nERROR\r\n", Final(kind="error")),
        (b"4\r", Final(kind="error")),
        (b"\r\nCOMMAND NOT SUPPORT\r\n", Final(kind="error")),
        (b"\r\n+CMS ERROR: 500\r\n", Final(kind="cms", code=500)),
        (b"\r\n+CME ERROR:10\r\n", Final(kind="cme", code=10)),
        (b"\r\n+CME ERROR: SIM busy\r\n", Final(kind="cme", text="SIM busy")),
    ],
)
def test_words_and_numbers_end_an_answer(result: bytes, final: Final) -> None:
    assert heard("AT+CMGF=0", result) == ([], final, [])


@pytest.mark.parametrize("noise", [b"\x00\xff", b"\xc3\x28 x%\x81", b"#~\x7f"])
def test_noise_before_ok_is_no_part_of_it(noise: bytes) -> None:
    assert heard("AT+CMGF=0", noise + b"OK\r\n") == ([], OK, [])
    assert heard("AT+CGSN", b"\x9f\xfe]\r\n1234\r\nOK\r\n") == (["1234"], OK, [])


def test_the_echo_is_no_part_of_the_answer_and_no_part_of_the_news() -> None:
    echoed = b"AT+CIMI\r\r\n204080123456789\r\n\r\nOK\r\n"
    assert heard("AT+CIMI", echoed) == (["204080123456789"], OK, [])


def test_an_echoed_pdu_is_not_taken_for_that_of_a_message() -> None:
    dialogue = Dialogue()
    dialogue.begin("AT+CMGS=24", pdu=DELIVER)
    dialogue.feed(b"AT+CMGS=24\r\r\n>")
    assert dialogue.prompted
    dialogue.feed(b" " + DELIVER.encode() + b"\x1a\r\n+CMGS: 7\r\n\r\nOK\r\n")
    assert (dialogue.lines, dialogue.final, list(dialogue.news)) == (["+CMGS: 7"], OK, [])


def test_news_between_a_header_and_its_pdu_leaves_both_whole() -> None:
    for news, urc in (
        (b'+CMTI: "SM",4\r\n', NewMessage(storage="SM", index=4)),
        (b"^RSSI: 18\r\n", UnknownUrc(line="^RSSI: 18")),
        (CMT, Delivered(pdu=DELIVER)),
        (CDS, DirectReport(pdu=REPORT)),
    ):
        said = b"\r\n+CMGL: 1,1,,23\r\n" + news + OTHER.encode() + b"\r\n\r\nOK\r\n"
        assert heard("AT+CMGL=4", said) == (["+CMGL: 1,1,,23", OTHER], OK, [urc])


def test_the_pdu_of_news_is_known_by_its_length() -> None:
    said = b"\r\n+CMGR: 1,,23\r\n" + f"+CMT: ,{length_of(DELIVER)}\r\n".encode()
    said += OTHER.encode() + b"\r\n" + DELIVER.encode() + b"\r\nOK\r\n"
    assert heard("AT+CMGR=3", said) == (["+CMGR: 1,,23", OTHER], OK, [Delivered(pdu=DELIVER)])


def test_a_message_that_comes_while_nothing_is_asked_is_news() -> None:
    dialogue = Dialogue()
    dialogue.feed(b"\r\n" + CMT + b"\r\n" + CDS)
    assert list(dialogue.news) == [Delivered(pdu=DELIVER), DirectReport(pdu=REPORT)]


def test_the_state_of_the_registration_is_told_from_the_answer_about_it() -> None:
    said = b'\r\n+CREG: 5\r\n\r\n+CREG: 2,1,"00C3","AB12"\r\n\r\nOK\r\n'
    urc = RegistrationUrc(domain="CREG", status=5)
    assert heard("AT+CREG?", said) == (['+CREG: 2,1,"00C3","AB12"'], OK, [urc])


def test_an_answer_to_ussd_is_news_and_may_have_several_lines() -> None:
    menu = b'\r\n+CUSD: 1,"Kies:\r\n1 Saldo\r\n2 Bundel",15\r\n\r\nOK\r\n'
    urc = Ussd(status=1, text="Kies:\n1 Saldo\n2 Bundel", dcs=15)
    assert heard('AT+CUSD=1,"*100#",15', menu) == ([], OK, [urc])
    assert heard("AT+CUSD?", b"\r\n+CUSD: 1\r\n\r\nOK\r\n") == (["+CUSD: 1"], OK, [])


def test_a_menu_that_never_ends_does_not_swallow_the_result() -> None:
    lines, final, news = heard("AT+CUSD=2", b'+CUSD: 1,"Kies:\r\n1 Saldo\r\nOK\r\n')
    assert (lines, final) == ([], OK)
    assert len(news) == 1


def test_an_answer_under_another_name_is_still_the_answer() -> None:
    assert heard("AT+CCID", b"+ICCID: 8931\r\nOK\r\n")[0] == ["+ICCID: 8931"]
    assert heard("AT+CMSS=3", b"\r\n+CMGS: 9\r\n\r\nOK\r\n")[0] == ["+CMGS: 9"]
    assert heard("ATI", b"Huawei\r\n+GCAP: +CGSM\r\nOK\r\n")[0] == ["Huawei", "+GCAP: +CGSM"]


def test_the_end_of_a_call_ends_only_a_command_about_calls() -> None:
    assert heard("AT+CSQ", b"NO CARRIER\r\n") == ([], None, [CallEnded()])
    assert heard("ATH", b"NO CARRIER\r\n")[1] == Final(kind="call", text="NO CARRIER")


@pytest.mark.parametrize(
    "banner",
    ["RDY", "^BOOT:12345,0,0,0,8", "^SYSSTART", "+CFUN: 1", "+CPIN: READY", "Call Ready"],
)
def test_a_modem_that_starts_anew_gives_itself_away(banner: str) -> None:
    dialogue = Dialogue()
    dialogue.begin("AT+CMSS=3")
    dialogue.feed(b"\xff\x00\r\n" + banner.encode() + b"\r\n")
    assert dialogue.booted == banner
    assert dialogue.final is None


def test_what_follows_a_start_is_part_of_it() -> None:
    dialogue = Dialogue()
    dialogue.feed(b"RDY\r\n")
    dialogue.settle()
    dialogue.feed(b"+CFUN: 1\r\n+CPIN: READY\r\nSMS Ready\r\n")
    assert dialogue.booted is None
    dialogue.feed(b"RDY\r\n")
    assert dialogue.booted == "RDY"


def test_the_answer_about_the_sim_is_no_start() -> None:
    assert heard("AT+CPIN?", b"\r\n+CPIN: READY\r\n\r\nOK\r\n") == (["+CPIN: READY"], OK, [])
    urc = SimState(state="NOT INSERTED")
    assert heard("AT+CSQ", b"+CPIN: NOT INSERTED\r\n")[2] == [urc]


def test_a_late_result_is_not_taken_for_that_of_the_marker() -> None:
    dialogue = Dialogue()
    dialogue.begin("AT+CGSN", shape=re.compile(r"\d{15}$"))
    finals = []
    for said in (b"+CMSS: 17\r\nOK\r\n", b"356938035643809\r\nOK\r\n"):
        dialogue.feed(said)
        finals.append(dialogue.final)
    assert finals == [None, OK]
    assert list(dialogue.news) == [UnknownUrc(line="+CMSS: 17")]


def test_a_flood_is_bounded() -> None:
    dialogue = Dialogue()
    dialogue.begin("AT+CMGL=4")
    dialogue.feed(b"x\r\n" * (MOST_LINES + 10) + b"RING\r\n" * (MOST_NEWS + 10))
    assert len(dialogue.lines) == MOST_LINES
    assert len(dialogue.news) == MOST_NEWS


_LINES = st.sampled_from(
    [
        *(b"OK", b"0", b"> ", b">", b"RING", b"RDY", b"\xff", b"+CREG: 1", b"+CMS ERROR: 38"),
        *(b"AT+CMGL=4", b"+CMGL: 1,1,,23", OTHER.encode(), CMT.strip(), CDS.strip()),
        *(b'+CUSD: 1,"x', b'y",15'),
    ]
)
_ENDS = st.sampled_from([b"\r", b"\n", b"\r\n", b""])
_STREAM = st.lists(
    st.tuples(st.one_of(_LINES, st.binary(max_size=30)), _ENDS).map(b"".join), max_size=30
).map(b"".join)
_COMMANDS = st.sampled_from(["AT+CMGL=4", "AT", "ATI", "AT+CUSD?", "AT+CREG?", "ATH"])


def state_after(command: str, pieces: Sequence[bytes]) -> object:
    dialogue = Dialogue()
    dialogue.begin(command, pdu=OTHER)
    for piece in pieces:
        dialogue.feed(piece)
    return dialogue.lines, dialogue.final, list(dialogue.news), dialogue.booted, dialogue.prompted


@settings(max_examples=300)
@given(_COMMANDS, _STREAM, st.lists(st.integers(0, 300), max_size=10))
def test_any_cutting_of_the_bytes_gives_the_same_answer_and_news(
    command: str, stream: bytes, cuts: list[int]
) -> None:
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = [stream[a:b] for a, b in pairwise(places)]
    whole = state_after(command, [stream])
    assert state_after(command, pieces) == whole
    assert state_after(command, [bytes([octet]) for octet in stream]) == whole


@settings(max_examples=300)
@given(_COMMANDS, st.binary(max_size=2000))
def test_random_bytes_never_raise(command: str, noise: bytes) -> None:
    state_after(command, [noise])


def test_damaged_answers_never_raise() -> None:
    """There are 20,000 of them, cut anywhere; some seem complete all the same."""
    complete = sum(survive(command, pieces) for command, pieces in mutated(seed=1, count=20_000))
    assert 0 < complete < 20_000
