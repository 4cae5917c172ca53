"""One office waits for its turn on a data directory, as long as another one runs there."""

import threading
from pathlib import Path

import pytest

from appliance.box.service_manager import ServiceManager
from appliance.runtime.instance_lock import next_instance, only_instance
from appliance.runtime.standby import Standby
from tests.runtime.test_feeding import WATCHDOG_S, Systemd
from tests.runtime.test_feeding import systemd as systemd  # noqa: PLC0414 -- a fixture of these tests, too


def test_the_next_one_waits_until_the_one_before_has_ended(tmp_path: Path) -> None:
    """It is asked again and again meanwhile, and has the directory to itself afterwards."""
    looked, goes_on = threading.Event(), threading.Event()

    def wait_and_go_on() -> None:
        with next_instance(tmp_path, looked.set):
            goes_on.set()

    other = threading.Thread(target=wait_and_go_on)
    with only_instance(tmp_path):
        other.start()
        assert looked.wait(20)
        assert not goes_on.is_set()
    assert goes_on.wait(20)
    other.join(20)


def test_the_first_one_waits_for_nobody(tmp_path: Path) -> None:
    def fails() -> None:
        pytest.fail("it waits")

    with next_instance(tmp_path, fails):
        pass


def test_who_waits_is_up_and_lives_for_systemd(systemd: Systemd, tmp_path: Path) -> None:
    """A sign of life with each quarter of the time that systemd waits for one, and no more."""
    now_s = [0.0]
    standby = Standby(tmp_path, systemd.manager, iter(()), now_s=lambda: now_s[0])
    standby.look()
    standby.look()
    assert [systemd.told(), systemd.told(), systemd.told(0.05)] == ["READY=1", "WATCHDOG=1", None]
    now_s[0] += WATCHDOG_S / 4
    standby.look()
    assert systemd.told() == "WATCHDOG=1"


def test_whose_turn_it_is_has_time_to_open_its_database(systemd: Systemd) -> None:
    """It may write it anew, and systemd was told long before that it is up."""
    with systemd.manager.patient():
        assert systemd.told() == "WATCHDOG_USEC=3600000000"
    assert systemd.told() == "WATCHDOG_USEC=400000"


def test_who_waits_makes_ready_step_by_step(tmp_path: Path) -> None:
    """Between two steps it may become its turn; when all are done there is nothing left to do."""
    steps = iter([None, None])
    standby = Standby(tmp_path, ServiceManager(), steps)
    standby.look()
    assert len(list(steps)) == 1
    standby.look()
