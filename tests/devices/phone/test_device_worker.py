"""The one thread of a device: no exception ends it, and it never waits for another device."""

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from appliance.channels import Channel
from appliance.devices.protocol import (
    Attempt,
    DeviceState,
    Finding,
    Found,
    Look,
    Proof,
    Status,
    Tick,
    Ticks,
    TickVisit,
)
from appliance.devices.worker import DeviceWorker, Rhythm
from appliance.errors import DeviceGone, StoreUnavailable, Transient, Unconfirmed
from appliance.reasons import Reason
from tests.devices.floor_above import Counter, Recorder, Try
from tests.devices.phone.driver_kit import ANNA, DEVICE, Desk
from tests.emulated.phone_bench import eventually

READY = Status(state=DeviceState.READY, channels=frozenset({Channel.WHATSAPP, Channel.SMS}))
FAST = Rhythm(poll_s=0.01, probe_s=30.0, probe_again_s=0.02, tell_again_s=0.01)


@dataclass
class Scripted:
    """A driver of a device that is no phone; each call does what the test says."""

    device_id: str = DEVICE
    probing: Callable[[], Status] = lambda: READY
    receiving: Callable[[], bool] = lambda: False
    sending: Callable[[], Proof] = lambda: Proof(tick=Tick.SENT)
    resting: Callable[[], object] = lambda: None
    done: list[str] = field(default_factory=list)
    roused: threading.Event = field(default_factory=threading.Event)
    news: bool = False

    def probe(self) -> Status:
        self.done.append("probe")
        return self.probing()

    def receive(self) -> bool:
        self.done.append("receive")
        return self.receiving()

    def send(self, attempt: Attempt) -> Proof:
        self.done.append(f"send {attempt.outgoing.text}")
        return self.sending()

    def look(self, look: Look) -> Found:
        self.done.append(f"look {look.outgoing.text}")
        return Found(finding=Finding.ABSENT)

    def visit(self, visit: TickVisit) -> Ticks:
        self.done.append(f"visit {visit.number}")
        raise ZeroDivisionError

    def rest(self, timeout_s: float) -> bool:
        self.resting()
        self.roused.wait(timeout_s)
        self.roused.clear()
        return self.news

    def rouse(self) -> None:
        self.roused.set()

    def close(self) -> None:
        self.done.append("close")


@dataclass
class Bench:
    driver: Scripted = field(default_factory=Scripted)
    recorder: Recorder = field(default_factory=Recorder)
    work: Counter = field(default_factory=Counter)
    workers: list[DeviceWorker] = field(default_factory=list)

    def start(self) -> DeviceWorker:
        worker = DeviceWorker(self.driver, self.recorder, self.work, FAST)
        self.workers.append(worker)
        worker.start()
        return worker


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    for worker in made.workers:
        worker.stop()


@pytest.fixture
def task(desk: Desk) -> Try:
    return desk.attempt("Dag")


def outcomes(bench: Bench) -> list[object]:
    return [outcome for _, outcome in bench.work.outcomes]


def test_it_receives_before_it_sends(bench: Bench, task: Try) -> None:
    bench.work.tasks.append(task)
    bench.start()
    assert eventually(lambda: bool(bench.work.outcomes))
    assert bench.driver.done[:3] == ["probe", "receive", "send Dag"]
    assert outcomes(bench) == [Proof(tick=Tick.SENT)]


def test_it_does_looks_and_visits_and_survives_their_errors(bench: Bench, task: Try) -> None:
    visit = TickVisit(channel=Channel.WHATSAPP, number=ANNA, sent=[])
    bench.work.tasks += [task.as_look(), visit, task]
    bench.start()
    assert eventually(lambda: len(bench.work.outcomes) == 3)
    found, failed, proof = outcomes(bench)
    assert found == Found(finding=Finding.ABSENT)
    assert isinstance(failed, Transient)
    assert isinstance(proof, Proof)


def test_a_bug_while_sending_leaves_the_outcome_open(bench: Bench, task: Try) -> None:
    """Nobody knows whether there was a tap, so the phone is asked."""
    bench.driver.sending = _bug
    bench.work.tasks.append(task)
    bench.start()
    assert eventually(lambda: bool(bench.work.outcomes))
    assert isinstance(outcomes(bench)[0], Unconfirmed)


def test_an_outcome_is_told_until_the_store_takes_it(bench: Bench, task: Try) -> None:
    bench.work.raising = [StoreUnavailable("locked"), StoreUnavailable("locked")]
    bench.work.tasks.append(task)
    bench.start()
    assert eventually(lambda: bool(bench.work.outcomes))
    assert outcomes(bench) == [Proof(tick=Tick.SENT)]
    assert bench.driver.done.count("send Dag") == 1


def test_a_bug_ends_in_the_state_not_the_thread(bench: Bench) -> None:
    bench.driver.receiving = _bug
    bench.start()
    assert eventually(lambda: len(bench.recorder.statuses) > 1)
    assert bench.recorder.statuses[1].reason is Reason.NOT_ANSWERING
    bench.driver.receiving = lambda: False
    assert eventually(lambda: bench.recorder.statuses[-1] == READY)


def test_a_busy_database_says_nothing_about_the_device(bench: Bench) -> None:
    """The phone keeps its messages; they are fetched again."""

    def receive() -> bool:
        raise StoreUnavailable("locked")

    bench.driver.receiving = receive
    bench.start()
    assert eventually(lambda: bench.driver.done.count("receive") > 2)
    assert bench.recorder.statuses == [READY]


def test_a_device_that_goes_while_receiving_is_examined_at_once(bench: Bench) -> None:
    gone = Status(state=DeviceState.ABSENT, reason=Reason.NOT_PLUGGED_IN)

    def receive() -> bool:
        bench.driver.probing = lambda: gone
        raise DeviceGone("pulled out")

    bench.driver.receiving = receive
    bench.start()
    assert eventually(lambda: bench.recorder.statuses[-1:] == [gone])


def test_work_is_asked_for_when_somebody_says_so_and_else_rarely(bench: Bench, task: Try) -> None:
    """After a change, after a task and after news it is asked for at once, too."""
    worker = DeviceWorker(bench.driver, bench.recorder, bench.work, replace(FAST, ask_s=600.0))
    bench.workers.append(worker)
    worker.start()
    assert eventually(lambda: bench.driver.done.count("receive") > 3)
    bench.work.tasks += [task, task]
    received = bench.driver.done.count("receive")
    assert eventually(lambda: bench.driver.done.count("receive") > received + 3)
    assert bench.work.outcomes == []
    worker.wake()
    assert eventually(lambda: len(bench.work.outcomes) == 2)
    bench.work.tasks.append(task)
    bench.driver.receiving = lambda: True
    assert eventually(lambda: len(bench.work.outcomes) == 3)


def test_a_device_that_is_away_gets_no_work(bench: Bench, task: Try) -> None:
    """Until the watch says that it is back."""
    bench.driver.probing = lambda: Status(state=DeviceState.ABSENT)
    bench.work.tasks.append(task)
    worker = bench.start()
    assert eventually(lambda: bench.driver.done.count("probe") > 2)
    assert bench.work.outcomes == []
    bench.driver.probing = lambda: READY
    worker.changed()
    assert eventually(lambda: bool(bench.work.outcomes))


def test_a_status_is_told_and_logged_when_it_changes(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="appliance.devices.worker")
    worker = bench.start()
    assert eventually(lambda: "receive" in bench.driver.done)
    worker.changed()
    assert eventually(lambda: bench.driver.done.count("probe") > 1)
    worker.changed()
    assert eventually(lambda: bench.driver.done.count("probe") > 2)
    assert bench.recorder.statuses == [READY]
    assert [each.getMessage() for each in caplog.records] == [f"{DEVICE} is ready (none)"]


def test_it_takes_work_for_channels_that_can_send(bench: Bench, task: Try) -> None:
    bench.driver.probing = lambda: Status(
        state=DeviceState.DEGRADED, channels=frozenset({Channel.SMS})
    )
    bench.work.tasks.append(task)
    bench.start()
    assert eventually(lambda: bench.driver.done.count("receive") > 3)
    assert bench.work.outcomes == []


def test_a_wedged_device_hurts_no_other(bench: Bench, task: Try) -> None:
    wedged = threading.Event()
    other = Bench()
    other.driver.receiving = lambda: wedged.wait(20)
    other.start()
    bench.work.tasks.append(task)
    bench.start()
    try:
        assert eventually(lambda: bool(bench.work.outcomes))
    finally:
        wedged.set()
        other.workers[0].stop()


def test_stopping_ends_the_thread_and_closes_the_driver(bench: Bench) -> None:
    worker = bench.start()
    assert eventually(lambda: "receive" in bench.driver.done)
    worker.stop()
    assert bench.driver.done[-1] == "close"
    assert not worker._thread.is_alive()
    bench.workers.clear()


def test_a_worker_with_a_real_phone_answers_and_is_woken(desk: Desk) -> None:
    """From the phone to the recorder and from the queue to the truth log, in one thread."""
    work = Counter()
    worker = DeviceWorker(desk.driver, desk.recorder, work)
    worker.start()
    try:
        desk.world.write(ANNA, "Hoi")
        assert eventually(lambda: desk.recorder.texts() == ["Hoi"])
        work.tasks.append(desk.attempt("Dag"))
        worker.wake()
        assert eventually(lambda: bool(work.outcomes))
        assert desk.world.truth() == ["Dag"]
    finally:
        worker.stop()


def _bug() -> Any:
    raise ZeroDivisionError


def test_a_device_that_goes_while_it_rests_is_examined_at_once(bench: Bench) -> None:
    """A modem's port itself shows that it was pulled out; no examination is due."""
    pulled = threading.Event()

    def resting() -> None:
        if pulled.is_set() and bench.driver.done[-1] != "probe":
            raise DeviceGone("The port is gone.")

    bench.driver.probing = lambda: Status(state=DeviceState.ABSENT) if pulled.is_set() else READY
    bench.driver.resting = resting
    bench.start()
    assert eventually(lambda: bench.recorder.statuses == [READY])
    pulled.set()
    assert eventually(lambda: bench.recorder.statuses[-1].state is DeviceState.ABSENT)


def test_a_bug_while_resting_ends_no_thread(bench: Bench, task: Try) -> None:
    bench.driver.resting = _bug
    bench.start()
    assert eventually(lambda: bool(bench.recorder.statuses))
    bench.work.tasks.append(task)
    assert eventually(lambda: bool(bench.work.outcomes))


def test_a_device_of_which_nothing_can_be_received_is_not_ready(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """This holds whatever its examination says; the log has one line, and it recovers by itself."""
    caplog.set_level(logging.INFO, logger="appliance.devices.worker")
    bench.driver.receiving = _away
    made = DeviceWorker(bench.driver, bench.recorder, bench.work, replace(FAST, deaf_s=0.0))
    bench.workers.append(made)
    made.start()
    assert eventually(lambda: bench.driver.done.count("receive") > 20)
    assert bench.recorder.statuses[-1].reason is Reason.NOT_ANSWERING
    assert bench.recorder.statuses[-1].channels == frozenset()
    bench.driver.receiving = lambda: False
    assert eventually(lambda: bench.recorder.statuses[-1] == READY)
    told = [line for line in caplog.messages if "is away" in line or "well again" in line]
    assert len(told) == 2


def test_a_bug_that_lasts_does_not_make_a_device_come_and_go(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """It stays degraded, and the log holds one trace of it."""
    caplog.set_level(logging.INFO, logger="appliance.devices.worker")
    bench.driver.receiving = _bug
    made = DeviceWorker(bench.driver, bench.recorder, bench.work, replace(FAST, deaf_s=0.0))
    bench.workers.append(made)
    made.start()
    assert eventually(lambda: bench.driver.done.count("probe") > 10)
    assert [status.state for status in bench.recorder.statuses] == [
        DeviceState.READY,
        DeviceState.DEGRADED,
    ]
    assert sum(record.exc_info is not None for record in caplog.records) == 1


def _away() -> bool:
    raise DeviceGone("The phone is away.")


def test_an_errand_is_done_in_the_thread_of_the_device(bench: Bench) -> None:
    worker = bench.start()
    asked = worker.ask(lambda _: threading.current_thread().name, within_s=20)
    assert asked.result(20) == f"device-{DEVICE}"


def test_an_errand_waits_for_the_end_of_an_attempt(bench: Bench, task: Try) -> None:
    """It comes between two turns, so nothing else touches the device while it sends."""
    sending, go_on = threading.Event(), threading.Event()

    def send() -> Proof:
        sending.set()
        go_on.wait(20)
        bench.driver.done.append("sent")
        return Proof(tick=Tick.SENT)

    bench.driver.sending = send
    bench.work.tasks.append(task)
    worker = bench.start()
    assert sending.wait(20)
    asked = worker.ask(lambda _: bench.driver.done.append("errand"), within_s=20)
    assert "errand" not in bench.driver.done
    go_on.set()
    asked.result(20)
    assert bench.driver.done.index("sent") < bench.driver.done.index("errand")


def test_an_errand_to_a_device_that_is_away_is_answered(bench: Bench) -> None:
    bench.driver.probing = lambda: Status(state=DeviceState.ABSENT)
    worker = bench.start()
    with pytest.raises(DeviceGone):
        worker.ask(lambda _: "done", within_s=20).result(20)
    worker.stop()
    with pytest.raises(DeviceGone):
        worker.ask(lambda _: "done", within_s=20).result(20)


def test_an_errand_whose_time_is_over_is_not_begun(bench: Bench) -> None:
    """Nor is one whose asker has given up."""
    worker = DeviceWorker(bench.driver, bench.recorder, bench.work, FAST)
    bench.workers.append(worker)
    late = worker.ask(lambda _: bench.driver.done.append("late"), within_s=-1)
    given_up = worker.ask(lambda _: bench.driver.done.append("given up"), within_s=20)
    assert given_up.cancel()
    worker.start()
    with pytest.raises(Transient):
        late.result(20)
    assert worker.ask(lambda _: "next", within_s=20).result(20) == "next"
    assert not {"late", "given up"} & set(bench.driver.done)


def test_an_errand_that_fails_says_so_and_the_device_goes_on(bench: Bench) -> None:
    worker = bench.start()
    with pytest.raises(ZeroDivisionError):
        worker.ask(lambda _: _bug(), within_s=20).result(20)
    assert worker.ask(lambda _: "next", within_s=20).result(20) == "next"
