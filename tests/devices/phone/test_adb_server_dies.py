"""The adb server is killed, or replaced by another program's: all phones come back, nothing is lost
and nothing leaves twice.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from appliance.channels import Channel
from appliance.devices.phone.adb import adb_server
from appliance.devices.phone.adb.watch import AdbWatch
from appliance.devices.phone.bell.tower import BellTower
from appliance.devices.protocol import DeviceState
from appliance.devices.worker import DeviceWorker
from appliance.emulated.phone.spec import PhoneSpec
from appliance.errors import DeviceError
from tests.devices.floor_above import Counter, Try
from tests.devices.phone.driver_kit import ANNA, OWN, Desk, World
from tests.devices.phone.other_version import OLDER, OtherVersion
from tests.devices.phone.own_server import OwnServer
from tests.emulated.phone_bench import eventually

OTHER = "+31612345602"


@pytest.fixture
def watch(own_server: OwnServer) -> Iterator[AdbWatch]:
    own_server.start()
    made = AdbWatch(revive_after_s=None)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def world(watch: AdbWatch) -> Iterator[World]:
    """Two phones that the watch keeps connected."""
    phones = World(PhoneSpec(number=OWN, lookup_ms=40), PhoneSpec(number=OTHER, lookup_ms=40))
    for phone in phones.phones:
        watch.follow(phone.serial, lambda: None)
    yield phones
    for phone in phones.phones:
        watch.forget(phone.serial)
    phones.close()


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Iterator[Desk]:
    """Listens to the bell of the first phone."""
    made = Desk(world, tmp_path, tower=BellTower())
    assert eventually(lambda: made.driver.probe().state is DeviceState.READY)
    yield made
    made.driver.close()


def before_the_tap(attempt: Try, deed: Callable[[], None]) -> None:
    attempt.before_tap = deed


def after_the_tap(attempt: Try, deed: Callable[[], None]) -> None:
    attempt.after_tap = deed


@pytest.mark.parametrize("channel", [Channel.WHATSAPP, Channel.SMS])
@pytest.mark.parametrize("when", [before_the_tap, after_the_tap])
def test_a_message_on_its_way_leaves_once(
    desk: Desk,
    own_server: OwnServer,
    channel: Channel,
    when: Callable[[Try, Callable[[], None]], None],
) -> None:
    attempt = desk.attempt("Dag", channel=channel)
    when(attempt, own_server.is_replaced)
    outcomes = desk.carry(attempt)
    assert outcomes[-1] in {"sent", "present"}, outcomes
    assert desk.world.truth() == ["Dag"]


def test_what_comes_meanwhile_is_told_once_and_so_is_the_server(
    desk: Desk, own_server: OwnServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="appliance.devices.phone.adb.watch")
    desk.driver.receive()
    own_server.dies()
    desk.world.write(ANNA, "een")
    desk.world.write(ANNA, "twee", "sms")
    with pytest.raises(DeviceError):
        desk.driver.receive()
    assert eventually(lambda: "gone" in caplog.text)
    own_server.start()
    assert eventually(lambda: _receives(desk) and len(desk.recorder.messages) == 2)
    assert sorted(desk.recorder.texts()) == ["een", "twee"]
    assert desk.recorder.repeated == 0
    assert eventually(lambda: "back" in caplog.text)
    assert [line.split(" after")[0].split(":")[0] for line in caplog.messages] == [
        "the adb server is gone",
        "the adb server is back",
    ]


def test_every_worker_has_its_phone_back(
    desk: Desk, watch: AdbWatch, own_server: OwnServer, tmp_path: Path
) -> None:
    """Nobody connects it by hand; what was written meanwhile arrives."""
    others = [desk, Desk(desk.world, tmp_path, serial=desk.world.phones[1].serial)]
    workers = [DeviceWorker(each.driver, each.recorder, Counter()) for each in others]
    for worker, phone in zip(workers, desk.world.phones, strict=True):
        watch.follow(phone.serial, worker.changed)
        worker.start()
    try:
        assert eventually(lambda: all(_is_ready(each) for each in others))
        own_server.dies()
        assert eventually(lambda: not any(_is_ready(each) for each in others))
        for phone in desk.world.phones:
            desk.world.write(ANNA, "Hoi", phone=phone.serial)
        own_server.start()
        assert eventually(lambda: all(_is_ready(each) for each in others))
        assert eventually(lambda: all(each.recorder.texts() == ["Hoi"] for each in others))
    finally:
        for worker in workers:
            worker.stop()


@pytest.mark.parametrize("when", [before_the_tap, after_the_tap])
def test_a_server_of_another_version_takes_its_place(
    desk: Desk,
    own_server: OwnServer,
    tmp_path: Path,
    when: Callable[[Try, Callable[[], None]], None],
) -> None:
    """All phones are back over it, each message leaves and comes once, and Balie ends no server."""
    servers: list[OtherVersion] = []

    def replaced() -> None:
        own_server.dies()
        desk.world.write(ANNA, "Tussendoor", "sms")
        servers.append(OtherVersion(tmp_path / "other", own_server.port))

    attempt = desk.attempt("Dag")
    when(attempt, replaced)
    try:
        outcomes = desk.carry(attempt)
        assert adb_server.running_version() == OLDER
        assert outcomes[-1] in {"sent", "present"}, outcomes
        assert desk.world.truth() == ["Dag"]
        assert eventually(lambda: _receives(desk) and desk.recorder.texts() == ["Tussendoor"])
        serials = [phone.serial for phone in desk.world.phones]
        assert eventually(
            lambda: all(adb_server.connection_state(s) is DeviceState.READY for s in serials)
        )
        (server,) = servers
        assert "host:kill" not in server.asked
    finally:
        for server in servers:
            server.end()


def _receives(desk: Desk) -> bool:
    with suppress(DeviceError):
        if desk.driver.probe().state is DeviceState.READY:
            desk.driver.receive()
            return True
    return False


def _is_ready(desk: Desk) -> bool:
    return [each.state for each in desk.recorder.statuses[-1:]] == [DeviceState.READY]
