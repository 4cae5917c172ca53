"""A phone whose shell prints more than was asked, or for a while nothing."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.channels import Channel
from appliance.devices.phone.activities import complaint_in
from appliance.devices.phone.driver import PhoneDriver
from appliance.devices.phone.phone_clock import PhoneClock, read_clock
from appliance.devices.phone.senses import Sense, Senses
from appliance.devices.phone.sim import is_taken_out
from appliance.devices.protocol import DeviceState, Finding
from appliance.errors import StoreError, Transient, Unconfirmed
from appliance.reasons import Reason
from tests.devices.phone.driver_kit import ANNA, DEVICE, EAGER, OWN, QUICK, Desk, World

LINKER = "WARNING: linker: /vendor/lib64/libx.so: unused DT entry: type 0x6ffffef5 arg 0x1b8\n"
BOTH = frozenset({Channel.WHATSAPP, Channel.SMS})


@pytest.fixture
def noisy(world: World, tmp_path: Path) -> Iterator[Desk]:
    """Each program on the phone prints a warning first."""
    world.fault("vendor-line")
    desk = Desk(world, tmp_path)
    try:
        yield desk
    finally:
        desk.driver.close()


@pytest.fixture
def impatient(desk: Desk) -> Iterator[Desk]:
    """A list that cannot be read is reported at once."""
    desk.driver.close()
    desk.driver = PhoneDriver(
        device_id=DEVICE,
        serial=desk.world.serial,
        listener=desk.recorder,
        clock=desk.world.clock,
        deadlines=QUICK,
        patience=replace(EAGER, unreadable_s=0.0, read_again_s=0.0),
    )
    assert desk.driver.probe().state is DeviceState.READY
    desk.driver.receive()
    yield desk
    desk.driver.close()


# Lines that nobody asked for


def test_a_phone_whose_linker_warns_is_ready(noisy: Desk) -> None:
    """Its SIM, clock, apps and SMS limit are read after the warning."""
    noisy.world.inject(kind="sms-limit", max_count=10, interval_ms=600_000)
    status = noisy.driver.probe()
    assert (status.state, status.channels) == (DeviceState.READY, BOTH), status
    assert status.facts.as_json()["sms_parts"] == 10
    assert noisy.recorder.sim is not None
    assert noisy.recorder.sim.number == OWN


def test_a_phone_whose_linker_warns_hears_sms_and_calls(noisy: Desk) -> None:
    """A message that itself begins like a warning arrives as written."""
    noisy.driver.probe()
    noisy.world.write(ANNA, f"{LINKER}\nRow: 0 body=nee", channel="sms")
    noisy.world.inject(channel="call", **{"from": ANNA})
    noisy.driver.receive()
    assert noisy.recorder.texts(ANNA) == [f"{LINKER}\nRow: 0 body=nee"]
    assert [call.number for call in noisy.recorder.calls] == [ANNA]


@pytest.mark.parametrize("channel", [Channel.WHATSAPP, Channel.SMS])
def test_a_phone_whose_linker_warns_sends_with_proof(noisy: Desk, channel: Channel) -> None:
    """This includes a text about errors, which the phone echoes."""
    noisy.driver.probe()
    noisy.send("Error: Exception", channel=channel)
    assert noisy.world.truth() == ["Error: Exception"]


def test_the_clock_and_the_sim_stand_on_the_last_line() -> None:
    read = read_clock(f"{LINKER}1789300800 +0200\n", asked_ms=1_789_300_800_500, answered_ms=0)
    assert read.zone_minutes == PhoneClock(ahead_ms=0, zone_minutes=120).zone_minutes
    assert is_taken_out(f"{LINKER}ABSENT,LOADED\n")
    assert not is_taken_out(f"{LINKER}LOADED,ABSENT\n")


def test_what_am_says_before_it_starts_is_no_failure() -> None:
    """Its words after the echo of the intent are a failure."""
    echo = "Starting: Intent { act=android.intent.action.SENDTO dat=sms:Error }\n"
    assert complaint_in(echo) == ""
    assert complaint_in("ERROR: Exception in hook\n" + echo) == ""
    assert complaint_in(f"{LINKER}{echo}Error: Activity not started").startswith("Error: Act")
    assert complaint_in(f"{LINKER}Exception occurred while executing 'start':") != ""


# What cannot be read


@pytest.mark.parametrize(
    ("command", "reason", "channels"),
    [
        ("content://sms", Reason.SMS_UNREADABLE, {Channel.WHATSAPP}),
        ("date +%s", Reason.CLOCK_UNREADABLE, set()),
        ("dumpsys notification", Reason.NOTIFICATIONS_UNREADABLE, {Channel.SMS}),
    ],
)
def test_what_cannot_be_read_is_said_and_comes_back(
    impatient: Desk, command: str, reason: Reason, channels: set[Channel]
) -> None:
    """Meanwhile nothing is sent over a channel whose answers nobody could read."""
    impatient.world.fault("unreadable", method=command)
    impatient.world.write(ANNA, "Hoi", channel="sms")
    impatient.driver.receive()
    impatient.driver.probe()
    status = impatient.driver.probe()
    assert (status.state, status.reason) == (DeviceState.DEGRADED, reason)
    assert status.channels == channels
    impatient.world.lift("unreadable")
    impatient.world.write(ANNA, "Ben je er?")
    impatient.driver.receive()
    assert sorted(impatient.recorder.texts(ANNA)) == ["Ben je er?", "Hoi"]
    assert impatient.driver.probe().state is DeviceState.READY


def test_a_phone_is_not_called_deaf_for_one_slip() -> None:
    """Only a list that fails for a minute, without one success, counts."""
    senses = Senses(DEVICE, lost_after_s=60.0)
    senses.failed(Sense.SMS, "once")
    assert (senses.reason, senses.closed) == (Reason.NONE, frozenset())


def test_a_list_that_fails_does_not_silence_the_rest(impatient: Desk) -> None:
    """WhatsApp is received and answered while the list of SMS cannot be read."""
    impatient.world.fault("unreadable", method="content://sms")
    impatient.world.write(ANNA, "Hoi")
    impatient.driver.receive()
    impatient.driver.receive()
    assert impatient.recorder.texts(ANNA) == ["Hoi"]
    impatient.send("Dag")
    assert impatient.world.truth() == ["Dag"]


def test_nothing_is_sent_while_notifications_cannot_be_read(impatient: Desk) -> None:
    """The chat that was opened has none any more, so what came is read from its screen."""
    impatient.world.fault("unreadable", method="dumpsys notification")
    impatient.world.write(ANNA, "Hoi")
    with pytest.raises(Transient):
        impatient.send("Dag")
    assert impatient.world.traffic.taps == 0
    assert impatient.recorder.texts(ANNA) == ["Hoi"]
    impatient.send("Dag", channel=Channel.SMS)
    assert impatient.world.truth() == ["Dag"]


def test_nothing_is_sent_while_what_came_cannot_be_stored(impatient: Desk) -> None:
    """It is read from the screen of the chat, waits there and is told later."""
    impatient.world.write(ANNA, "Hoi")
    impatient.recorder.broken = StoreError("The disk is full.")
    with pytest.raises(Transient):
        impatient.send("Dag")
    assert impatient.world.traffic.taps == 0
    impatient.recorder.broken = None
    impatient.driver.receive()
    assert impatient.recorder.texts(ANNA) == ["Hoi"]


def test_calls_are_told_after_a_slip(impatient: Desk) -> None:
    """A call log that failed once is read again; only a refusal is final."""
    impatient.world.inject(channel="call", **{"from": ANNA})
    impatient.world.fault("unreadable", method="call_log", times=1)
    impatient.driver.receive()
    assert impatient.recorder.calls == []
    impatient.world.inject(channel="call", **{"from": ANNA})
    impatient.driver.receive()
    assert len(impatient.recorder.calls) == 2


def test_a_list_that_fails_after_the_tap_proves_nothing(impatient: Desk) -> None:
    """The SMS is in doubt and has left once; it is not sent again."""
    attempt = impatient.attempt("Dag", channel=Channel.SMS)
    attempt.after_tap = lambda: impatient.world.fault("unreadable", method="content://sms")
    with pytest.raises(Unconfirmed):
        impatient.driver.send(attempt)
    impatient.world.lift("unreadable")
    assert impatient.driver.look(attempt.as_look()).finding is Finding.PRESENT
    assert impatient.world.truth() == ["Dag"]


def test_old_sms_are_no_news_to_a_phone_that_got_none_lately(desk: Desk) -> None:
    """A list without messages of yesterday is not read from the beginning of its history."""
    hours_ago_ms = desk.world.clock.now_ms() - 50 * 3_600_000
    desk.world.write(ANNA, "oud", channel="sms", at_ms=hours_ago_ms)
    desk.driver.receive()
    desk.world.write(ANNA, "nieuw", channel="sms")
    desk.driver.receive()
    assert desk.recorder.texts(ANNA) == ["nieuw"]
