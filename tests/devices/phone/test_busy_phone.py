"""An hour of a busy branch in seconds: everybody writes at once, and everybody gets an answer."""

import random
from collections import Counter
from pathlib import Path

from appliance.devices.protocol import Incoming, Proof
from appliance.devices.worker import DeviceWorker
from appliance.emulated.phone.spec import PhoneSpec
from tests.devices import floor_above
from tests.devices.phone.driver_kit import OWN, Desk, World
from tests.emulated.phone_bench import eventually

# Enough for some messages to arrive while their chat is open.
ANSWERS = 12
SPEED = 15.0


def test_a_busy_phone_loses_nothing_and_doubles_nothing(
    adb_server_port: int, tmp_path: Path
) -> None:
    """All that the phone has was received, and all that was asked for left."""
    world = World(PhoneSpec(number=OWN), busy_seed=3, speed=SPEED)
    world.connect()
    desk, work = Desk(world, tmp_path), floor_above.Counter()
    worker = DeviceWorker(desk.driver, desk.recorder, work)
    worker.start()
    try:
        asked = _answer_everybody(desk, work, worker)
        world.emulator.world.traffic = False
        assert eventually(lambda: len(work.outcomes) == len(asked))
        assert eventually(lambda: _received(desk) == Counter(world.on_loop(world.arrived)))
        assert Counter(world.truth()) == Counter(asked)
    finally:
        worker.stop()
        world.close()
    assert all(isinstance(outcome, Proof) for _, outcome in work.outcomes)


def _answer_everybody(desk: Desk, work: floor_above.Counter, worker: DeviceWorker) -> list[str]:
    """One answer after the other to somebody who wrote lately, while others go on writing."""
    dice, asked = random.Random(5), list[str]()
    while len(asked) < ANSWERS:
        assert eventually(lambda: not work.tasks and bool(_lately(desk)))
        to = dice.choice(_lately(desk))
        attempt = desk.attempt(f"nr {len(asked)}", to=to.sender, channel=to.channel)
        asked.append(attempt.outgoing.text)
        work.tasks.append(attempt)
        worker.wake()
    return asked


def _lately(desk: Desk) -> list[Incoming]:
    return [message for message in desk.recorder.messages[-5:] if message.sender[0] == "+"]


def _received(desk: Desk) -> Counter[tuple[str, str]]:
    return Counter((message.sender, message.text) for message in desk.recorder.messages)
