"""The SIM moves to another phone, or the phone is made as new: the ids of its lists begin anew."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.channels import Channel
from appliance.devices.evidence_facts import since_copy
from appliance.devices.phone.driver import PhoneDriver
from appliance.devices.protocol import DeviceState, Finding, Look
from appliance.emulated.phone.spec import PhoneSpec
from tests.devices.phone.driver_kit import ANNA, BEA, DEVICE, OWN, Desk, World
from tests.emulated.phone_bench import eventually

SPARE = "+31612345602"
CARD = "8931440000000000009"


@pytest.fixture
def world(adb_server_port: int) -> Iterator[World]:
    """Two phones; the card is in the first."""
    emulated = World(PhoneSpec(number=OWN), PhoneSpec(number=SPARE))
    try:
        emulated.connect()
        emulated.inject(phone=OWN, kind="plug-sim", iccid=CARD, number=OWN)
        yield emulated
    finally:
        emulated.close()


@pytest.fixture
def spare(world: World, desk: Desk, tmp_path: Path) -> Iterator[PhoneDriver]:
    """The driver of the same device for the second phone; the card is still in the first."""
    other = Desk(world, tmp_path, serial=world.phones[1].serial)
    driver = other.driver_for(DEVICE, desk.recorder)
    try:
        yield driver
    finally:
        driver.close()
        other.driver.close()


def write(world: World, sender: str, text: str, *, phone: str) -> None:
    """To the card that is in this phone now."""
    more = {"from": sender, "subscription": 1}
    world.inject(phone=phone, kind="message", channel="sms", text=text, **more)


def move_card(world: World, spare: PhoneDriver) -> None:
    world.inject(phone=OWN, kind="unplug-sim")
    world.inject(phone=SPARE, kind="plug-sim", iccid=CARD, number=OWN)
    assert eventually(lambda: spare.probe().state is DeviceState.READY)


def test_an_sms_to_the_spare_phone_is_told_though_its_id_was_read_before(
    world: World, desk: Desk, spare: PhoneDriver
) -> None:
    for number in range(3):
        write(world, ANNA, f"bericht {number}", phone=OWN)
    desk.driver.receive()
    move_card(world, spare)
    write(world, BEA, "STOP", phone=SPARE)
    spare.receive()
    assert desk.recorder.texts()[-1] == "STOP"


def test_a_missed_call_of_the_spare_phone_is_told(
    world: World, desk: Desk, spare: PhoneDriver
) -> None:
    for _ in range(2):
        world.inject(phone=OWN, channel="call", **{"from": ANNA})
    desk.driver.receive()
    move_card(world, spare)
    world.inject(phone=SPARE, channel="call", **{"from": BEA, "subscription": 1})
    spare.receive()
    assert [call.number for call in desk.recorder.calls] == [ANNA, ANNA, BEA]


def test_what_the_spare_phone_had_long_read_is_not_told(
    world: World, desk: Desk, spare: PhoneDriver
) -> None:
    """Who wrote to the number that the phone had before did not write to this one."""
    write(world, ANNA, "voor ons", phone=OWN)
    desk.driver.receive()
    for number in range(5):
        write(world, BEA, f"oud {number}", phone=SPARE)
    world.on_loop(lambda: world.phones[1].handset.providers.read_thread(1))
    move_card(world, spare)
    write(world, ANNA, "weer voor ons", phone=SPARE)
    spare.receive()
    assert desk.recorder.texts() == ["voor ons", "weer voor ons"]


def test_a_card_that_comes_back_goes_on_where_its_phone_was_read(
    world: World, desk: Desk, spare: PhoneDriver
) -> None:
    write(world, ANNA, "eerste", phone=OWN)
    desk.driver.receive()
    world.on_loop(lambda: world.handset.providers.read_thread(1))
    write(world, ANNA, "gelezen op de telefoon", phone=OWN)
    world.on_loop(lambda: world.handset.providers.read_thread(1))
    move_card(world, spare)
    spare.receive()
    world.inject(phone=SPARE, kind="unplug-sim")
    world.inject(phone=OWN, kind="plug-sim", iccid=CARD, number=OWN)
    assert eventually(lambda: desk.driver.probe().state is DeviceState.READY)
    desk.driver.receive()
    assert desk.recorder.texts() == ["eerste", "gelezen op de telefoon"]


def test_the_list_of_the_spare_phone_does_not_prove_that_nothing_left(
    world: World, desk: Desk, spare: PhoneDriver
) -> None:
    """It never had the row; to send again might be to send twice, so a person decides."""
    attempt = desk.attempt("Dag", channel=Channel.SMS)
    desk.driver.send(attempt)
    assert desk.driver.look(attempt.as_look()).finding is Finding.PRESENT
    move_card(world, spare)
    assert spare.look(attempt.as_look()).finding is Finding.UNCLEAR


def test_after_a_copy_the_phone_of_now_proves_nothing_of_what_was_accepted_before_it_came(
    world: World, desk: Desk, spare: PhoneDriver
) -> None:
    """The copy names no phone; the list of one that came later lacks what the first one sent."""
    attempt = desk.attempt("Dag", channel=Channel.SMS)
    look = Look(outgoing=attempt.outgoing, baseline=since_copy(attempt.outgoing.started_ms))
    desk.driver.receive()
    desk.driver.send(attempt)
    move_card(world, spare)
    spare.receive()
    assert spare.look(look).finding is Finding.UNCLEAR


def test_after_a_copy_a_phone_that_came_back_proves_nothing_of_the_time_between(
    world: World, desk: Desk, spare: PhoneDriver
) -> None:
    desk.driver.receive()
    move_card(world, spare)
    spare.receive()
    attempt = desk.attempt("Dag", channel=Channel.SMS)
    look = Look(outgoing=attempt.outgoing, baseline=since_copy(attempt.outgoing.started_ms))
    spare.send(attempt)
    world.inject(phone=SPARE, kind="unplug-sim")
    world.inject(phone=OWN, kind="plug-sim", iccid=CARD, number=OWN)
    assert eventually(lambda: desk.driver.probe().state is DeviceState.READY)
    desk.driver.receive()
    assert desk.driver.look(look).finding is Finding.UNCLEAR


def test_a_place_without_a_mark_is_taken_over_by_the_first_phone_alone(
    world: World, desk: Desk, spare: PhoneDriver
) -> None:
    """An older Balie noted how far it had read, and not on which phone."""
    write(world, ANNA, "vroeger gelezen", phone=OWN)
    desk.recorder.cursors = {"sms": 1}
    desk.driver.receive()
    assert desk.recorder.texts() == []
    move_card(world, spare)
    write(world, BEA, "nieuw", phone=SPARE)
    spare.receive()
    assert desk.recorder.texts() == ["nieuw"]


@pytest.mark.parametrize("is_after_copy", [False, True])
def test_a_chat_on_the_spare_phone_does_not_prove_that_nothing_left(
    world: World, desk: Desk, spare: PhoneDriver, *, is_after_copy: bool
) -> None:
    """It begins on the day on which WhatsApp came there, after the attempt."""
    desk.driver.receive()
    attempt = desk.attempt("Dag")
    desk.driver.send(attempt)
    look = attempt.as_look()
    if is_after_copy:
        look = replace(look, baseline=since_copy(attempt.outgoing.started_ms))
    assert desk.driver.look(look).finding is Finding.PRESENT
    move_card(world, spare)
    spare.receive()
    assert spare.look(look).finding is Finding.UNCLEAR
