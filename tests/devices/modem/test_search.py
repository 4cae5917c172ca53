"""Which modems a search asks, how often, and which one it may take for the modem."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from appliance.devices.modem.at.answers import PortBusy
from appliance.devices.modem.at.channel import AtChannel
from appliance.devices.modem.search import PortSearch
from appliance.errors import DeviceGone
from tests.devices.modem.at.scripted_port import IMEI, Answers, ScriptedPort

OTHER_IMEI = "490154203237518"
MUTE: Answers = {b"AT+CGSN": b"", b"AT+CMEE?": b"", b"AT": b""}
OTHER: Answers = {b"AT+CGSN": f"\r\n+CGSN: {OTHER_IMEI}\r\n\r\nOK\r\n".encode()}
DAY_S = 86_400


class Bench:
    """Its own /dev, and a time that only a test moves."""

    def __init__(self, folder: Path) -> None:
        self.dev = folder / "dev"
        self.by_id = folder / "by-id"
        self.now_s = 0.0
        self.search = PortSearch(by_id=self.by_id, now_s=lambda: self.now_s)
        self._open = ExitStack()

    def plug(self, name: str, answers: Answers | None = None) -> ScriptedPort:
        port = self._open.enter_context(ScriptedPort(answers))
        link = (self.by_id if name.startswith("usb-") else self.dev) / name
        link.parent.mkdir(exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(port.name)
        return port

    def is_found(self, first: str, *, own_every_s: float | None = None) -> bool:
        try:
            channel, _port = self.search.find(first, IMEI, own_every_s=own_every_s)
        except DeviceGone:
            return False
        channel.close()
        return True

    def close(self) -> None:
        self._open.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def was_asked(port: ScriptedPort) -> bool:
    """The ports that were asked since the last call."""
    asked = bool(port.heard)
    port.heard.clear()
    return asked


def times_asked(bench: Bench, port: ScriptedPort, *, until_s: int, every_s: int = 2) -> list[int]:
    asked = []
    for now_s in range(0, until_s, every_s):
        bench.now_s = now_s
        bench.is_found(str(bench.dev / "ttyUSB0"))
        if was_asked(port):
            asked.append(now_s)
    return asked


def test_a_silent_port_of_other_equipment_is_asked_at_ever_longer_distances(bench: Bench) -> None:
    """A modem that was just plugged in may still be starting: each pause doubles."""
    meter = bench.plug("ttyUSB7", MUTE)
    assert times_asked(bench, meter, until_s=20) == [0, 2, 6, 14]


def test_a_port_of_another_modem_is_left_alone_for_minutes(bench: Bench) -> None:
    other = bench.plug("ttyUSB7", OTHER)
    assert times_asked(bench, other, until_s=1000, every_s=10) == [0, 300, 900]


def test_no_port_is_forgotten_for_ever(bench: Bench) -> None:
    other = bench.plug("ttyUSB7", OTHER)
    assert len(times_asked(bench, other, until_s=DAY_S, every_s=600)) > 20


def test_what_is_plugged_in_under_a_name_that_was_silent_is_asked_at_once(bench: Bench) -> None:
    first = str(bench.dev / "ttyUSB0")
    bench.plug("ttyUSB7", OTHER)
    assert not bench.is_found(first)
    bench.plug("ttyUSB7")
    assert bench.is_found(first)


def test_a_modem_under_a_new_name_is_found_though_others_are_left_alone(bench: Bench) -> None:
    first = str(bench.dev / "ttyUSB0")
    other = bench.plug("ttyUSB1", OTHER)
    assert not bench.is_found(first)
    assert was_asked(other)
    bench.plug("ttyUSB2")
    assert bench.is_found(first)
    assert not was_asked(other)


def test_its_own_port_is_asked_as_often_as_is_said(bench: Bench) -> None:
    own = bench.plug("ttyUSB0", MUTE)
    first = str(bench.dev / "ttyUSB0")
    for _ in range(2):
        assert not bench.is_found(first, own_every_s=0)
        assert was_asked(own)
        assert bench.search.mute == [first]
    assert not bench.is_found(first, own_every_s=60)
    assert not was_asked(own)
    assert bench.search.mute == [first]
    bench.now_s = 60
    assert not bench.is_found(first, own_every_s=60)
    assert was_asked(own)


def test_a_port_that_answers_or_is_not_there_is_not_mute(bench: Bench) -> None:
    first = str(bench.dev / "ttyUSB0")
    assert not bench.is_found(first, own_every_s=0)
    assert bench.search.mute == []
    bench.plug("ttyUSB0", OTHER)
    assert not bench.is_found(first, own_every_s=0)
    assert bench.search.mute == []


def test_all_mute_ports_of_its_stick_are_its_own_and_no_others(bench: Bench) -> None:
    stick = [f"usb-Maker_Stick_7-if0{place}-port0" for place in range(2)]
    for name in (*stick, "usb-Maker_Stick_8-if00-port0"):
        bench.plug(name, MUTE)
    assert not bench.is_found(str(bench.by_id / stick[0]), own_every_s=0)
    assert bench.search.mute == [str(bench.by_id / name) for name in stick]


def test_that_another_modem_is_in_use_says_nothing_of_a_mute_one(bench: Bench) -> None:
    bench.plug("ttyUSB0", MUTE)
    first = str(bench.dev / "ttyUSB0")
    with closing(AtChannel.open(bench.plug("ttyUSB1").name)), pytest.raises(DeviceGone) as caught:
        bench.search.find(first, IMEI, own_every_s=0)
    assert not isinstance(caught.value, PortBusy)
    assert bench.search.mute == [first]
