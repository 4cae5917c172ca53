"""What a modem brings: messages, parts, reports, calls, and the operator's answers."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from appliance.devices.modem.options import BalanceQuery, ModemOptions
from appliance.devices.modem_protocol import IncomingPart
from appliance.devices.news_protocol import MissedCall
from appliance.devices.protocol import DeviceState, Incoming
from appliance.emulated.modem.faults import ModemFaultKind
from appliance.errors import DeviceError, StoreUnavailable
from appliance.reasons import Reason
from tests.devices.modem.conftest import MakeDesk
from tests.devices.modem.modem_kit import ANNA, BEA, DEVICE, QUICK, ModemDesk, ModemWorld
from tests.emulated.phone_bench import eventually

MakeWorld = Callable[..., ModemWorld]
LONG = "Wie kan morgen om zes uur beginnen in Venlo? 🌅 " * 12


def options(**more: Any) -> ModemOptions:
    return ModemOptions(patience=QUICK, **more)


def test_a_message_is_told_and_then_deleted(desk: ModemDesk, world: ModemWorld) -> None:
    desk.driver.receive()
    world.write(ANNA, "Hoi, ik ben ziek")
    assert desk.receive_until(lambda: bool(desk.recorder.messages))
    (message,) = desk.recorder.messages
    assert (message.sender, message.text) == (ANNA, "Hoi, ik ben ziek")
    assert abs(message.at_ms - world.clock.now_ms()) < 5_000
    assert world.stored() == []


def test_what_is_announced_ends_the_rest(desk: ModemDesk, world: ModemWorld) -> None:
    desk.driver.receive()
    world.write(ANNA, "Hoi")
    desk.driver.rest(60.0)
    desk.driver.receive()
    assert desk.recorder.texts() == ["Hoi"]


def test_nothing_is_deleted_before_it_is_durable(desk: ModemDesk, world: ModemWorld) -> None:
    desk.driver.receive()
    desk.recorder.broken = StoreUnavailable("The disk is full.")
    world.write(ANNA, "Hoi")
    with pytest.raises(StoreUnavailable):
        desk.receive_until(lambda: False)
    assert len(world.stored()) == 1
    desk.recorder.broken = None
    assert desk.receive_until(lambda: desk.recorder.texts() == ["Hoi"])
    assert world.stored() == []


def test_what_came_while_nobody_listened_is_there_at_the_start(
    world: ModemWorld, make_desk: MakeDesk
) -> None:
    for each in range(3):
        world.write(ANNA, f"Bericht {each}")
    desk = make_desk(world)
    desk.driver.probe()
    desk.driver.receive()
    assert desk.recorder.texts() == ["Bericht 0", "Bericht 1", "Bericht 2"]


def test_a_message_keeps_its_key_over_restarts(
    desk: ModemDesk, make_desk: MakeDesk, world: ModemWorld
) -> None:
    """Killed between the commit and the deletion, it is told again and known again."""
    desk.driver.receive()
    world.fault(ModemFaultKind.COMMAND_ERROR, command="+CMGD", times=None)
    world.write(ANNA, "Hoi")
    assert desk.receive_until(lambda: bool(desk.recorder.messages))
    desk.driver.close()
    world.lift(ModemFaultKind.COMMAND_ERROR)
    later = make_desk(world, recorder=desk.recorder)
    later.driver.probe()
    later.driver.receive()
    assert later.recorder.repeated == 1
    assert later.recorder.texts() == ["Hoi"]
    assert world.stored() == []


def test_a_burst_into_few_slots_loses_none(make_world: MakeWorld, make_desk: MakeDesk) -> None:
    world = make_world(sim_slots=10, modem_slots=0)
    desk = make_desk(world)
    for each in range(100):
        world.write(ANNA, f"Bericht {each:03}")
    desk.driver.probe()
    assert desk.receive_until(lambda: len(desk.recorder.messages) == 100)
    assert sorted(desk.recorder.texts()) == [f"Bericht {each:03}" for each in range(100)]


@pytest.mark.parametrize("line", ["ERROR", "+CMS ERROR: 321"])
def test_a_burst_loses_none_though_deleting_fails_now_and_then(
    make_world: MakeWorld, make_desk: MakeDesk, line: str
) -> None:
    """A waiting message takes a freed slot at once, before the next command."""
    world = make_world(sim_slots=6, modem_slots=0)
    desk = make_desk(world)
    world.fault(ModemFaultKind.COMMAND_ERROR, command="+CMGD", chance=0.3, times=None, line=line)
    for each in range(100):
        world.write(ANNA, f"Bericht {each:03}")
    desk.driver.probe()

    def swept() -> bool:
        desk.driver._receiver.empty()
        return len(desk.recorder.messages) == 100

    assert eventually(swept)
    assert sorted(desk.recorder.texts()) == [f"Bericht {each:03}" for each in range(100)]


@pytest.mark.parametrize("fault", [None, ModemFaultKind.PARTS_SHUFFLED, ModemFaultKind.PARTS_TWICE])
def test_parts_are_told_as_they_come(
    desk: ModemDesk, world: ModemWorld, fault: ModemFaultKind | None
) -> None:
    """In any order, and twice: each part has its own key."""
    desk.driver.receive()
    if fault is not None:
        world.fault(fault)
    world.write(ANNA, LONG)
    parts = len(world.parts_of(ANNA, LONG))
    assert desk.receive_until(lambda: len(desk.recorder.parts) == parts)
    assert desk.receive_until(lambda: world.stored() == [])
    assert desk.recorder.joined() == LONG
    assert desk.recorder.repeated == (parts if fault is ModemFaultKind.PARTS_TWICE else 0)
    assert {part.total for part in desk.recorder.parts} == {parts}


def test_what_comes_together_is_told_by_when_it_was_written(
    desk: ModemDesk, world: ModemWorld
) -> None:
    """This includes the long one, whatever the order of the slots."""
    told: list[str] = []

    def received(device_id: str, messages: Sequence[Incoming]) -> None:
        assert device_id == DEVICE
        told.extend(each.text for each in messages)

    def received_parts(device_id: str, parts: Sequence[IncomingPart]) -> None:
        assert device_id == DEVICE
        told.extend(each.text for each in parts)

    desk.recorder.received = received  # type: ignore[method-assign]  # the order of the calls
    desk.recorder.received_parts = received_parts  # type: ignore[method-assign]
    now_ms = world.clock.now_ms()
    for text, minutes in (("derde", 1), ("eerste", 3), ("tweede " * 30, 2)):
        world.write(ANNA, text, at_ms=now_ms - minutes * 60_000)
    desk.driver.receive()
    assert told[0] == "eerste"
    assert told[1].startswith("tweede")
    assert told[-1] == "derde"


def test_a_name_as_sender_is_kept(desk: ModemDesk, world: ModemWorld) -> None:
    desk.driver.receive()
    world.write("Uitzendburo", "Uw code is 1234")
    assert desk.receive_until(lambda: bool(desk.recorder.messages))
    assert desk.recorder.messages[0].sender == "Uitzendburo"


def test_what_cannot_be_read_is_shown_to_a_person(desk: ModemDesk, world: ModemWorld) -> None:
    """It is neither deleted silently nor tried for ever."""
    desk.driver.receive()
    world.push(bytes.fromhex("040B91136587"))
    world.write(ANNA, "Hoi")
    assert desk.receive_until(lambda: len(desk.recorder.messages) == 2)
    unreadable = next(m for m in desk.recorder.messages if m.key.startswith("unreadable"))
    assert "040B91136587" in unreadable.text
    assert world.stored() == []


def test_a_line_that_is_lost_on_the_wire_costs_no_message(
    desk: ModemDesk, world: ModemWorld
) -> None:
    """The slot still has what the list lost."""
    desk.driver.receive()
    world.fault(ModemFaultKind.LINE_LOST, command="+CMGL")
    world.write(ANNA, "Hoi")
    assert desk.receive_until(lambda: bool(desk.recorder.messages))
    assert desk.recorder.texts() == ["Hoi"]
    assert world.stored() == []


def test_a_pushed_message_is_kept_until_it_is_told(desk: ModemDesk, world: ModemWorld) -> None:
    """A modem that pushes a message all the same (+CMT) stores it nowhere."""
    desk.driver.receive()
    world.on_loop(lambda: setattr(world.modem.equipment.settings, "cnmi", (2, 2, 0, 2, 0)))
    desk.recorder.broken = StoreUnavailable("The database is locked.")
    world.write(ANNA, "Hoi")
    with pytest.raises(StoreUnavailable):
        desk.receive_until(lambda: False)
    desk.recorder.broken = None
    desk.driver.receive()
    assert desk.recorder.texts() == ["Hoi"]


def test_a_modem_of_no_line_keeps_what_it_has(desk: ModemDesk, world: ModemWorld) -> None:
    desk.recorder.carried = False
    world.write(ANNA, "Hoi")
    desk.driver.receive()
    assert len(world.stored()) == 1
    desk.recorder.carried = True
    desk.driver.receive()
    assert desk.recorder.texts() == ["Hoi"]


# Calls


def test_a_call_is_told_once_and_not_taken(desk: ModemDesk, world: ModemWorld) -> None:
    desk.driver.receive()
    world.on_loop(lambda: world.modem.calls.ring(ANNA, rings=4, every_ms=5))
    assert desk.receive_until(lambda: world.modem.calls.caller is None)
    desk.driver.receive()
    assert [call.number for call in desk.recorder.calls] == [ANNA]
    assert world.counted("A") == 0


def test_a_modem_that_was_told_to_take_calls_takes_none(
    make_world: MakeWorld, make_desk: MakeDesk
) -> None:
    """Some modems keep that setting in a profile, from an earlier use."""
    world = make_world(auto_answer=1)
    desk = make_desk(world)
    desk.driver.probe()
    desk.driver.receive()
    world.on_loop(lambda: world.modem.calls.ring(ANNA, rings=2, every_ms=5))
    assert desk.receive_until(lambda: bool(desk.recorder.calls))
    assert desk.receive_until(lambda: world.modem.calls.caller is None)
    assert world.modem.calls.taken == 0


def test_two_callers_are_two_calls(desk: ModemDesk, world: ModemWorld) -> None:
    for caller in (ANNA, BEA):
        world.on_loop(partial(world.modem.calls.ring, caller, rings=2, every_ms=5))
        assert desk.receive_until(lambda: world.modem.calls.caller is None)
    desk.driver.receive()
    assert [call.number for call in desk.recorder.calls] == [ANNA, BEA]


def test_a_withheld_number_is_nobody_to_write_to(desk: ModemDesk, world: ModemWorld) -> None:
    world.on_loop(lambda: world.modem.calls.ring("", rings=2, every_ms=5))
    assert desk.receive_until(lambda: world.modem.calls.caller is None)
    assert desk.recorder.calls == []


# Credit

QUERY = BalanceQuery(code="*101#", pattern=re.compile(r"EUR (?P<euros>-?[\d.]+),(?P<cents>\d\d)"))


def test_the_credit_is_asked_on_a_schedule(world: ModemWorld, make_desk: MakeDesk) -> None:
    """It is asked once at the start, and not again before its time, even after a restart."""
    desk = make_desk(world, options=options(balance={"20408": QUERY}))
    desk.driver.probe()
    assert desk.receive_until(lambda: bool(desk.recorder.balances))
    assert [each.cents for each in desk.recorder.balances] == [1000]
    assert desk.driver.probe().facts.as_json()["balance_cents"] == 1000
    later = make_desk(world, options=options(balance={"20408": QUERY}), recorder=desk.recorder)
    desk.driver.close()
    later.driver.probe()
    assert world.counted("+CUSD") == 3  # CUSD=1 at each greeting, and one question


def test_an_operator_nobody_described_is_not_asked(world: ModemWorld, make_desk: MakeDesk) -> None:
    desk = make_desk(world, options=options(balance={"20404": QUERY}))
    desk.driver.probe()
    desk.driver.receive()
    assert desk.recorder.balances == []


def test_nothing_left_stops_the_modem_until_there_is(
    world: ModemWorld, make_desk: MakeDesk
) -> None:
    world.on_loop(lambda: setattr(world.modem.credit, "cents", 0))
    asked_often = options(balance={"20408": QUERY}, balance_every=timedelta(0))
    desk = make_desk(world, options=asked_often)
    desk.driver.probe()
    assert desk.receive_until(lambda: bool(desk.recorder.balances))
    status = desk.driver.probe()
    assert (status.reason, status.channels) == (Reason.NO_CREDIT, frozenset())
    world.on_loop(lambda: setattr(world.modem.credit, "cents", 500))
    assert desk.receive_until(
        lambda: (
            desk.driver.probe().state is DeviceState.READY
            and desk.recorder.balances[-1].cents == 500
        )
    )


def test_an_answer_in_other_words_is_no_credit(world: ModemWorld, make_desk: MakeDesk) -> None:
    desk = make_desk(world, options=options(balance={"20408": QUERY}))
    world.on_loop(lambda: world.modem.credit.answers.update({"*101#": "Storing. Probeer later."}))
    desk.driver.probe()
    assert desk.receive_until(lambda: bool(desk.recorder.balances))
    assert desk.recorder.balances[0].cents is None


def test_what_cannot_be_deleted_is_told_once_a_round(desk: ModemDesk, world: ModemWorld) -> None:
    """A modem that refuses to delete blocks nothing else."""
    world.fault(ModemFaultKind.COMMAND_ERROR, command="+CMGD", times=None)
    for each in range(8):
        world.write(ANNA, f"Bericht {each}")
    desk.driver.receive()
    assert len(desk.recorder.messages) == 8
    world.lift(ModemFaultKind.COMMAND_ERROR)
    desk.driver._receiver.empty()
    assert world.stored() == []


def test_a_menu_that_cannot_be_closed_is_not_closed_for_ever(
    world: ModemWorld, make_desk: MakeDesk
) -> None:
    """Whatever error one report causes, the next ones are received and messages leave."""
    desk = make_desk(world, options=ModemOptions(patience=replace(QUICK, command_s=0.2)))
    desk.driver.probe()
    desk.driver.receive()
    world.fault(ModemFaultKind.SILENCE, command="+CUSD", how="before", times=None)
    world.on_loop(lambda: world.modem.equipment.dialogue.unsolicited('+CUSD: 1,"Kies 1 of 2",15'))
    with pytest.raises(DeviceError):
        desk.receive_until(lambda: False)
    world.write(ANNA, "Hoi")
    assert desk.receive_until(lambda: desk.recorder.texts() == ["Hoi"])


@pytest.mark.parametrize("bad", ["Eerst", "Hoi"])
def test_what_balie_itself_stumbles_over_holds_up_nothing_else(
    desk: ModemDesk, world: ModemWorld, bad: str
) -> None:
    """The message stays where it is until a Balie comes that can take it."""
    desk.driver.receive()
    told = desk.recorder.received

    def stumble(device_id: str, messages: Sequence[Incoming]) -> None:
        if any(message.text == bad for message in messages):
            raise ValueError("a mistake of ours")
        told(device_id, messages)

    desk.recorder.received = stumble  # type: ignore[method-assign]  # a mistake above the driver
    world.write(ANNA, "Eerst")
    world.write(ANNA, "Hoi")
    (good,) = {"Eerst", "Hoi"} - {bad}
    assert desk.receive_until(lambda: desk.recorder.texts() == [good])
    assert eventually(lambda: len(world.stored()) == 1)
    desk.send("Dag")
    desk.recorder.received = told  # type: ignore[method-assign]  # mended
    desk.driver._receiver.empty()
    assert sorted(desk.recorder.texts()) == ["Eerst", "Hoi"]


def test_news_is_kept_until_it_could_be_told(desk: ModemDesk, world: ModemWorld) -> None:
    """Nobody rings again for a call that the database could not take."""
    desk.driver.receive()
    told = desk.recorder.missed_calls
    fails_once = iter([StoreUnavailable("The database is locked.")])

    def tell(device_id: str, calls: Sequence[MissedCall]) -> None:
        for error in fails_once:
            raise error
        told(device_id, calls)

    desk.recorder.missed_calls = tell  # type: ignore[method-assign]  # one failure below it
    world.on_loop(lambda: world.modem.calls.ring(ANNA, rings=1, every_ms=5))
    with pytest.raises(StoreUnavailable):
        desk.receive_until(lambda: False)
    desk.driver.receive()
    assert [call.number for call in desk.recorder.calls] == [ANNA]
