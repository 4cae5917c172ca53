from contextlib import closing
from pathlib import Path

import pytest

from appliance.devices.modem.at.answers import PortBusy
from appliance.devices.modem.at.channel import AtChannel
from appliance.devices.modem.ports import candidates, probe, same_stick
from appliance.devices.modem.search import PortSearch
from appliance.errors import DeviceGone
from tests.devices.modem.at.scripted_port import IMEI, Answers, ScriptedPort

OTHER_IMEI = "490154203237518"
MUTE: Answers = {b"AT+CGSN": b"", b"AT+CMEE?": b"", b"AT": b""}
OTHER: Answers = {b"AT+CGSN": f"\r\n+CGSN: {OTHER_IMEI}\r\n\r\nOK\r\n".encode()}


@pytest.fixture
def none(tmp_path: Path) -> Path:
    """A by-id folder of a machine without modems."""
    return tmp_path / "by-id"


def link(folder: Path, name: str, port: ScriptedPort) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).symlink_to(port.name)
    return str(folder / name)


def test_where_to_look_is_the_given_path_then_by_id_then_the_neighbours(tmp_path: Path) -> None:
    by_id, dev = tmp_path / "by-id", tmp_path / "dev"
    by_id.mkdir()
    dev.mkdir()
    for name in ("ttyUSB0", "ttyUSB1", "ttyUSB2", "ttyACM0", "ttyS0"):
        (dev / name).touch()
    (by_id / "usb-Maker_Stick-if02-port0").symlink_to(dev / "ttyUSB2")
    assert candidates(str(dev / "ttyUSB1"), by_id=by_id) == [
        str(dev / "ttyUSB1"),
        str(by_id / "usb-Maker_Stick-if02-port0"),
        str(dev / "ttyUSB0"),
        str(dev / "ttyACM0"),
    ]


def test_of_several_ports_of_a_stick_the_one_that_answers_is_taken(
    tmp_path: Path, none: Path
) -> None:
    with ScriptedPort(MUTE) as mute, ScriptedPort() as speaking:
        first = link(tmp_path / "stick", "ttyUSB0", mute)
        second = link(tmp_path / "stick", "ttyUSB1", speaking)
        channel, port = PortSearch(by_id=none).find(first, None)
        with closing(channel):
            assert port == second
            assert channel.command("AT").lines == ()


def test_a_modem_that_came_back_under_another_name_is_known_by_its_imei(
    tmp_path: Path, none: Path
) -> None:
    with ScriptedPort(OTHER) as other, ScriptedPort() as ours:
        link(tmp_path / "dev", "ttyUSB1", other)
        there = link(tmp_path / "dev", "ttyUSB2", ours)
        channel, port = PortSearch(by_id=none).find(str(tmp_path / "dev" / "ttyUSB0"), IMEI)
        with closing(channel):
            assert port == there


def test_another_modem_is_never_taken_for_the_one_that_was_bound(
    tmp_path: Path, none: Path
) -> None:
    with ScriptedPort(OTHER) as other:
        first = link(tmp_path / "dev", "ttyUSB0", other)
        with pytest.raises(DeviceGone):
            PortSearch(by_id=none).find(first, IMEI)
        channel, _port = PortSearch(by_id=none).find(first, OTHER_IMEI)
        channel.close()


def test_a_modem_is_bound_only_where_a_person_pointed(tmp_path: Path) -> None:
    by_id = tmp_path / "by-id"
    with ScriptedPort() as other, ScriptedPort() as one:
        link(by_id, "usb-Other_Stick_1-if00-port0", other)
        ours = link(by_id, "usb-Maker_Stick_7-if02-port0", one)
        with pytest.raises(DeviceGone):
            PortSearch(by_id=by_id).find(str(by_id / "usb-Third_Stick-if00-port0"), None)
        channel, port = PortSearch(by_id=by_id).find(
            str(by_id / "usb-Maker_Stick_7-if00-port0"), None
        )
        with closing(channel):
            assert port == ours


def test_a_port_that_somebody_has_is_left_alone_and_said_to_be_busy(
    tmp_path: Path, none: Path
) -> None:
    with ScriptedPort() as modem, closing(AtChannel.open(modem.name)) as theirs:
        theirs.command("AT")
        modem.heard.clear()
        first = link(tmp_path / "dev", "ttyUSB0", modem)
        with pytest.raises(PortBusy):
            PortSearch(by_id=none).find(first, IMEI)
        assert modem.heard == []
        assert theirs.command("AT").lines == ()


def test_a_search_leaves_no_port_open_that_it_does_not_give_back(
    tmp_path: Path, none: Path
) -> None:
    with ScriptedPort(OTHER) as other, ScriptedPort(MUTE) as mute:
        first = link(tmp_path / "dev", "ttyUSB0", other)
        link(tmp_path / "dev", "ttyUSB1", mute)
        with pytest.raises(DeviceGone):
            PortSearch(by_id=none).find(first, IMEI)
        for port in (other, mute):
            AtChannel.open(port.name).close()


def test_a_modem_that_greets_is_asked_again() -> None:
    greetings = [b"\r\nRDY\r\n"]

    def greet(port: ScriptedPort) -> None:
        said = greetings.pop() if greetings else f"\r\n{IMEI}\r\n\r\nOK\r\n".encode()
        port.say(said)

    with ScriptedPort({b"AT+CGSN": greet}) as port:
        found = probe(port.name)
        assert found is not None
        assert found.imei == IMEI
        found.channel.close()


def test_sticks_are_told_apart_by_name_and_by_folder(tmp_path: Path) -> None:
    stick = "/dev/serial/by-id/usb-Maker_Stick_7"
    assert same_stick(f"{stick}-if00-port0", f"{stick}-if02-port0")
    assert not same_stick(f"{stick}-if00-port0", "/dev/serial/by-id/usb-Maker_Stick_8-if00-port0")
    assert same_stick(str(tmp_path / "ttyUSB0"), str(tmp_path / "ttyUSB1"))
    assert not same_stick(str(tmp_path / "a" / "ttyUSB0"), str(tmp_path / "b" / "ttyUSB0"))
    assert not same_stick("/dev/ttyUSB700", "/dev/ttyUSB701")
