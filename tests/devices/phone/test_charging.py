"""A phone is left without power for a while, by the port that its hub switches alone."""

import shutil
from pathlib import Path

import pytest

from appliance.box import hub_ports
from appliance.box.hub_ports import HubPort
from appliance.devices.charge_protocol import ChargePause
from appliance.devices.phone.driver import PhoneDriver
from appliance.devices.protocol import DeviceState
from appliance.phone_settings import PhoneSettings
from tests.devices.phone.driver_kit import Desk

HUB = "Current status for hub 1-1.4 [05e3:0610 GenesysLogic USB2.1 Hub, USB 2.10, 4 ports, ppps]"
BOARD = "Current status for hub 1-1 [2109:3431 USB2.0 Hub, USB 2.10, 4 ports, ppps]"
WORDS = "0503 power highspeed enable connect [04e8:6860 SAMSUNG SAMSUNG_Android {serial}]"
PORT = HubPort(hub="1-1.4", port=2)

#: It does as it is told and notes its words; a file `stuck` lets it only say so.
PROGRAM = """#!/bin/sh
here={here}
[ -n "$*" ] && echo "$*" >> $here/noted
case "$*" in
  *"-a off") [ -e $here/stuck ] || touch $here/off ;;
  *"-a on") rm -f $here/off ;;
esac
echo "{hub}"
if [ -e $here/off ]; then echo "  Port 2: 0000 off"; else echo "  Port 2: {words}"; fi
"""


class Pause(ChargePause):
    def __init__(self) -> None:
        self.outcomes: list[bool] = []
        self.powered: list[bool] = []

    @property
    def most_s(self) -> float:
        return 0.2

    def goes_on(self) -> bool:
        self.powered.append(hub_ports.is_on(PORT))
        return True

    def over(self, *, done: bool) -> None:
        self.outcomes.append(done)


class Uhubctl:
    """The fake program in a folder of its own."""

    def __init__(self, folder: Path, serial: str, *, hub: str = HUB) -> None:
        self.folder = folder
        made = folder / "uhubctl"
        words = WORDS.format(serial=serial)
        made.write_text(PROGRAM.format(here=folder, hub=hub, words=words))
        made.chmod(0o755)

    @property
    def noted(self) -> list[str]:
        noted = self.folder / "noted"
        return noted.read_text().splitlines() if noted.exists() else []


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "bin"
    made.mkdir()
    monkeypatch.setenv("PATH", str(made), prepend=":")
    monkeypatch.setattr("appliance.devices.phone.charging.GONE_WITHIN_S", 0.0)
    return made


def spared(desk: Desk, settings: PhoneSettings | None = None) -> Pause:
    driver = PhoneDriver(
        device_id="phone-1",
        serial=desk.world.serial,
        listener=desk.recorder,
        clock=desk.world.clock,
        settings=settings or PhoneSettings(),
    )
    assert driver.probe().state is DeviceState.READY
    pause = Pause()
    pause.run(driver)
    driver.close()
    return pause


def test_its_port_is_off_during_the_pause_and_on_afterwards(desk: Desk, folder: Path) -> None:
    """Both are read from the hub's own list, and the phone is there again."""
    program = Uhubctl(folder, desk.world.serial)
    pause = spared(desk)
    assert (pause.outcomes, pause.powered) == ([True], [False])
    assert program.noted == ["-l 1-1.4 -p 2 -a off", "-l 1-1.4 -p 2 -a on"]
    assert hub_ports.is_on(PORT)


def test_a_hub_that_does_not_do_as_it_says_is_left_alone(desk: Desk, folder: Path) -> None:
    Uhubctl(folder, desk.world.serial)
    (folder / "stuck").touch()
    pause = spared(desk)
    assert (pause.outcomes, pause.powered) == ([False], [])
    assert hub_ports.is_on(PORT)


def test_what_shares_its_switch_or_has_a_limit_of_its_own_is_never_switched(
    desk: Desk, folder: Path
) -> None:
    """The ports of a Pi's own board go together; nor is anything done where it is not wanted, or
    without the program.
    """
    board = Uhubctl(folder, desk.world.serial, hub=BOARD)
    assert spared(desk).outcomes == [False]
    assert board.noted == []
    single = Uhubctl(folder, desk.world.serial)
    assert spared(desk, PhoneSettings(may_spare_battery=False)).outcomes == [False]
    desk.driver.session.run("settings put global protect_battery 1")
    assert spared(desk).outcomes == [False]
    assert single.noted == []
    desk.driver.session.run("settings put global protect_battery 0")
    shutil.rmtree(folder)
    assert spared(desk).outcomes == [False]


def test_a_port_that_a_kill_left_without_power_is_switched_on_at_the_start(
    folder: Path,
) -> None:
    program = Uhubctl(folder, "R58M123ABC")
    (folder / "off").touch()
    hub_ports.switch_all_on()
    assert program.noted == ["-l 1-1.4 -p 2 -a on"]
    hub_ports.switch_all_on()
    assert len(program.noted) == 1
