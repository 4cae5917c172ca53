"""Phones that come and go, an adb server that dies and returns, addresses that are connected."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from appliance.clock import SystemClock
from appliance.devices.phone.adb import adb_server
from appliance.devices.phone.adb.watch import AdbWatch
from appliance.devices.phone.doctor import doctor
from appliance.devices.phone.driver import PhoneDriver
from appliance.devices.protocol import DeviceState
from appliance.emulated.phone.spec import PhoneSpec
from appliance.reasons import Reason
from tests.devices.floor_above import Recorder
from tests.devices.phone.driver_kit import DEVICE, OWN, Desk, World
from tests.devices.phone.own_server import OwnServer
from tests.emulated.phone_bench import eventually


class Followed:
    """Counts the calls of the watch, and reads adb's list."""

    def __init__(self, serial: str) -> None:
        self.serial = serial
        self.calls = 0

    def __call__(self) -> None:
        self.calls += 1

    def is_(self, state: DeviceState) -> bool:
        return eventually(lambda: adb_server.connection_state(self.serial) is state)


@pytest.fixture
def unplugged(adb_server_port: int, spec: PhoneSpec) -> Iterator[World]:
    """A phone that nobody has connected yet."""
    emulated = World(spec)
    yield emulated
    emulated.close()


@contextmanager
def watching(serial: str) -> Iterator[Followed]:
    watch = AdbWatch(revive_after_s=None)
    followed = Followed(serial)
    watch.start()
    watch.follow(serial, followed)
    try:
        yield followed
    finally:
        watch.stop()


def test_an_address_is_dialled_and_dialled_again_when_it_drops(unplugged: World) -> None:
    """Nobody connects it by hand, neither the first time nor later."""
    with watching(unplugged.serial) as followed:
        assert followed.is_(DeviceState.READY)
        calls = followed.calls
        unplugged.fault("phone-gone", seconds=1.0)
        assert eventually(lambda: followed.calls > calls)
        assert followed.is_(DeviceState.READY)


def test_a_dead_address_holds_up_no_other(unplugged: World) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        dead = f"127.0.0.1:{silent.getsockname()[1]}"
        watch = AdbWatch(revive_after_s=None)
        watch.start()
        watch.follow(dead, lambda: None)
        followed = Followed(unplugged.serial)
        watch.follow(unplugged.serial, followed)
        try:
            assert followed.is_(DeviceState.READY)
        finally:
            watch.stop()
            adb_server.disconnect(dead)


@pytest.mark.parametrize("spec", [PhoneSpec(number=OWN, authorised=False)], indirect=True)
def test_a_phone_that_asks_for_permission_is_ready_once_it_has_it(unplugged: World) -> None:
    """Not allowed is different from not there, and the doctor says what to do."""
    driver = PhoneDriver(
        device_id=DEVICE, serial=unplugged.serial, listener=Recorder(), clock=unplugged.clock
    )
    assert driver.probe().reason is Reason.NOT_PLUGGED_IN
    with watching(unplugged.serial) as followed:
        assert followed.is_(DeviceState.UNAUTHORIZED)
        status = driver.probe()
        assert (status.state, status.reason) == (DeviceState.UNAUTHORIZED, Reason.NOT_ALLOWED)
        (complaint,) = doctor([unplugged.serial])
        assert "Allow USB debugging" in complaint.remedy
        assert eventually(lambda: unplugged.handset.offered_key is not None)  # the dialog shows
        unplugged.inject(kind="authorise")
        assert followed.is_(DeviceState.READY)
        assert eventually(lambda: driver.probe().state is DeviceState.READY)  # adb may reconnect
    driver.close()


def test_a_pulled_phone_is_absent(desk: Desk) -> None:
    adb_server.disconnect(desk.world.serial)
    status = desk.driver.probe()
    assert (status.state, status.reason) == (DeviceState.ABSENT, Reason.NOT_PLUGGED_IN)
    (complaint,) = doctor([desk.world.serial])
    assert complaint.about == desk.world.serial
    assert "not plugged in" in complaint.sentence


def test_a_healthy_phone_is_no_complaint(desk: Desk) -> None:
    assert doctor([desk.world.serial]) == []


# An adb server of the test's own, which may die


def test_the_watch_survives_the_death_of_the_adb_server(own_server: OwnServer) -> None:
    """The next adb server connects the phone again."""
    own_server.start()
    world = World(PhoneSpec(number=OWN))
    try:
        with watching(world.serial) as followed:
            assert followed.is_(DeviceState.READY)
            calls = followed.calls
            own_server.end()
            assert eventually(lambda: followed.calls > calls)
            own_server.start()
            assert followed.is_(DeviceState.READY)
            world.close()
    finally:
        own_server.end()


def test_without_a_server_the_doctor_says_so(own_server: OwnServer) -> None:
    del own_server
    (complaint,) = doctor(["X1"])
    assert complaint.about == "adb"
    assert "No adb server is running" in complaint.sentence
    assert adb_server.running_version() is None


def test_without_a_server_the_phone_is_absent(own_server: OwnServer) -> None:
    """Balie does not start a server by itself."""
    del own_server
    driver = PhoneDriver(device_id=DEVICE, serial="X1", listener=Recorder(), clock=SystemClock())
    assert driver.probe().state is DeviceState.ABSENT
    assert adb_server.running_version() is None


def test_a_server_of_another_version_is_a_complaint(
    own_server: OwnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_server.start()
    monkeypatch.setattr(adb_server, "running_version", lambda: 39)
    (complaint,) = doctor([])
    assert "version 39" in complaint.sentence
    assert "ADBUTILS_ADB_PATH" in complaint.remedy


def test_without_adb_the_doctor_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADBUTILS_ADB_PATH", "/nowhere/adb")
    (complaint,) = doctor([])
    assert "no adb" in complaint.sentence
    assert "apt-get install adb" in complaint.remedy
