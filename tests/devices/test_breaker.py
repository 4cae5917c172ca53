"""A device that cannot be read rests, each time longer, and says so once."""

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest

from appliance.devices.breaker import Breaker
from appliance.devices.protocol import DeviceState
from appliance.devices.worker import DeviceWorker
from appliance.errors import DeviceGone
from appliance.reasons import Reason
from tests.devices.phone.test_device_worker import FAST, READY, Bench
from tests.emulated.phone_bench import eventually

RESTS_S = (5.0, 10.0, 300.0)
NIGHT_S = 8 * 3600


class Seconds:
    at_s = 1000.0

    def __call__(self) -> float:
        return self.at_s


@pytest.fixture
def now_s() -> Seconds:
    return Seconds()


@pytest.fixture
def breaker(now_s: Seconds) -> Breaker:
    """Of a device that has just failed for the third time."""
    made = Breaker(RESTS_S, now_s=now_s)
    for _ in range(3):
        made.failed()
    return made


def state(breaker: Breaker) -> tuple[bool, bool]:
    """Whether it is open, and whether the device rests."""
    return breaker.is_open, breaker.rests


def test_three_failures_open_it_and_each_more_rests_longer(
    breaker: Breaker, now_s: Seconds
) -> None:
    for rest_s in (5.0, 10.0, 300.0, 300.0):
        now_s.at_s += rest_s - 0.1
        assert state(breaker) == (True, True)
        now_s.at_s += 0.2
        assert state(breaker) == (True, False)
        breaker.failed()


def test_one_that_works_closes_it(breaker: Breaker) -> None:
    assert state(breaker) == (True, True)
    breaker.worked()
    breaker.failed()
    breaker.failed()
    assert state(breaker) == (False, False)


def test_what_happens_to_the_device_ends_the_rest_and_not_its_growth(
    breaker: Breaker, now_s: Seconds
) -> None:
    breaker.end_rest()
    assert state(breaker) == (True, False)
    breaker.failed()
    now_s.at_s += 9.0
    assert state(breaker) == (True, True)


def test_a_night_of_failures_is_a_hundred_tries(breaker: Breaker, now_s: Seconds) -> None:
    tries = 0
    until_s = now_s.at_s + NIGHT_S
    while now_s.at_s < until_s:
        now_s.at_s += 0.5
        if not breaker.rests:
            tries += 1
            breaker.failed()
    assert tries < 100


def test_a_device_without_rests_never_rests() -> None:
    breaker = Breaker(())
    for _ in range(10):
        breaker.failed()
    assert not breaker.is_open
    assert not breaker.rests


# In the device's thread


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    for worker in made.workers:
        worker.stop()


def resting(bench: Bench, *rests_s: float) -> DeviceWorker:
    """A worker whose device rests that long."""
    worker = DeviceWorker(bench.driver, bench.recorder, bench.work, replace(FAST, rests_s=rests_s))
    bench.workers.append(worker)
    worker.start()
    return worker


def silent() -> bool:
    raise DeviceGone("It does not answer.")


def tries(bench: Bench) -> int:
    return bench.driver.done.count("receive")


def test_after_three_failures_it_is_degraded_and_left_alone(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """Its examination goes well, so only the failures tell."""
    caplog.set_level(logging.INFO, logger="appliance.devices.worker")
    bench.driver.receiving = silent
    resting(bench, 600.0)
    assert eventually(lambda: bench.recorder.statuses[-1:] != [READY] and tries(bench) == 3)
    assert eventually(lambda: len(bench.recorder.statuses) == 2)
    told = bench.recorder.statuses[-1]
    assert (told.state, told.reason) == (DeviceState.DEGRADED, Reason.NOT_ANSWERING)
    assert told.channels == frozenset()
    assert tries(bench) == 3


def test_a_plug_event_ends_the_rest_and_a_wish_to_send_does_not(bench: Bench) -> None:
    bench.driver.receiving = silent
    worker = resting(bench, 600.0)
    assert eventually(lambda: len(bench.recorder.statuses) == 2)
    worker.wake()
    worker.wake()
    bench.driver.receiving = lambda: False
    assert bench.recorder.statuses[-1] != READY
    worker.changed()
    assert eventually(lambda: bench.recorder.statuses[-1] == READY)


def test_what_a_person_asks_ends_the_rest(bench: Bench) -> None:
    """They look at its screen: the device is tried at once instead of in ten minutes."""
    bench.driver.receiving = silent
    worker = resting(bench, 600.0)
    assert eventually(lambda: len(bench.recorder.statuses) == 2)
    bench.driver.receiving = lambda: False
    worker.ask(lambda driver: driver.device_id, within_s=10.0)
    assert eventually(lambda: bench.recorder.statuses[-1] == READY)


def test_a_ring_ends_the_rest(bench: Bench) -> None:
    bench.driver.receiving = silent
    resting(bench, 600.0)
    assert eventually(lambda: len(bench.recorder.statuses) == 2)
    bench.driver.receiving = lambda: False
    bench.driver.news = True
    assert eventually(lambda: bench.recorder.statuses[-1] == READY)


def test_however_long_it_lasts_the_log_says_it_once(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="appliance.devices.worker")
    bench.driver.receiving = silent
    resting(bench, 0.01)
    assert eventually(lambda: tries(bench) > 50)
    bench.driver.receiving = lambda: False
    assert eventually(lambda: bench.recorder.statuses[-1] == READY)
    assert [line for line in caplog.messages if "rests" in line] == [
        "phone-1 failed 3 times in a row and rests: It does not answer."
    ]
    assert len(caplog.messages) == 6
