"""“ja” twice in one second: two messages without any difference."""

from dataclasses import replace
from functools import partial

import pytest

from appliance.devices.modem.copies import Brought, Copies
from appliance.devices.modem.options import ModemOptions
from appliance.emulated.modem.faults import ModemFaultKind
from appliance.errors import StoreUnavailable
from tests.devices.modem.conftest import MakeDesk
from tests.devices.modem.modem_kit import QUICK, ModemDesk, ModemWorld

JA = bytes.fromhex("040B911326549678F9" + "00" * 2 + "62118241824140" + "02EA30")
#: The same, and the network says that more is waiting (TP-MMS).
JA_AND_MORE = b"\x00" + JA[1:]


def _has_more_than(desk: ModemDesk, count: int) -> bool:
    return len(desk.recorder.messages) > count


def test_two_slots_are_two_messages(desk: ModemDesk, world: ModemWorld) -> None:
    world.push(JA, JA_AND_MORE)
    assert desk.receive_until(lambda: len(desk.recorder.messages) == 2)
    assert desk.recorder.texts() == ["ja", "ja"]
    assert (desk.recorder.repeated, world.stored()) == (0, [])


def test_one_that_comes_as_soon_as_the_other_is_freed_is_another(
    desk: ModemDesk, world: ModemWorld
) -> None:
    """It even lies in the same slot."""
    for _ in range(3):
        before = len(desk.recorder.messages)
        world.push(JA)
        assert desk.receive_until(partial(_has_more_than, desk, before))
        assert world.stored() == []
    assert desk.recorder.repeated == 0


def test_what_the_network_repeats_is_one(world: ModemWorld, make_desk: MakeDesk) -> None:
    """It missed an acknowledgement, and repeats the message after its waiting time."""
    at_once = replace(QUICK, repeats_after_s=0.0)
    desk = make_desk(world, options=ModemOptions(patience=at_once))
    desk.driver.probe()
    world.push(JA)
    assert desk.receive_until(lambda: bool(desk.recorder.messages))
    world.push(JA_AND_MORE)
    assert desk.receive_until(lambda: desk.recorder.repeated == 1)
    assert (desk.recorder.texts(), world.stored()) == (["ja"], [])


@pytest.mark.parametrize("copies", [1, 2, 3])
@pytest.mark.parametrize("freed", [0, 1, 2])
def test_killed_between_telling_and_freeing(
    desk: ModemDesk, make_desk: MakeDesk, world: ModemWorld, copies: int, freed: int
) -> None:
    """A message that is reported again is known, however many slots were freed before the kill."""
    world.fault(ModemFaultKind.COMMAND_ERROR, command="+CMGD", times=None)
    world.push(*[JA] * copies)
    assert desk.receive_until(lambda: len(desk.recorder.messages) == copies)
    desk.driver.close()
    for slot in range(1, min(freed, copies) + 1):
        world.on_loop(partial(world.memory("ME").delete, slot))
    world.lift(ModemFaultKind.COMMAND_ERROR)
    later = make_desk(world, recorder=desk.recorder)
    later.driver.probe()
    later.driver.receive()
    assert later.recorder.texts() == ["ja"] * copies
    assert world.stored() == []


def test_a_slot_that_cannot_be_freed_is_one_message_for_ever(
    desk: ModemDesk, world: ModemWorld
) -> None:
    world.fault(ModemFaultKind.COMMAND_ERROR, command="+CMGD", times=None)
    world.push(JA, JA)
    assert desk.receive_until(lambda: len(desk.recorder.messages) == 2)
    for _ in range(3):
        desk.driver._receiver.empty()
    assert len(desk.recorder.messages) == 2


def test_two_that_are_pushed_are_two(desk: ModemDesk, world: ModemWorld) -> None:
    """This holds even if the database takes them only at the second try."""
    desk.driver.receive()
    world.on_loop(lambda: setattr(world.modem.equipment.settings, "cnmi", (2, 2, 0, 2, 0)))
    desk.recorder.broken = StoreUnavailable("The database is locked.")
    world.push(JA)
    with pytest.raises(StoreUnavailable):
        desk.receive_until(lambda: False)
    desk.recorder.broken = None
    world.push(JA)
    assert desk.receive_until(lambda: len(desk.recorder.messages) == 2)
    world.push(JA)
    assert desk.receive_until(lambda: len(desk.recorder.messages) == 3)
    assert desk.recorder.repeated == 0


def test_what_was_pushed_and_is_stored_as_well_is_one(desk: ModemDesk, world: ModemWorld) -> None:
    """Some modems do both."""
    desk.driver.receive()
    world.on_loop(lambda: setattr(world.modem.equipment.settings, "cnmi", (2, 2, 0, 2, 0)))
    world.push(JA)
    assert desk.receive_until(lambda: bool(desk.recorder.messages))
    world.on_loop(lambda: setattr(world.modem.equipment.settings, "cnmi", (2, 1, 0, 2, 0)))
    world.push(JA)
    assert desk.receive_until(lambda: desk.recorder.repeated == 1)
    assert desk.recorder.texts() == ["ja"]


def test_copies_are_counted_anew_after_a_while() -> None:
    now_s = 0.0
    copies = Copies(30.0, now_s=lambda: now_s)
    ja, nee = b"\x00" + JA, b"\x00" + JA[:-1] + b"\x31"

    def numbers(*pdus: bytes) -> list[int]:
        return [brought.copy for brought in copies.number(pdus)]

    assert numbers(ja, nee, ja, b"\x00" + JA_AND_MORE) == [1, 1, 2, 3]
    copies.is_gone(ja)
    copies.is_gone(ja)
    now_s = 29.0
    assert numbers(ja, nee) == [3, 1]
    copies.is_gone(ja)
    now_s = 30.0
    assert numbers(ja) == [1]
    assert copies.number([b"\x05"]) == [Brought(pdu=b"\x05")]


@pytest.mark.parametrize("freed_s", [0.0, 20.0, 39.0])
def test_a_repetition_is_told_from_when_the_first_was_brought(freed_s: float) -> None:
    """The network's wait for its acknowledgement begins there; the slot may be freed much later."""
    now_s = 0.0
    copies = Copies(30.0, now_s=lambda: now_s)
    ja = b"\x00" + JA
    assert [brought.copy for brought in copies.number([ja])] == [1]
    now_s = freed_s
    copies.number([ja])
    copies.is_gone(ja)
    now_s = 40.0
    assert [brought.copy for brought in copies.number([ja])] == [1]


def test_a_repetition_beside_one_that_cannot_be_freed_is_one() -> None:
    """It lies in a second slot, but comes too late to be another message."""
    now_s = 0.0
    copies = Copies(30.0, now_s=lambda: now_s)
    ja = b"\x00" + JA
    copies.number([ja])
    now_s = 40.0
    assert {brought.copy for brought in copies.number([ja, ja])} == {1}
