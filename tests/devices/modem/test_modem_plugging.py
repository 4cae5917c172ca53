"""SIM, network, plug and cable: how a modem is, and what it is left to."""

from contextlib import closing
from dataclasses import replace

import pytest

from appliance.devices.modem import ladder
from appliance.devices.modem.at.channel import AtChannel
from appliance.devices.modem.options import ModemOptions
from appliance.devices.protocol import DeviceState, Status
from appliance.devices.worker import DeviceWorker, Rhythm
from appliance.emulated.modem.faults import ModemFaultKind
from appliance.emulated.modem.sim import SimCard
from appliance.emulated.modem.spec import ModemSpec
from appliance.errors import DeviceError, DeviceGone, Transient
from appliance.reasons import Reason
from tests.devices.floor_above import Counter
from tests.devices.modem.at.scripted_port import ScriptedPort
from tests.devices.modem.conftest import MakeDesk
from tests.devices.modem.modem_kit import (
    ANNA,
    NEVER_MS,
    QUICK,
    ModemDesk,
    ModemRecorder,
    ModemWorld,
    is_ready,
)
from tests.emulated.phone_bench import eventually

FAST = Rhythm(poll_s=0.02, probe_s=30.0, probe_again_s=0.05, tell_again_s=0.01)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (ModemFaultKind.SIM_PUK, Reason.SIM_PUK),
        (ModemFaultKind.NO_SIM, Reason.NO_SIM),
        (ModemFaultKind.BARRED, Reason.BARRED),
        (ModemFaultKind.NO_NETWORK, Reason.NO_NETWORK),
    ],
)
def test_what_keeps_a_modem_from_sending_is_said(
    world: ModemWorld, make_desk: MakeDesk, fault: ModemFaultKind, reason: Reason
) -> None:
    desk = make_desk(world, options=ModemOptions(patience=QUICK, network_lost_s=0.0))
    world.fault(fault)
    status = desk.driver.probe()
    assert (status.state, status.reason) == (DeviceState.DEGRADED, reason)
    assert status.channels == frozenset()
    world.lift(fault)
    desk.probe_until(is_ready)


def test_a_short_loss_of_the_network_only_holds_back(desk: ModemDesk, world: ModemWorld) -> None:
    world.fault(ModemFaultKind.NO_NETWORK)
    status = desk.driver.probe()
    assert (status.state, status.channels) == (DeviceState.READY, frozenset())


def test_roaming_is_said(desk: ModemDesk, world: ModemWorld) -> None:
    world.fault(ModemFaultKind.ROAMING)
    facts = desk.driver.probe().facts.as_json()
    assert (facts["roaming"], facts["registration"]) == (True, "roaming")
    assert facts["network_code"] == "26201"


# Who it is


def test_another_sim_is_left_alone(desk: ModemDesk, world: ModemWorld) -> None:
    """Neither read nor sent with."""
    other = SimCard(number="", iccid="8931440000000000999", imsi="204089999999999")
    world.on_loop(lambda: setattr(world.modem.equipment, "sim", other))
    status = desk.driver.probe()
    assert (status.reason, status.channels) == (Reason.OTHER_SIM, frozenset())
    world.write(ANNA, "Voor een ander")
    assert desk.driver.receive() is False
    with pytest.raises(Transient):
        desk.send("Dag")
    assert len(world.stored()) == 1
    assert world.left() == []


def test_another_modem_in_its_place_is_not_it(world: ModemWorld, make_desk: MakeDesk) -> None:
    """And its port is left to whoever drives it."""
    desk = make_desk(world)
    desk.recorder.imei = "359201089999999"
    status = desk.driver.probe()
    assert (status.reason, status.channels) == (Reason.OTHER_MODEM, frozenset())
    assert is_ready(make_desk(world).driver.probe())


# Plugging


def test_pulled_out_is_absent_and_back_under_another_name_carries_on(
    desk: ModemDesk, world: ModemWorld
) -> None:
    old = world.modem.port.path
    world.fault(ModemFaultKind.PORT_GONE, seconds=0.1, rename=True)
    with pytest.raises(DeviceGone):
        desk.driver.rest(20.0)
    assert desk.driver.probe().state is DeviceState.ABSENT
    desk.probe_until(is_ready)
    assert desk.driver.probe().facts.as_json()["port"] != old
    desk.send("Dag")
    assert world.left() == ["Dag"]


def test_what_was_pulled_out_is_absent_before_it_is_looked_for(
    desk: ModemDesk, world: ModemWorld
) -> None:
    """Asking all other ports takes a second for each that stays silent."""
    world.fault(ModemFaultKind.PORT_GONE, seconds=0, rename=True)
    with pytest.raises(DeviceGone):
        desk.driver.rest(20.0)
    assert eventually(lambda: world.modem.port.is_open)
    assert desk.driver.probe().state is DeviceState.ABSENT
    desk.probe_until(is_ready)


def test_the_worker_sees_it_go_and_come(desk: ModemDesk, world: ModemWorld) -> None:
    """Nobody waits for the next examination: the port itself says that it is gone."""
    work = Counter()
    worker = DeviceWorker(desk.driver, desk.recorder, work, FAST)
    worker.start()
    try:
        states = desk.recorder.statuses
        assert eventually(lambda: bool(states) and is_ready(states[-1]))
        world.fault(ModemFaultKind.PORT_GONE, seconds=0.2, rename=True)
        assert eventually(lambda: states[-1].state is DeviceState.ABSENT)
        assert eventually(lambda: is_ready(states[-1]))
        work.tasks.append(desk.attempt("Dag"))
        worker.wake()
        assert eventually(lambda: world.left() == ["Dag"])
        world.write(ANNA, "Hoi")
        assert eventually(lambda: desk.recorder.texts() == ["Hoi"])
    finally:
        worker.stop()


def test_a_modem_that_starts_anew_gets_its_settings_again(
    desk: ModemDesk, world: ModemWorld
) -> None:
    world.fault(ModemFaultKind.RESTART, how="now", seconds=0)
    with pytest.raises(DeviceError):
        desk.receive_until(lambda: False)
    desk.probe_until(is_ready)
    world.write(ANNA, "Hoi")
    assert desk.receive_until(lambda: desk.recorder.texts() == ["Hoi"])


def test_a_modem_that_started_anew_without_a_word_is_seen_to_have_lost_its_settings(
    desk: ModemDesk, world: ModemWorld
) -> None:
    """Else nothing would be announced any more, and its errors would have no reason."""
    desk.driver.receive()
    world.on_loop(world.modem.equipment.settings.reset)
    desk.probe_until(is_ready)
    assert world.modem.equipment.settings.cmee == 1
    desk.driver.receive()
    world.write(ANNA, "Hoi")
    desk.driver.rest(20.0)
    desk.driver.receive()
    assert desk.recorder.texts() == ["Hoi"]


def test_a_mute_modem_is_made_to_start_anew(
    world: ModemWorld, make_desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked, its port is opened again, and then it is told to start anew; it stays there."""
    monkeypatch.setattr(ladder, "_WAITS_S", dict.fromkeys(ladder.Rung, 0.0))
    desk = make_desk(world, options=ModemOptions(patience=replace(QUICK, command_s=0.1)))
    desk.driver.probe()
    world.fault(ModemFaultKind.SILENCE, times=None, how="after")
    seen: list[Status] = []

    def restarted() -> bool:
        seen.append(desk.driver.probe())
        return world.counted("+CFUN") > 0

    assert eventually(restarted)
    assert {(each.state, each.reason) for each in seen} == {
        (DeviceState.OFFLINE, Reason.NOT_ANSWERING)
    }
    world.lift(ModemFaultKind.SILENCE)
    desk.probe_until(is_ready)


@pytest.mark.parametrize("is_bound", [True, False])
def test_a_modem_that_is_mute_from_the_start_is_there_and_is_made_to_start_anew(
    world: ModemWorld, make_desk: MakeDesk, monkeypatch: pytest.MonkeyPatch, *, is_bound: bool
) -> None:
    """Nobody has heard it yet; its port is where a person pointed."""
    monkeypatch.setattr(ladder, "_WAITS_S", dict.fromkeys(ladder.Rung, 0.0))
    world.fault(ModemFaultKind.SILENCE, times=None, how="after")
    recorder = ModemRecorder(imei=world.modem.imei if is_bound else None)
    patience = replace(QUICK, command_s=0.1)
    desk = make_desk(world, recorder=recorder, options=ModemOptions(patience=patience))
    seen: list[Status] = []

    def restarted() -> bool:
        seen.append(desk.driver.probe())
        return world.counted("+CFUN") > 0

    assert eventually(restarted)
    assert {(each.state, each.reason) for each in seen} == {
        (DeviceState.OFFLINE, Reason.NOT_ANSWERING)
    }
    world.lift(ModemFaultKind.SILENCE)
    desk.probe_until(is_ready)


def test_a_modem_that_came_back_mute_is_there(world: ModemWorld, make_desk: MakeDesk) -> None:
    """By the name that its maker gave it; what the kernel calls it may be anybody's."""
    by_id = next((world.folder.path / "by-id").iterdir())
    desk = make_desk(world, port=str(by_id))
    desk.driver.probe()
    world.fault(ModemFaultKind.SILENCE, times=None, how="after")
    world.fault(ModemFaultKind.PORT_GONE, seconds=0.1, rename=True)
    with pytest.raises(DeviceGone):
        desk.driver.rest(20.0)
    assert desk.driver.probe().state is DeviceState.ABSENT
    assert eventually(by_id.exists)
    status = desk.driver.probe()
    assert (status.state, status.reason) == (DeviceState.OFFLINE, Reason.NOT_ANSWERING)


def test_a_mute_modem_is_not_taken_for_one_that_another_program_holds(
    world: ModemWorld, make_desk: MakeDesk
) -> None:
    """Another modem's port is held by whoever drives that one."""
    world.fault(ModemFaultKind.SILENCE, times=None, how="after")
    desk = make_desk(world, recorder=ModemRecorder(imei=world.modem.imei))
    other = world.add(ModemSpec(number="+31653000002"))
    with closing(AtChannel.open(other.port.path)):
        assert desk.driver.probe().reason is Reason.NOT_ANSWERING


def test_while_a_modem_is_away_the_ports_of_others_are_left_alone(
    desk: ModemDesk, world: ModemWorld
) -> None:
    with ScriptedPort({b"AT+CGSN": b"\r\n490154203237518\r\n\r\nOK\r\n"}) as other:
        (world.folder.path / "ttyUSB77").symlink_to(other.name)
        world.fault(ModemFaultKind.PORT_GONE, seconds=60)
        with pytest.raises(DeviceGone):
            desk.driver.rest(20.0)
        for _ in range(2):
            assert desk.driver.probe().state is DeviceState.ABSENT
        assert other.heard
        other.heard.clear()
        for _ in range(5):
            assert desk.driver.probe().state is DeviceState.ABSENT
        assert other.heard == []


def test_a_mute_modem_that_may_not_start_anew_waits_for_a_person(
    world: ModemWorld, make_desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ladder, "_WAITS_S", dict.fromkeys(ladder.Rung, 0.0))
    patience = replace(QUICK, command_s=0.1)
    desk = make_desk(world, options=ModemOptions(patience=patience, may_reset=False))
    desk.driver.probe()
    world.fault(ModemFaultKind.SILENCE, times=None, how="after")
    for _ in range(4):
        assert desk.driver.probe().reason is Reason.NOT_ANSWERING
    assert world.counted("+CFUN") == 0
    world.lift(ModemFaultKind.SILENCE)
    desk.probe_until(is_ready)


def test_a_modem_that_may_be_sending_is_not_made_to_start_anew(
    world: ModemWorld, make_desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network might take the message and the slot never hear of it."""
    monkeypatch.setattr(ladder, "_WAITS_S", dict.fromkeys(ladder.Rung, 0.0))
    patience = replace(QUICK, command_s=0.1, network_ms=NEVER_MS)
    desk = make_desk(world, options=ModemOptions(patience=patience))
    desk.driver.probe()
    world.fault(ModemFaultKind.SILENCE, times=None, how="after")
    desk.driver._modem.doubt("attempt-1")
    for _ in range(4):
        assert desk.driver.probe().reason is Reason.NOT_ANSWERING
    assert world.counted("+CFUN") == 0


def test_a_modem_that_may_be_sending_since_before_the_start_is_not_made_to_start_anew(
    world: ModemWorld, make_desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can ask a mute modem about what an earlier life of Balie left in doubt."""
    monkeypatch.setattr(ladder, "_WAITS_S", dict.fromkeys(ladder.Rung, 0.0))
    world.fault(ModemFaultKind.SILENCE, times=None, how="after")
    recorder = ModemRecorder(imei=world.modem.imei, doubts=[{"storage": "SM"}])
    patience = replace(QUICK, command_s=0.1, network_ms=NEVER_MS)
    desk = make_desk(world, recorder=recorder, options=ModemOptions(patience=patience))
    for _ in range(4):
        assert desk.driver.probe().reason is Reason.NOT_ANSWERING
    assert world.counted("+CFUN") == 0


def test_a_pulled_modem_is_absent_though_others_are_in_use(
    world: ModemWorld, desk: ModemDesk
) -> None:
    """Another modem's port is held by whoever drives that one."""
    other = world.add(ModemSpec(number="+31653000002"))
    held = AtChannel.open(other.port.path)
    try:
        world.fault(ModemFaultKind.PORT_GONE, seconds=60)
        with pytest.raises(DeviceGone):
            desk.driver.rest(20.0)
        assert desk.driver.probe().state is DeviceState.ABSENT
    finally:
        held.close()


def test_a_port_that_another_program_holds_is_said(world: ModemWorld, make_desk: MakeDesk) -> None:
    held = AtChannel.open(world.modem.port.path)
    try:
        status = make_desk(world).driver.probe()
        assert (status.state, status.reason) == (DeviceState.OFFLINE, Reason.CONNECTION_DEAD)
    finally:
        held.close()
