"""A phone that says at once that something came is asked rarely, and never trusted blindly."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.devices.phone.adb import adb_server
from appliance.devices.phone.adb.calls import Deadlines, Output
from appliance.devices.phone.bell.enqueued import package_in
from appliance.devices.phone.bell.tower import BellTower
from appliance.devices.phone.bell.trust import BellTrust
from appliance.devices.phone.receive import REDACTED, SHOWN
from appliance.devices.protocol import DeviceState
from appliance.devices.worker import DeviceWorker, Rhythm
from tests.devices.floor_above import Counter
from tests.devices.phone import driver_kit
from tests.devices.phone.conftest import OLDER_DUTCH, RECENT_ENGLISH
from tests.devices.phone.driver_kit import ANNA, Desk, World
from tests.emulated.phone_bench import eventually

LONG_S = 60.0
BREATH_S = 0.01


# What a line says


@pytest.mark.parametrize(
    ("line", "package"),
    [
        ("I/notification_enqueue: [10342,4711,com.whatsapp,1,so0wU9G=", "com.whatsapp"),
        (
            "I/notification_enqueue( 1612): [10342,4711,com.whatsapp.w4b,1,NULL,0,",
            "com.whatsapp.w4b",
        ),
        (
            "09-21 15:28:00.000  1612  1840 I notification_enqueue: [10125,88,com.google.x,7]\r",
            "com.google.x",
        ),
        (
            "I/notification_enqueue: ,0,Notification(channel=x vibrate=[0,1,com.whatsapp,2]),0]",
            None,
        ),
        ("I/notification_canceled: [10342,4711,com.whatsapp,1,NULL,0,0,0,8,NULL]", None),
        ("--------- beginning of events", None),
        ("WARNING: linker: /system/bin/logcat", None),
        ("", None),
    ],
)
def test_a_line_names_the_app_that_posted(line: str, package: str | None) -> None:
    """The rest of a split entry, other entries and warnings name none."""
    assert package_in(line) == package


# How far it is trusted


class Seconds:
    at_s = 1000.0

    def __call__(self) -> float:
        return self.at_s


@pytest.fixture
def now_s() -> Seconds:
    return Seconds()


@pytest.fixture
def trust(now_s: Seconds) -> BellTrust:
    """Of a bell that has hung for a while; the phone was polled since."""
    made = BellTrust("phone-1", now_s=now_s)
    made.hung()
    now_s.at_s += 1
    made.polled(began_s=now_s.at_s, found=False)
    now_s.at_s += 10
    return made


def test_a_bell_that_rings_before_its_message_is_found_is_trusted(
    trust: BellTrust, now_s: Seconds
) -> None:
    trust.rang()
    trust.polled(began_s=now_s.at_s, found=True)
    now_s.at_s += 100
    assert trust.holds


def test_a_ring_may_come_a_little_after_the_poll(trust: BellTrust, now_s: Seconds) -> None:
    trust.polled(began_s=now_s.at_s, found=True)
    assert not trust.holds
    now_s.at_s += 1
    trust.rang()
    assert trust.holds


def test_a_bell_that_missed_a_message_is_doubted_and_tried_again(
    trust: BellTrust, now_s: Seconds, caplog: pytest.LogCaptureFixture
) -> None:
    """Each time for longer, and each time it is said once."""
    assert [doubted_s(trust, now_s) for _ in range(6)] == [600, 1200, 2400, 4800, 7200, 7200]
    assert len(caplog.records) == 6


def doubted_s(trust: BellTrust, now_s: Seconds) -> int:
    """For how long the bell is not trusted that now misses a message."""
    trust.polled(began_s=now_s.at_s, found=False)
    now_s.at_s += 1
    trust.polled(began_s=now_s.at_s, found=True)
    now_s.at_s += 4
    spans_s = (span_s for span_s in range(10_000) if _holds_in(trust, now_s, span_s))
    return next(spans_s)


def _holds_in(trust: BellTrust, now_s: Seconds, span_s: int) -> bool:
    now_s.at_s += 1 if span_s else 0
    return trust.holds


def test_a_bell_that_proves_itself_is_doubted_for_a_short_time_again(
    trust: BellTrust, now_s: Seconds
) -> None:
    assert doubted_s(trust, now_s) == 600
    assert doubted_s(trust, now_s) == 1200
    trust.rang()
    trust.polled(began_s=now_s.at_s, found=True)
    now_s.at_s += 10
    assert doubted_s(trust, now_s) == 600


def test_what_came_before_the_bell_hung_speaks_not_against_it(now_s: Seconds) -> None:
    trust = BellTrust("phone-1", now_s=now_s)
    trust.polled(began_s=now_s.at_s, found=False)
    now_s.at_s += 1
    trust.hung()
    now_s.at_s += 1
    trust.polled(began_s=now_s.at_s, found=True)
    assert trust.holds


def test_without_a_stream_there_is_no_trust(trust: BellTrust) -> None:
    trust.fell()
    assert not trust.holds


# On a phone


@pytest.fixture
def rung(world: World, tmp_path: Path) -> Iterator[Desk]:
    """A driver that listens to its phone and has polled it once."""
    desk = Desk(world, tmp_path, tower=BellTower())
    try:
        assert desk.driver.probe().state is DeviceState.READY
        desk.driver.receive()
        desk.driver.receive()
        yield desk
    finally:
        desk.driver.close()


def dumps(desk: Desk) -> int:
    return desk.world.traffic.shell_commands["dumpsys"]


def rested(desk: Desk, *, for_s: float = BREATH_S) -> bool:
    """One rest and the receiving after it; gives what the rest said."""
    news = desk.driver.rest(for_s)
    desk.driver.receive()
    return news


@pytest.mark.parametrize("spec", [OLDER_DUTCH, RECENT_ENGLISH], indirect=True)
@pytest.mark.parametrize("channel", ["whatsapp", "sms"])
def test_a_message_ends_the_rest(rung: Desk, channel: str) -> None:
    rung.world.write(ANNA, "Hoi", channel)
    assert rested(rung, for_s=LONG_S)
    assert rung.recorder.texts() == ["Hoi"]


def test_a_missed_call_ends_the_rest(rung: Desk) -> None:
    rung.world.inject(channel="call", **{"from": ANNA})
    assert rested(rung, for_s=LONG_S)
    assert [call.number for call in rung.recorder.calls] == [ANNA]


def test_a_phone_that_does_not_ring_is_left_in_peace(rung: Desk) -> None:
    before = dumps(rung)
    for _ in range(20):
        rested(rung)
    assert dumps(rung) == before


def test_the_notification_of_another_app_does_not_ring(rung: Desk) -> None:
    command = "cmd notification post -t Nieuws news Vandaag"
    rung.driver._phone.session.run(command)
    before = dumps(rung)
    rung.world.write(ANNA, "Hoi")
    assert rested(rung, for_s=LONG_S)
    assert rung.recorder.texts() == ["Hoi"]
    assert dumps(rung) - before == 3  # the list, and the list with its texts


@pytest.mark.parametrize("fault", ["logcat-refused", "logcat-ends"])
def test_without_its_log_the_phone_is_polled(rung: Desk, fault: str) -> None:
    """Refused, or ended meanwhile; it is said once."""
    rung.world.fault("logcat-refused")
    rung.world.fault("logcat-ends")
    if fault == "logcat-ends":
        rung.world.lift("logcat-refused")
    assert eventually(lambda: _polls(rung))
    rung.world.write(ANNA, "Hoi")
    assert eventually(lambda: not rested(rung) and rung.recorder.texts() == ["Hoi"])


def test_a_log_that_ended_is_read_again(rung: Desk) -> None:
    rung.world.fault("logcat-ends")
    assert eventually(lambda: _polls(rung))
    rung.driver._bell._open_at_s = 0.0  # type: ignore[union-attr]
    rung.driver.receive()
    rung.world.write(ANNA, "Hoi")
    assert rested(rung, for_s=LONG_S)


def test_a_mute_bell_loses_nothing(
    rung: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first poll of the net finds the message; from then on the phone is polled."""
    monkeypatch.setattr("appliance.devices.phone.bell.trust._LATE_S", 0.1)
    caplog.set_level(logging.WARNING, logger="appliance.devices.phone.bell.trust")
    rung.world.fault("bell-mute")
    rung.world.write(ANNA, "Hoi")
    rung.driver.receive()
    assert rung.recorder.texts() == []
    monkeypatch.setattr("appliance.devices.phone.bell.bell.NET_S", 0.0)
    rung.driver.receive()
    monkeypatch.setattr("appliance.devices.phone.bell.bell.NET_S", 15.0)
    assert rung.recorder.texts() == ["Hoi"]
    assert eventually(lambda: _polls(rung) and bool(caplog.records))
    assert len(caplog.records) == 1


def test_a_phone_that_comes_back_rings_at_once(rung: Desk) -> None:
    adb_server.disconnect(rung.world.serial)
    assert eventually(lambda: rung.driver.probe().state is DeviceState.ABSENT)
    rung.world.connect()
    assert eventually(lambda: rung.driver.probe().state is DeviceState.READY)
    rung.driver.receive()
    rung.driver.receive()
    rung.world.write(ANNA, "Hoi")
    assert rested(rung, for_s=LONG_S)


def test_the_thread_that_listens_ends_with_the_last_phone(rung: Desk) -> None:
    tower = rung.driver._bell._tower  # type: ignore[union-attr]
    assert tower._thread is not None
    rung.driver.close()
    assert eventually(lambda: tower._thread is None)


def test_an_sms_that_comes_while_notifications_are_read_is_not_left_to_the_net(
    rung: Desk,
) -> None:
    session = rung.driver._phone.session
    run = type(session).run

    def interrupted(*commands: str) -> list[Output]:
        if commands == (REDACTED, SHOWN):
            rung.world.write(ANNA, "twee", "sms")
            del session.run
        return run(session, *commands)

    session.run = interrupted  # type: ignore[method-assign]
    rung.world.write(ANNA, "een")
    rung.driver.rest(LONG_S)
    rung.driver.receive()
    assert rung.recorder.texts() == ["een", "twee"]


def test_a_send_hears_what_came_though_the_bell_was_mute(rung: Desk) -> None:
    """It reads the notifications itself before it opens the chat, and the SMS that they tell of."""
    rung.world.fault("bell-mute")
    rung.world.write(ANNA, "Hoi")
    rung.world.write(ANNA, "STOP", "sms")
    rung.driver.rest(BREATH_S)
    rung.send("Dag")
    assert sorted(rung.recorder.texts()) == ["Hoi", "STOP"]


def test_a_worker_is_rung_and_sends(rung: Desk) -> None:
    work = Counter()
    worker = DeviceWorker(rung.driver, rung.recorder, work)
    worker.start()
    try:
        rung.world.write(ANNA, "Hoi")
        assert eventually(lambda: rung.recorder.texts() == ["Hoi"])
        work.tasks.append(rung.attempt("Dag"))
        worker.wake()
        assert eventually(lambda: bool(work.outcomes))
        assert rung.world.truth() == ["Dag"]
    finally:
        worker.stop()


def test_a_phone_that_hangs_rests_until_its_bell_rings(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its shell answers nothing for a while; the log that was open goes on."""
    monkeypatch.setattr(driver_kit, "QUICK", Deadlines(shell_s=0.3, rpc_s=0.3))
    desk = Desk(world, tmp_path, tower=BellTower())
    rhythm = Rhythm(poll_s=0.02, probe_again_s=0.02, rests_s=(600.0,))
    worker = DeviceWorker(desk.driver, desk.recorder, Counter(), rhythm)
    worker.start()
    try:
        assert eventually(lambda: _states(desk) == [DeviceState.READY])
        world.fault("never-answers", method="shell", times=None)
        world.write(ANNA, "een")
        assert eventually(lambda: _states(desk)[-1] is DeviceState.DEGRADED)
        assert eventually(lambda: worker._breaker.rests)
        world.lift("never-answers")
        world.write(ANNA, "twee")
        assert eventually(lambda: desk.recorder.texts() == ["een", "twee"])
        assert eventually(lambda: _states(desk)[-1] is DeviceState.READY)
    finally:
        worker.stop()


def _states(desk: Desk) -> list[DeviceState]:
    return [status.state for status in desk.recorder.statuses]


def _polls(desk: Desk) -> bool:
    """Whether a rest that nothing ended is followed by a poll."""
    before = dumps(desk)
    rested(desk)
    return dumps(desk) > before
