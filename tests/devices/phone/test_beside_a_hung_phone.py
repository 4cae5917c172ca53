"""One phone hangs inside a call: all others hear and send as ever."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.devices.phone.adb.calls import Deadlines
from appliance.devices.phone.bell.tower import BellTower
from appliance.devices.protocol import DeviceState, Proof
from appliance.devices.worker import DeviceWorker
from appliance.emulated.phone.spec import PhoneSpec
from tests.devices.floor_above import Counter
from tests.devices.phone import driver_kit
from tests.devices.phone.driver_kit import ANNA, OWN, Desk, World
from tests.emulated.phone_bench import eventually

OTHER = "+31612345602"


@pytest.fixture
def world(adb_server_port: int) -> Iterator[World]:
    phones = World(PhoneSpec(number=OWN, lookup_ms=40), PhoneSpec(number=OTHER, lookup_ms=40))
    phones.connect()
    yield phones
    phones.close()


def test_a_phone_that_never_answers_holds_nothing_that_another_needs(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They share the thread of the bells, the adb server and the process. No deadline ends the
    call of the one that hangs while the other gets one message after the other.
    """
    monkeypatch.setattr(driver_kit, "QUICK", Deadlines(shell_s=600.0, rpc_s=600.0))
    tower = BellTower()
    hung, well = (Desk(world, tmp_path, serial=phone.serial, tower=tower) for phone in world.phones)
    work = Counter()
    workers = [
        DeviceWorker(hung.driver, hung.recorder, Counter()),
        DeviceWorker(well.driver, well.recorder, work),
    ]
    for worker in workers:
        worker.start()
    try:
        assert eventually(lambda: all(_is_ready(each) for each in (hung, well)))
        hangs = world.phones[0].serial
        world.fault("never-answers", phone=hangs, method="shell", times=None)
        world.write(ANNA, "Hoi", phone=hangs)
        texts = [f"Bericht {place}" for place in range(5)]
        for place, text in enumerate(texts):
            world.write(ANNA, text, phone=world.phones[1].serial)
            assert eventually(lambda: well.recorder.texts() == texts[: place + 1])  # noqa: B023
        work.tasks.append(well.attempt("Dag"))
        workers[1].wake()
        assert eventually(lambda: bool(work.outcomes))
        assert isinstance(work.outcomes[0][1], Proof)
        assert world.truth() == ["Dag"]
        assert hung.recorder.texts() == []
        assert [status.state for status in hung.recorder.statuses] == [DeviceState.READY]
    finally:
        for worker in workers:
            worker.stop(within_s=1.0)


def _is_ready(desk: Desk) -> bool:
    return [each.state for each in desk.recorder.statuses[-1:]] == [DeviceState.READY]
