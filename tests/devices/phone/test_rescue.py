"""A phone that cannot be read: what is tried, in which order, and that it alone pays for it."""

import logging
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from appliance.box.hub_ports import HubPort, cycle, port_of, single_ports
from appliance.devices.phone.recovery.phone_ladder import (
    WAITS_S,
    PhoneLadder,
    PhoneRights,
    PhoneRung,
)
from appliance.devices.phone.recovery.rescue import PhoneRescue
from appliance.devices.phone.session import ServerSession
from appliance.devices.protocol import DeviceState, Status
from appliance.errors import SetupError
from appliance.phone_settings import PhoneSettings
from appliance.reasons import Reason
from tests.devices.phone.driver_kit import QUICK, Desk
from tests.emulated.phone_bench import eventually

ALL = PhoneRights(may_switch_port=True, may_reboot=True)
NONE = PhoneRights(may_switch_port=False, may_reboot=False)
HUNG = Status(state=DeviceState.DEGRADED, reason=Reason.NOT_ANSWERING)
AWAY = Status(state=DeviceState.ABSENT, reason=Reason.NOT_PLUGGED_IN)
READY = Status(state=DeviceState.READY)
GENTLE = [PhoneRung.SERVER, PhoneRung.DEVICE, PhoneRung.LINK]

LISTED = """\
Current status for hub 2 [1d6b:0003 Linux 6.1.21-v8+ xhci-hcd xHCI Host Controller 0000:01:00.0, \
USB 3.00, 4 ports, ppps]
  Port 1: 02a0 power 5gbps Rx.Detect
  Port 2: 0203 power 5gbps U0 enable connect [18d1:4ee7 Google Pixel 4 ROOTPHONE]
Current status for hub 1-1 [2109:3431 USB2.0 Hub, USB 2.10, 4 ports, ppps]
  Port 1: 0503 power highspeed enable connect [18d1:4ee7 Google Pixel 4 BOARDPHONE]
Current status for hub 1-1.3 [1a40:0101 USB 2.0 Hub, USB 2.00, 4 ports, ganged]
  Port 1: 0503 power highspeed enable connect [18d1:4ee7 Google Pixel 4 GANGPHONE]
Current status for hub 1-1.4 [05e3:0610 GenesysLogic USB2.1 Hub, USB 2.10, 4 ports, ppps]
  Port 1: 0100 power
  Port 2: 0503 power highspeed enable connect [04e8:6860 SAMSUNG SAMSUNG_Android R58M123ABC]
  Port 3: 0503 power highspeed enable connect [18d1:4ee7 Google Pixel 4 9A2B1FFAZ001XX]
  Port 4: 0000 off
"""


# The ladder


def climbed(ladder: PhoneLadder, rights: PhoneRights) -> list[tuple[float, PhoneRung]]:
    """Asked each second for ten minutes; gives the steps, each with its second."""
    asked = ((float(at), ladder.next(float(at), rights)) for at in range(600))
    return [(at, rung) for at, rung in asked if rung is not None]


@pytest.mark.parametrize(
    ("rights", "rungs"),
    [
        (ALL, [*GENTLE, PhoneRung.POWER, PhoneRung.REBOOT, PhoneRung.PERSON]),
        (NONE, [*GENTLE, PhoneRung.PERSON]),
        (
            PhoneRights(may_switch_port=True, may_reboot=False),
            [*GENTLE, PhoneRung.POWER, PhoneRung.PERSON],
        ),
    ],
)
def test_the_gentlest_comes_first_and_what_is_not_allowed_never(
    rights: PhoneRights, rungs: list[PhoneRung]
) -> None:
    steps = climbed(PhoneLadder(), rights)
    assert [rung for _, rung in steps] == rungs
    for (then, rung), (now, _) in pairwise(steps):
        assert now - then == WAITS_S[rung]


def test_a_phone_that_can_be_read_starts_the_ladder_over() -> None:
    ladder = PhoneLadder()
    climbed(ladder, NONE)
    ladder.answered()
    assert ladder.rung is None
    assert ladder.next(0.0, NONE) is PhoneRung.SERVER


def test_a_phone_is_not_restarted_unless_somebody_allowed_it() -> None:
    assert not PhoneSettings().may_reboot


# Ports that switch alone


def test_only_a_port_that_switches_alone_is_one() -> None:
    """Not those of the kernel's root, of the Pi's own board, nor of a hub that switches all."""
    assert [(port, what.split()[-1]) for port, what in single_ports(LISTED)] == [
        (HubPort(hub="1-1.4", port=2), "R58M123ABC"),
        (HubPort(hub="1-1.4", port=3), "9A2B1FFAZ001XX"),
    ]


@pytest.mark.parametrize("damage", ["", "Current status for hub", "  Port 1: 0503 [x]", "No hubs"])
def test_a_list_that_proves_nothing_gives_no_port(damage: str) -> None:
    assert list(single_ports(damage)) == []


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An `uhubctl` that prints LISTED and notes its words; gives the file with them."""
    noted, listed = tmp_path / "noted", tmp_path / "listed"
    listed.write_text(LISTED)
    made = tmp_path / "uhubctl"
    made.write_text(f'#!/bin/sh\necho "$*" >> {noted}\ncat {listed}\n')
    made.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return noted


def test_a_port_is_found_by_the_serial_and_switched_alone(program: Path) -> None:
    port = port_of("R58M123ABC")
    assert port == HubPort(hub="1-1.4", port=2)
    cycle(port)
    assert program.read_text().splitlines() == ["", "-l 1-1.4 -p 2 -a cycle -d 5"]


@pytest.mark.parametrize("serial", ["BOARDPHONE", "ROOTPHONE", "GANGPHONE", "SAMSUNG", "X"])
def test_a_phone_that_shares_its_switch_has_no_port(program: Path, serial: str) -> None:
    assert port_of(serial) is None
    assert program.exists()


def test_without_the_program_no_port_is_switched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert port_of("R58M123ABC") is None
    with pytest.raises(SetupError):
        cycle(HubPort(hub="1-1.4", port=2))


# On a phone


@pytest.fixture
def rescue(desk: Desk) -> Iterator[PhoneRescue]:
    """That of a phone that has failed twice, without waits between its rungs."""
    session = ServerSession(desk.world.serial, QUICK)
    made = PhoneRescue("phone-1", session, PhoneSettings(may_reboot=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "appliance.devices.phone.recovery.phone_ladder.WAITS_S", dict.fromkeys(PhoneRung, 0.0)
        )
        patch.setattr("appliance.devices.phone.recovery.rescue.FAILS_FOR_S", 0.0)
        made.examined(HUNG)
        made.examined(HUNG)
        yield made
    session.close()


def test_two_failures_and_a_phone_that_is_away_climb_nothing(
    desk: Desk, rescue: PhoneRescue
) -> None:
    rescue.examined(AWAY)
    rescue.examined(HUNG)
    rescue.examined(HUNG)
    assert desk.world.traffic.endings == {}
    assert rescue._ladder.rung is None


def test_phones_that_adb_connects_anew_are_given_time(
    rescue: PhoneRescue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each change of their state is an examination, and many of those fail within a second."""
    monkeypatch.setattr("appliance.devices.phone.recovery.rescue.FAILS_FOR_S", 60.0)
    for _ in range(20):
        rescue.examined(HUNG)
    assert rescue._ladder.rung is None


def test_each_failure_climbs_one_rung_up_to_the_person(
    desk: Desk, rescue: PhoneRescue, caplog: pytest.LogCaptureFixture
) -> None:
    """The daemon hears two of them, and says nothing of a third; the log names each once."""
    caplog.set_level(logging.WARNING, logger="appliance.devices.phone.recovery.rescue")
    endings = desk.world.traffic.endings
    rescue.examined(HUNG)
    assert eventually(lambda: not desk.world.phones[0].adbd.server_running)
    rescue.examined(HUNG)
    assert eventually(lambda: endings["reconnect"] == 1)
    desk.world.connect()
    rescue.examined(HUNG)
    desk.world.connect()
    rescue.examined(HUNG)
    assert eventually(lambda: endings["reboot"] == 1)
    asked = [rescue.examined(HUNG).facts.own for _ in range(5)]
    assert asked == [{"needs_person": True}] * 5
    assert endings == {"reconnect": 1, "reboot": 1}
    assert len(caplog.records) == 5
    assert rescue.examined(READY) == READY


def test_the_step_that_helped_is_named(
    rescue: PhoneRescue, caplog: pytest.LogCaptureFixture
) -> None:
    rescue.examined(HUNG)
    rescue.examined(READY)
    assert "can be read again after its control server was ended" in caplog.messages[-1]
    assert rescue._ladder.rung is None
