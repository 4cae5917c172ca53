import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from appliance.devices.modem.at.answers import (
    Answer,
    AtError,
    PortBusy,
    PortGone,
    Rebooted,
    Silence,
)
from appliance.devices.modem.at.channel import AtChannel
from appliance.devices.modem.at.urc import Booted, NewMessage, Ring, UnknownUrc
from tests.devices.modem.at.scripted_port import IMEI, Answers, ScriptedPort
from tests.emulated.phone_bench import eventually

PDU = "0011000B911326547698F00000AA05C8329BFD06"
SENT = {
    b"AT+CMGS=19": b"\r\n> ",
    PDU.encode() + b"\x1a": b"\r\n+CMGS: 7\r\n\r\nOK\r\n",
}
#: Longer than anything here takes, on a machine however busy.
LONG_S = 60.0
SHORT_S = 0.05


@contextmanager
def connected(
    answers: Answers | None = None, *, one_by_one: bool = False
) -> Iterator[tuple[ScriptedPort, AtChannel]]:
    with (
        ScriptedPort(answers, one_by_one=one_by_one) as port,
        closing(AtChannel.open(port.name)) as channel,
    ):
        yield port, channel


@pytest.mark.parametrize("one_by_one", [False, True])
def test_a_command_is_answered_with_its_information_lines(one_by_one: bool) -> None:
    with connected({b"AT+CSQ": b"\r\n+CSQ: 18,99\r\n\r\nOK\r\n"}, one_by_one=one_by_one) as (
        _port,
        channel,
    ):
        answer = channel.command("AT+CSQ")
        assert answer == Answer(lines=("+CSQ: 18,99",))
        assert answer.value("+CSQ") == "18,99"
        assert channel.command("AT") == Answer(lines=())


@pytest.mark.parametrize("prompt", [b"\r\n> ", b"\r\n>", b"AT+CMGS=19\r\r\n> ", b"\xff\r\n\x00>"])
def test_a_pdu_goes_out_at_the_prompt_however_it_looks(prompt: bytes) -> None:
    with connected({**SENT, b"AT+CMGS=19": prompt}) as (port, channel):
        answer = channel.pdu_command("AT+CMGS=19", PDU, timeout_s=LONG_S)
        assert answer.value("+CMGS") == "7"
        assert port.heard[-2:] == [b"AT+CMGS=19", PDU.encode() + b"\x1a"]


def test_a_refusal_before_the_prompt_proves_that_nothing_was_handed_over() -> None:
    with connected({b"AT+CMGS=19": b"\r\n+CMS ERROR: 304\r\n"}) as (port, channel):
        with pytest.raises(AtError) as caught:
            channel.pdu_command("AT+CMGS=19", PDU, timeout_s=LONG_S)
        assert (caught.value.kind, caught.value.code) == ("cms", 304)
        assert not caught.value.handed_over
        assert channel.command("AT") == Answer(lines=())
        assert PDU.encode() not in port.heard


def test_without_a_prompt_the_pdu_is_kept_back() -> None:
    with connected({b"AT+CMGS=19": b""}) as (port, channel):
        channel.command("AT")
        port.at_prompt = True
        with pytest.raises(Silence) as caught:
            channel.pdu_command("AT+CMGS=19", PDU, timeout_s=SHORT_S)
        assert not caught.value.handed_over
        assert channel.command("AT") == Answer(lines=())
        assert (port.given_up, port.sent) == (1, 0)


def test_a_lost_answer_says_that_the_pdu_was_handed_over() -> None:
    with connected({b"AT+CMGS=19": b"\r\n> "}) as (_port, channel):
        channel.command("AT")
        with pytest.raises(Silence) as caught:
            channel.pdu_command("AT+CMGS=19", PDU, timeout_s=0.5)
        assert caught.value.handed_over


def test_a_late_answer_is_not_taken_for_that_of_the_next_command() -> None:
    late = b"\r\n+CMSS: 17\r\n\r\nOK\r\n"

    def answer_imei(port: ScriptedPort) -> None:
        port.say(late + f"\r\n{IMEI}\r\n\r\nOK\r\n".encode())

    with connected({b"AT+CMGF?": b"\r\n+CMGF: 0\r\n\r\nOK\r\n"}) as (port, channel):
        channel.command("AT")
        with pytest.raises(Silence):
            channel.command("AT+CMSS=3", timeout_s=SHORT_S)
        port.answers[b"AT+CGSN"] = answer_imei
        assert channel.command("AT+CMGF?").lines == ("+CMGF: 0",)
        assert channel.news() == [UnknownUrc(line="+CMSS: 17")]


def test_late_answers_to_what_looked_for_the_step_are_nobodys() -> None:
    """A busy modem answers later all that it was asked meanwhile, a tenth of a second each."""
    ok = b"\r\nOK\r\n"
    imei = f"\r\n{IMEI}\r\n".encode() + ok

    def work(port: ScriptedPort) -> None:
        if b"AT+CMSS=3" not in port.heard:
            port.say(imei)
        elif port.heard[port.heard.index(b"AT+CMSS=3") :].count(b"AT+CGSN") == 2:
            for answer in (b"\r\n+CMSS: 17\r\n" + ok, imei, ok, imei):
                port.say(answer)
                port.unplugged.wait(0.1)

    answers: Answers = {b"AT+CGSN": work, b"AT+CMSS=4": b"\r\n+CMS ERROR: 38\r\n"}
    with connected(answers) as (_port, channel):
        channel.command("AT")
        with pytest.raises(Silence):
            channel.command("AT+CMSS=3", timeout_s=SHORT_S)
        with pytest.raises(AtError) as caught:
            channel.command("AT+CMSS=4", timeout_s=LONG_S)
        assert caught.value.code == 38


def test_an_open_prompt_of_an_earlier_life_is_taken_back_without_sending() -> None:
    with connected() as (port, channel):
        port.at_prompt = True
        assert channel.command("AT") == Answer(lines=())
        assert (port.given_up, port.sent) == (1, 0)


def test_a_modem_that_never_answers_is_silence_at_the_deadline() -> None:
    with connected({b"AT+CGSN": b"", b"AT+CMEE?": b""}) as (_port, channel):
        with pytest.raises(Silence) as caught:
            channel.command("AT+CMSS=1", timeout_s=0.2)
        assert not caught.value.handed_over


def test_a_mute_modem_is_told_to_start_anew_all_the_same() -> None:
    with connected({b"AT+CGSN": b"", b"AT+CMEE?": b"", b"AT": b""}) as (port, channel):
        for text in ("AT", "AT+CFUN=1,1"):
            with pytest.raises(Silence):
                channel.command(text, timeout_s=SHORT_S)
        assert eventually(lambda: b"AT+CFUN=1,1" in port.heard)
        assert b"AT" not in port.heard


def test_noise_without_an_end_is_silence_at_the_deadline_too() -> None:
    def rave(port: ScriptedPort) -> None:
        while not port.unplugged.is_set():
            port.say(b"\x80noise" * 100)

    with connected({b"AT+CMSS=1": rave}) as (_port, channel):
        channel.command("AT")
        with pytest.raises(Silence) as caught:
            channel.command("AT+CMSS=1", timeout_s=0.2)
        assert caught.value.handed_over
        with pytest.raises(Silence) as caught:
            channel.command("AT+CMSS=2", timeout_s=0.2)
        assert not caught.value.handed_over
        channel.rest(SHORT_S)
        assert channel.news() == []


def test_news_in_the_middle_of_an_answer_is_told_afterwards() -> None:
    said = b'\r\n+CMGL: 1,1,,23\r\n+CMTI: "SM",4\r\n' + b"07" * 30 + b"\r\n\r\nOK\r\nRING\r\n"
    with connected({b"AT+CMGL=4": said}) as (_port, channel):
        assert channel.command("AT+CMGL=4").lines == ("+CMGL: 1,1,,23", "07" * 30)
        channel.rest(LONG_S)
        assert channel.news() == [NewMessage(storage="SM", index=4), Ring()]
        assert channel.news() == []


def test_a_rest_ends_with_the_news() -> None:
    with connected() as (port, channel):
        channel.command("AT")
        timer = threading.Timer(0.05, port.say, (b'\r\n+CMTI: "ME",1\r\n',))
        timer.start()
        channel.rest(LONG_S)
        assert channel.news() == [NewMessage(storage="ME", index=1)]
        timer.join()


def test_a_rest_ends_with_a_rouse_also_with_an_earlier_one() -> None:
    with connected() as (_port, channel):
        channel.rouse()
        channel.rest(LONG_S)
        timer = threading.Timer(0.05, channel.rouse)
        timer.start()
        channel.rest(LONG_S)
        timer.join()
        assert channel.news() == []


def test_a_rouse_does_not_end_a_command() -> None:
    answered = threading.Event()

    def after_the_rouse(port: ScriptedPort) -> None:
        answered.wait(LONG_S)
        port.say(b"\r\n+CSQ: 18,99\r\n\r\nOK\r\n")

    with connected({b"AT+CSQ": after_the_rouse}) as (_port, channel):
        channel.command("AT")

        def rouse() -> None:
            channel.rouse()
            answered.set()

        timer = threading.Timer(0.05, rouse)
        timer.start()
        assert channel.command("AT+CSQ", timeout_s=LONG_S).value("+CSQ") == "18,99"
        timer.join()


def test_a_start_in_the_middle_of_a_command_takes_its_answer_away() -> None:
    with connected({b"AT+CMSS=3": b"\r\nRDY\r\n\r\n+CFUN: 1\r\n"}) as (_port, channel):
        channel.command("AT")
        with pytest.raises(Rebooted) as caught:
            channel.command("AT+CMSS=3", timeout_s=LONG_S)
        assert caught.value.handed_over
        assert channel.command("AT") == Answer(lines=())


def test_an_answer_that_came_before_the_start_counts() -> None:
    with connected({b"AT+CMSS=3": b"\r\n+CMSS: 9\r\n\r\nOK\r\n\r\nRDY\r\n"}) as (_port, channel):
        channel.command("AT")
        assert channel.command("AT+CMSS=3").value("+CMSS") == "9"
        channel.rest(LONG_S)
        with pytest.raises(Rebooted):
            channel.command("AT")


def test_a_result_after_the_start_is_none_of_the_commands() -> None:
    with connected({b"AT+CMSS=3": b"\r\nRDY\r\n\r\nOK\r\n"}) as (_port, channel):
        channel.command("AT")
        with pytest.raises(Rebooted) as caught:
            channel.command("AT+CMSS=3", timeout_s=LONG_S)
        assert caught.value.handed_over


def test_a_start_while_nothing_is_asked_is_told_once_before_the_next_command() -> None:
    with connected() as (port, channel):
        channel.command("AT")
        port.say(b"\r\nRDY\r\n\r\n+CPIN: READY\r\n")
        channel.rest(LONG_S)
        port.heard.clear()
        with pytest.raises(Rebooted) as caught:
            channel.command("AT+CMSS=3")
        assert not caught.value.handed_over
        assert b"AT+CMSS=3" not in port.heard
        assert channel.news() == []
        assert channel.command("AT") == Answer(lines=())


def test_a_start_that_was_told_as_news_is_not_told_again() -> None:
    with connected() as (port, channel):
        channel.command("AT")
        port.say(b"\r\nRDY\r\n")
        channel.rest(LONG_S)
        assert channel.news() == [Booted(banner="RDY")]
        assert channel.command("AT") == Answer(lines=())


def test_the_lines_after_a_pin_are_no_start() -> None:
    said = b"\r\nOK\r\n\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n"
    with connected({b'AT+CPIN="1234"': said}) as (_port, channel):
        channel.command('AT+CPIN="1234"')
        assert channel.command("AT") == Answer(lines=())
        assert channel.news() == []


def test_an_unplugged_port_ends_a_rest_and_a_command() -> None:
    def unplug(port: ScriptedPort) -> None:
        threading.Thread(target=port.unplug).start()

    with connected({b"AT+CMSS=3": unplug}) as (_port, channel):
        channel.command("AT")
        with pytest.raises(PortGone) as caught:
            channel.command("AT+CMSS=3", timeout_s=LONG_S)
        assert caught.value.handed_over
        with pytest.raises(PortGone):
            channel.rest(LONG_S)
        with pytest.raises(PortGone) as caught:
            channel.command("AT")
        assert not caught.value.handed_over


def test_a_rest_ends_when_the_port_is_unplugged() -> None:
    with connected() as (port, channel):
        channel.command("AT")
        timer = threading.Timer(0.05, port.unplug)
        timer.start()
        with pytest.raises(PortGone):
            channel.rest(LONG_S)
        timer.join()


def test_a_closed_channel_ends_a_rest_and_bears_a_rouse() -> None:
    with connected() as (_port, channel):
        channel.command("AT")
        timer = threading.Timer(0.05, channel.close)
        timer.start()
        with pytest.raises(PortGone):
            channel.rest(LONG_S)
        timer.join()
        channel.rouse()
        channel.close()


def test_a_port_that_somebody_has_is_busy_and_goes_on_undisturbed() -> None:
    with connected() as (port, channel):
        channel.command("AT")
        with pytest.raises(PortBusy):
            AtChannel.open(port.name)
        assert channel.command("AT") == Answer(lines=())


def test_a_port_that_is_not_there_is_gone() -> None:
    with pytest.raises(PortGone):
        AtChannel.open("/dev/does-not-exist")


@pytest.mark.parametrize("text", ['AT+CUSD=1,"*100#\rAT+CMSS=1"', "AT+CPIN=\u0661"])
def test_what_is_not_one_line_of_ascii_is_never_written(text: str) -> None:
    with connected() as (port, channel):
        with pytest.raises(ValueError, match="one line"):
            channel.command(text)
        assert port.heard == []


def test_nothing_in_an_error_tells_what_a_command_held() -> None:
    with connected({b"AT+CGSN": b"", b"AT+CMEE?": b""}) as (_port, channel):
        with pytest.raises(Silence) as caught:
            channel.command('AT+CPIN="1234"', timeout_s=SHORT_S)
        assert caught.value.evidence == {"command": "AT+CPIN"}
