"""What a modem sent and whether it did: lost answers, slots that lie, and models nobody knows."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from appliance.devices.modem.options import ModemOptions
from appliance.devices.protocol import DeviceState, Finding, Found, Resumed, Tick
from appliance.emulated.modem.faults import ModemFaultKind
from appliance.errors import StoreUnavailable, Transient, Unconfirmed
from tests.devices.floor_above import Try
from tests.devices.modem.conftest import MakeDesk
from tests.devices.modem.modem_kit import (
    BEA,
    NEVER_MS,
    QUICK,
    ModemDesk,
    ModemWorld,
    again,
)
from tests.devices.modem.sending_kit import LONG, LOST, fails, settled, states


@pytest.mark.parametrize("how", LOST)
def test_a_lost_answer_is_found_in_the_slot(desk: ModemDesk, world: ModemWorld, how: str) -> None:
    """The network took it: the slot shows that, and it never goes again."""
    attempt = desk.attempt("Dag")
    world.fault(ModemFaultKind.ANSWER_LOST, how=how, seconds=0.05)
    assert isinstance(fails(desk, attempt), Unconfirmed)
    desk.probe_until(lambda status: status.state is DeviceState.READY)
    found = desk.look(attempt)
    assert found.finding is Finding.PRESENT
    assert found.proof is not None
    assert found.proof.tick is Tick.SENT
    assert world.left() == ["Dag"]


@pytest.mark.parametrize("how", LOST)
def test_a_part_whose_answer_is_lost_does_not_go_again(
    desk: ModemDesk, world: ModemWorld, how: str
) -> None:
    """The later parts were never tapped: they are missing, and go under the same reference."""
    desk.send("Zo leert Balie dit model kennen")
    attempt = desk.attempt(LONG)

    def arm() -> None:
        if attempt.entered == 4:
            world.fault(ModemFaultKind.ANSWER_LOST, how=how, seconds=0.05)

    attempt.before_tap = arm
    error = fails(desk, attempt)
    assert states(error) == ["sent"] * 3 + ["unknown"] + ["missing"] * 6
    desk.probe_until(lambda status: status.state is DeviceState.READY)
    found = settled(desk, attempt)
    assert found.finding is Finding.ABSENT
    assert [part["state"] for part in found.facts["parts"]] == ["sent"] * 4 + ["missing"] * 6
    resumed = Resumed(reference=found.facts["reference"], sent=frozenset({1, 2, 3, 4}))
    attempt.before_tap = lambda: None
    desk.driver.send(again(attempt, resumed=resumed))
    assert world.left() == ["Zo leert Balie dit model kennen", LONG]
    assert world.left_parts()[1:] == list(range(1, 11))


@pytest.mark.parametrize(("how", "left"), [("before-taken", []), ("after-taken", ["Dag"])])
def test_a_modem_that_starts_anew_in_mid_send_is_asked(
    desk: ModemDesk, world: ModemWorld, how: str, left: list[str]
) -> None:
    desk.send("Eerst", to=BEA)
    attempt = desk.attempt("Dag")
    world.fault(ModemFaultKind.RESTART, how=how, seconds=0.05)
    assert isinstance(fails(desk, attempt), Unconfirmed)
    desk.probe_until(lambda status: status.state is DeviceState.READY)
    found = settled(desk, attempt)
    assert found.finding is (Finding.PRESENT if left else Finding.ABSENT)
    assert world.left() == ["Eerst", *left]


def test_unsent_counts_only_after_the_network_has_given_up(
    make_desk: MakeDesk, world: ModemWorld
) -> None:
    """Until then the network may still take it, so the question is asked again."""
    patient = replace(QUICK, network_ms=NEVER_MS)
    desk = make_desk(world, options=ModemOptions(patience=patient))
    desk.driver.probe()
    desk.send("Eerst", to=BEA)
    attempt = desk.attempt("Dag")
    world.fault(ModemFaultKind.RESTART, how="before-taken", seconds=0.05)
    fails(desk, attempt)
    desk.probe_until(lambda status: status.state is DeviceState.READY)
    with pytest.raises(Transient):
        desk.look(attempt)


def test_unsent_of_a_modem_that_started_anew_waits_for_a_report(
    make_desk: MakeDesk, world: ModemWorld
) -> None:
    """It may have lost power between the network's answer and its own note; the report knows."""
    desk = make_desk(world, options=ModemOptions(patience=replace(QUICK, report_ms=NEVER_MS)))
    desk.driver.probe()
    desk.send("Eerst", to=BEA)
    attempt = desk.attempt("Dag")
    world.fault(ModemFaultKind.SLOT_STAYS_UNSENT)
    world.fault(ModemFaultKind.RESTART, how="after-taken", seconds=0.05)
    fails(desk, attempt)
    desk.probe_until(lambda status: status.state is DeviceState.READY)
    with pytest.raises(Transient, match="report"):
        _settled_before_its_report(desk, attempt)
    assert world.left() == ["Eerst", "Dag"]


def _settled_before_its_report(desk: ModemDesk, attempt: Try) -> Found:
    """Asks again while the network itself may still take it."""
    while True:
        try:
            return desk.look(attempt)
        except Transient as exc:
            if "network" not in exc.sentence:
                raise


def test_another_process_finds_the_slot_too(
    desk: ModemDesk, make_desk: MakeDesk, world: ModemWorld
) -> None:
    """Killed between the tap and its outcome: only the baseline and the slot are left."""
    desk.send("Eerst", to=BEA)
    attempt = desk.attempt("Dag")
    world.fault(ModemFaultKind.ANSWER_LOST, how="silence")
    fails(desk, attempt)
    desk.driver.close()
    assert attempt.noted is not None
    desk.recorder.doubts.append(attempt.noted)
    later = make_desk(world, recorder=desk.recorder)
    later.probe_until(lambda status: status.state is DeviceState.READY)
    later.driver.receive()
    assert later.look(attempt).finding is Finding.PRESENT
    assert world.left() == ["Eerst", "Dag"]


def test_slots_of_nobody_are_cleared_and_those_in_doubt_are_kept(
    desk: ModemDesk, make_desk: MakeDesk, world: ModemWorld
) -> None:
    """After a kill between storing and noting, a slot has no attempt: nothing was sent from it."""
    attempt = desk.attempt("Dag")
    world.fault(ModemFaultKind.ANSWER_LOST, how="silence")
    fails(desk, attempt)
    with pytest.raises(Transient):
        desk.driver.send(_unnoted(desk.attempt("Niet genoteerd")))
    desk.driver.close()
    assert len(world.stored()) == 2
    assert attempt.noted is not None
    desk.recorder.doubts.append(attempt.noted)
    later = make_desk(world, recorder=desk.recorder)
    later.probe_until(lambda status: status.state is DeviceState.READY)
    later.driver.receive()
    assert world.stored() == ["SM STO SENT"]
    later.recorder.doubts.clear()
    later.driver._receiver.empty()
    assert world.stored() == []


def _unnoted(attempt: Try) -> Try:
    class Unnoted(Try):
        def baseline(self, facts: Mapping[str, Any]) -> None:
            raise StoreUnavailable(f"The database is locked: {len(facts)} facts are not kept.")

    return Unnoted(outgoing=attempt.outgoing, evidence_folder=attempt.evidence_folder)


def test_a_model_is_believed_once_it_told_the_truth(desk: ModemDesk) -> None:
    desk.send("Dag")
    assert desk.recorder.facts == {"Balie EM-1 EM1R01A02": {"slot_truth": True}}


def test_a_slot_that_was_badly_read_is_no_lie(desk: ModemDesk, world: ModemWorld) -> None:
    """A fact about a model holds for good, for every modem of its kind."""
    world.fault(ModemFaultKind.LINE_LOST, command="+CMGR", times=2)
    desk.send("Dag")
    assert desk.recorder.facts == {}
    desk.send("Nog eens")
    assert desk.recorder.facts == {"Balie EM-1 EM1R01A02": {"slot_truth": True}}


def test_a_model_nobody_knows_is_not_believed_that_nothing_left(
    desk: ModemDesk, world: ModemWorld
) -> None:
    """No report comes either, because nothing left: a person decides."""
    attempt = desk.attempt("Dag")
    world.fault(ModemFaultKind.RESTART, how="before-taken", seconds=0.05)
    fails(desk, attempt)
    desk.probe_until(lambda status: status.state is DeviceState.READY)
    assert settled(desk, attempt).finding is Finding.UNCLEAR
    assert world.left() == []


def test_a_lying_model_is_never_believed_again(
    desk: ModemDesk, make_desk: MakeDesk, world: ModemWorld
) -> None:
    """It shows STO UNSENT for a message that has left; its delivery report can be believed."""
    desk.recorder.learn("Balie EM-1 EM1R01A02", {"slot_truth": True})
    world.fault(ModemFaultKind.SLOT_STAYS_UNSENT, times=None)
    desk.send("Eerst", to=BEA)
    assert desk.recorder.facts["Balie EM-1 EM1R01A02"] == {"slot_truth": False}
    attempt = desk.attempt("Dag")
    world.fault(ModemFaultKind.REPORT_OFF)
    world.fault(ModemFaultKind.ANSWER_LOST, how="silence")
    fails(desk, attempt)
    assert settled(desk, attempt).finding is Finding.UNCLEAR
    assert world.left() == ["Eerst", "Dag"]
