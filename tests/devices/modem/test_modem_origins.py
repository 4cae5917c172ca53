"""What networks and programs send to a modem, and which of it is reported."""

from typing import Any

import pytest

from appliance.emulated.modem.address import address_of
from appliance.emulated.modem.deliver import Dispatch, deliver_tpdus
from appliance.messages import Origin
from tests.devices.modem.modem_kit import ANNA, ModemDesk, ModemWorld

PERSON, NOTICE, TECHNICAL = Origin.PERSON, Origin.NOTICE, Origin.TECHNICAL
#: WAP push: 8-bit data for port 2948 (TS 23.040 §9.2.3.24.4).
PUSH = bytes.fromhex("05040B8423F0")


def brought(world: ModemWorld, *, sender: str = ANNA, text: str = "", **about: Any) -> None:
    dispatch = Dispatch(sender=address_of(sender), text=text, at_ms=world.clock.now_ms(), **about)
    world.push(*deliver_tpdus(dispatch))


def test_a_silent_message_is_dropped_and_leaves_its_slot(
    desk: ModemDesk, world: ModemWorld
) -> None:
    """With it a network asks whether the SIM is there; no person is told."""
    desk.driver.receive()
    world.push(bytes.fromhex("040B911356030000F140006211824134530000"))
    brought(world, text="Hoi")
    assert desk.receive_until(lambda: desk.recorder.texts() == ["Hoi"])
    assert world.stored() == []


@pytest.mark.parametrize(
    ("about", "origin", "text"),
    [
        ({"dcs": 0xC8}, NOTICE, "Voicemail"),
        ({"dcs": 0xD8, "text": "2 nieuwe berichten"}, NOTICE, "2 nieuwe berichten"),
        ({"pid": 0x41, "text": "Uw saldo is 3 euro"}, NOTICE, "Uw saldo is 3 euro"),
        ({"pid": 0x7F, "dcs": 0xF6, "octets": b"\x02\x70"}, TECHNICAL, "[02 70]"),
        ({"elements": PUSH, "dcs": 0xF5, "octets": b"\x01\x06"}, TECHNICAL, "[01 06]"),
    ],
)
def test_a_machine_does_not_speak_for_a_number(
    desk: ModemDesk, world: ModemWorld, about: dict[str, Any], origin: Origin, text: str
) -> None:
    """It is reported with its origin, under a name that nobody can write to."""
    desk.driver.receive()
    brought(world, **about)
    assert desk.receive_until(lambda: bool(desk.recorder.messages))
    (message,) = desk.recorder.messages
    assert (message.origin, message.text, message.sender) == (origin, text, f"“{ANNA}”")
    assert world.stored() == []


def test_a_long_push_is_technical_in_each_part(desk: ModemDesk, world: ModemWorld) -> None:
    desk.driver.receive()
    brought(world, elements=PUSH, dcs=0xF5, octets=bytes(300), reference=4)
    assert desk.receive_until(lambda: len(desk.recorder.parts) == 3)
    assert {part.origin for part in desk.recorder.parts} == {TECHNICAL}
    assert world.stored() == []


def test_a_short_number_keeps_its_digits(desk: ModemDesk, world: ModemWorld) -> None:
    desk.driver.receive()
    brought(world, sender="1233", dcs=0xC8)
    assert desk.receive_until(lambda: bool(desk.recorder.messages))
    assert desk.recorder.messages[0].sender == "1233"


def test_a_flash_is_a_person_s(desk: ModemDesk, world: ModemWorld) -> None:
    """Its class says only that it is to be shown at once."""
    desk.driver.receive()
    brought(world, text="Ik sta voor de deur", flash=True)
    assert desk.receive_until(lambda: bool(desk.recorder.messages))
    (message,) = desk.recorder.messages
    assert (message.origin, message.sender) == (PERSON, ANNA)


@pytest.mark.parametrize("text", ["", "\u200b\u200b", "\u202e\u2066\u2069", "\ufeff", " \n"])
def test_an_sms_in_which_nothing_can_be_seen_is_told_and_freed(
    desk: ModemDesk, world: ModemWorld, text: str
) -> None:
    """What it means is not for the modem's driver to decide."""
    desk.driver.receive()
    brought(world, text=text, ucs2=True)
    assert desk.receive_until(lambda: bool(desk.recorder.messages))
    assert desk.recorder.texts() == [text]
    assert world.stored() == []
