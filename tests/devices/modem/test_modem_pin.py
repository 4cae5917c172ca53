"""The PIN of a SIM: tried once in all, and never guessed."""

from appliance.devices.modem.options import ModemOptions
from appliance.devices.protocol import DeviceState, Sim
from appliance.emulated.modem.faults import ModemFaultKind
from appliance.emulated.phone.spec import iccid_for
from appliance.reasons import Reason
from tests.devices.modem.conftest import MakeDesk, MakeWorld
from tests.devices.modem.modem_kit import QUICK, ModemWorld, is_ready


def with_pin(pin: str, world: ModemWorld) -> ModemOptions:
    return ModemOptions(patience=QUICK, pins={world.modem.imei: pin})


def tries(world: ModemWorld) -> int:
    sim = world.modem.equipment.sim
    assert sim is not None
    return sim.pin_tries


def test_the_pin_of_the_settings_opens_the_sim(make_world: MakeWorld, make_desk: MakeDesk) -> None:
    world = make_world(pin="4711")
    desk = make_desk(world, options=with_pin("4711", world))
    assert desk.driver.probe().state is DeviceState.READY
    desk.send("Dag")
    assert world.left() == ["Dag"]


def test_a_right_pin_opens_it_after_every_start(make_world: MakeWorld, make_desk: MakeDesk) -> None:
    world = make_world(pin="4711")
    desk = make_desk(world, options=with_pin("4711", world))
    for _ in range(4):
        assert is_ready(desk.probe_until(is_ready))
        world.fault(ModemFaultKind.RESTART, how="now", seconds=0)


def test_a_card_that_says_nothing_while_locked_is_asked_once_it_is_open(
    make_world: MakeWorld, make_desk: MakeDesk
) -> None:
    """Its own PIN opens it after every start; another card with that PIN is left alone."""
    world = make_world(pin="4711", shy=True)
    desk = make_desk(world, options=with_pin("4711", world))
    desk.recorder.sim = Sim(iccid=iccid_for(world.modem.number), number=None)
    for _ in range(2):
        assert is_ready(desk.probe_until(is_ready))
        world.fault(ModemFaultKind.RESTART, how="now", seconds=0)
    desk.recorder.sim = Sim(iccid="8931440000000000999", number=None)
    assert desk.probe_until(lambda status: status.reason is not Reason.BOOTING).reason is (
        Reason.OTHER_SIM
    )


def test_a_wrong_pin_is_tried_once_in_all(make_world: MakeWorld, make_desk: MakeDesk) -> None:
    """Not again at the next examination, not after a restart of either; a corrected one is."""
    world = make_world(pin="4711")
    desk = make_desk(world, options=with_pin("1147", world))
    for _ in range(3):
        assert desk.driver.probe().reason is Reason.SIM_PIN
    desk.driver.close()
    later = make_desk(world, options=with_pin("1147", world), recorder=desk.recorder)
    assert later.driver.probe().reason is Reason.SIM_PIN
    later.driver.close()
    assert tries(world) == 2
    corrected = make_desk(world, options=with_pin("4711", world), recorder=desk.recorder)
    assert corrected.driver.probe().state is DeviceState.READY
    assert tries(world) == 3


def test_the_last_try_is_a_persons(make_world: MakeWorld, make_desk: MakeDesk) -> None:
    """Not even a PIN that is right."""
    world = make_world(pin="4711")
    world.on_loop(lambda: setattr(world.modem.equipment.sim, "pin_tries", 1))
    desk = make_desk(world, options=with_pin("4711", world))
    assert desk.driver.probe().reason is Reason.SIM_PIN
    assert tries(world) == 1


def test_without_a_counter_one_pin_is_tried_and_no_other(
    make_world: MakeWorld, make_desk: MakeDesk
) -> None:
    world = make_world(pin="4711")
    world.fault(ModemFaultKind.COMMAND_ERROR, command="+CPINR", times=None)
    desk = make_desk(world, options=with_pin("1147", world))
    assert desk.driver.probe().reason is Reason.SIM_PIN
    desk.driver.close()
    other = make_desk(world, options=with_pin("4711", world), recorder=desk.recorder)
    assert other.driver.probe().reason is Reason.SIM_PIN
    assert tries(world) == 2


def test_no_pin_is_no_guess(make_world: MakeWorld, make_desk: MakeDesk) -> None:
    world = make_world(pin="4711")
    desk = make_desk(world)
    status = desk.driver.probe()
    assert (status.reason, status.channels) == (Reason.SIM_PIN, frozenset())
    assert tries(world) == 3
