"""Sending over a modem; the judge is what the emulated network really took."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from appliance.channels import Channel
from appliance.devices.modem.options import ModemOptions
from appliance.devices.protocol import DeviceState, Finding, Resumed
from appliance.emulated.modem.faults import ModemFaultKind
from appliance.errors import DeviceError, Refused, Transient, Unconfirmed
from appliance.reasons import Reason
from tests.devices.floor_above import Try
from tests.devices.modem.conftest import MakeDesk
from tests.devices.modem.modem_kit import (
    ANNA,
    BEA,
    NEVER_MS,
    QUICK,
    ModemDesk,
    ModemWorld,
    again,
)
from tests.devices.modem.sending_kit import LONG, LOST, fails, settled, states
from tests.emulated.phone_bench import eventually

MakeWorld = Callable[..., ModemWorld]
FAMILY = "👨‍👩‍👧‍👦🇳🇱👍🏽 " * 20


def test_a_modem_is_ready_with_its_facts(desk: ModemDesk, world: ModemWorld) -> None:
    status = desk.driver.probe()
    assert (status.state, status.reason) == (DeviceState.READY, Reason.NONE)
    assert status.channels == {Channel.SMS}
    assert status.facts.as_json()["imei"] == world.modem.imei
    assert status.facts.as_json()["network"] == "KPN"
    assert status.facts.as_json()["network_code"] == "20408"
    assert status.facts.as_json()["registration"] == "home"
    assert status.facts.as_json()["roaming"] is False
    assert status.facts.as_json()["signal_dbm"] == -71


def test_a_message_leaves_once_with_proof(desk: ModemDesk, world: ModemWorld) -> None:
    attempt = desk.attempt("Dag Anna")
    proof = desk.driver.send(attempt)
    assert world.left() == ["Dag Anna"]
    (part,) = proof.facts["parts"]
    assert (part["part"], part["state"], part["mr"]) == (1, "sent", 1)
    assert attempt.entered == 1


@pytest.mark.parametrize(
    "text", [LONG, FAMILY, "€" * 100, "Ž" * 71], ids=["long", "emoji", "euro", "ucs2"]
)
def test_a_long_text_arrives_as_it_was_written(
    desk: ModemDesk, world: ModemWorld, text: str
) -> None:
    """Each part has one gate and one tap."""
    attempt = desk.attempt(text)
    proof = desk.driver.send(attempt)
    count = len(proof.facts["parts"])
    assert world.left() == [text]
    assert world.left_parts() == list(range(1, count + 1))
    assert attempt.entered == count > 1


def test_the_slot_stays_until_the_outcome_is_durable(desk: ModemDesk, world: ModemWorld) -> None:
    """The worker stores the outcome between the send and the next turn."""
    desk.send("Dag")
    assert world.stored() == ["SM STO SENT"]
    desk.driver.rest(0.0)
    assert world.stored() == []


def test_a_message_needs_no_more_than_two_commands(desk: ModemDesk, world: ModemWorld) -> None:
    """Slots are freed several at a time, and what a slot says is checked once."""
    before = world.counted("+CMGW")
    for each in range(12):
        desk.driver.receive()
        desk.send(f"Dag {each}")
    desk.driver.rest(0.0)
    assert len(world.left()) == 12
    assert world.counted("+CMGW") - before == 12
    assert world.counted("+CMGR") == 2
    assert world.stored() == []


def test_more_parts_than_free_slots_go_in_batches(
    make_world: MakeWorld, make_desk: MakeDesk
) -> None:
    """The parts of an earlier batch stand in the next baseline, and their slots are free again."""
    world = make_world(sim_slots=3, modem_slots=3)
    desk = make_desk(world)
    desk.driver.probe()
    attempt = desk.attempt(LONG)
    desk.driver.send(attempt)
    assert world.left() == [LONG]
    assert attempt.noted is not None
    assert [each["part"] for each in attempt.noted["sent"]] == list(range(1, 10))
    assert [each["part"] for each in attempt.noted["slots"]] == [10]


def test_only_missing_parts_go_again_under_the_same_reference(
    desk: ModemDesk, world: ModemWorld
) -> None:
    """The network refuses the third part: two have left, and the next attempt sends eight."""
    attempt = desk.attempt(LONG)
    refused = _refuse_part(world, attempt, 3)
    error = fails(desk, attempt)
    assert states(error) == ["sent"] * 2 + ["missing"] * 8
    refused()
    resumed = Resumed(reference=error.evidence["reference"], sent=frozenset({1, 2}))
    proof = desk.driver.send(again(attempt, resumed=resumed))
    assert {part["state"] for part in proof.facts["parts"]} == {"sent"}
    assert world.left() == [LONG]
    assert world.left_parts() == list(range(1, 11))


def _refuse_part(world: ModemWorld, attempt: Try, part: int) -> Callable[[], None]:
    def arm() -> None:
        if attempt.entered == part:
            world.fault(ModemFaultKind.REFUSED, code=42)

    attempt.before_tap = arm

    def disarm() -> None:
        attempt.before_tap = lambda: None

    return disarm


def test_an_opt_out_between_two_parts_stops_the_rest(desk: ModemDesk, world: ModemWorld) -> None:
    attempt = desk.attempt(LONG)
    attempt.after_tap = lambda: setattr(attempt, "gate_shut", True)
    with pytest.raises(Refused):
        desk.driver.send(attempt)
    assert world.left_parts() == [1]


# Doubt


# Models that report wrong states


# Without a storage


@pytest.mark.parametrize("code", [303, 322])
def test_what_cannot_be_stored_is_sent_at_once(
    desk: ModemDesk, world: ModemWorld, code: int
) -> None:
    world.fault(ModemFaultKind.NO_WRITING, code=code)
    attempt = desk.attempt(LONG)
    proof = desk.driver.send(attempt)
    assert world.left() == [LONG]
    assert {part["state"] for part in proof.facts["parts"]} == {"sent"}
    assert attempt.entered == 10


def test_without_a_slot_a_doubt_is_a_persons_unless_a_report_comes(
    desk: ModemDesk, world: ModemWorld
) -> None:
    """The report is passed on with the number of its message; nothing goes twice."""
    world.fault(ModemFaultKind.NO_WRITING)
    attempt = desk.attempt("Dag")
    world.fault(ModemFaultKind.ANSWER_LOST, how="cms-500")
    assert isinstance(fails(desk, attempt), Unconfirmed)
    assert desk.receive_until(lambda: bool(desk.recorder.reports))
    assert desk.recorder.reports[0].number == ANNA
    assert settled(desk, attempt).finding is Finding.UNCLEAR
    assert world.left() == ["Dag"]


def test_a_report_has_its_time_before_a_person_is_asked(
    make_desk: MakeDesk, world: ModemWorld
) -> None:
    desk = make_desk(world, options=ModemOptions(patience=replace(QUICK, report_ms=NEVER_MS)))
    desk.driver.probe()
    world.fault(ModemFaultKind.NO_WRITING)
    world.fault(ModemFaultKind.ANSWER_LOST, how="error")
    attempt = desk.attempt("Dag")
    fails(desk, attempt)
    with pytest.raises(Transient):
        desk.look(attempt)


def test_a_full_storage_is_emptied_before_sending(
    make_world: MakeWorld, make_desk: MakeDesk
) -> None:
    """An incoming message is reported first, and deleted only then."""
    world = make_world(sim_slots=4, modem_slots=0)
    desk = make_desk(world)
    desk.driver.probe()
    desk.driver.receive()
    for each in range(6):
        world.write(ANNA, f"Bericht {each}")
    assert eventually(lambda: len(world.stored()) == 4)
    desk.send("Antwoord")
    assert world.left() == ["Antwoord"]
    assert desk.receive_until(lambda: len(desk.recorder.messages) == 6)


# What the network refuses


def test_a_card_that_wants_its_pin_again_only_costs_a_try(
    make_world: MakeWorld, make_desk: MakeDesk
) -> None:
    """The examination unlocks it, or says what is wrong: no person has to start the line."""
    world = make_world(pin="4711")
    desk = make_desk(world, options=ModemOptions(patience=QUICK, pins={world.modem.imei: "4711"}))
    desk.driver.probe()
    sim = world.modem.equipment.sim
    assert sim is not None
    world.on_loop(sim.power_up)
    error = fails(desk, desk.attempt("Dag"))
    assert type(error) is Transient
    assert error.evidence["cause"] == "SIM PIN required"
    desk.probe_until(lambda status: status.state is DeviceState.READY)
    desk.send("Dag")
    assert world.left() == ["Dag"]


def test_a_refusal_of_the_network_proves_that_nothing_left(
    desk: ModemDesk, world: ModemWorld
) -> None:
    world.fault(ModemFaultKind.REFUSED, code=38)
    error = fails(desk, desk.attempt("Dag"))
    assert isinstance(error, Transient)
    assert states(error) == ["missing"]
    assert world.left() == []


def test_a_report_gives_the_networks_time(desk: ModemDesk, world: ModemWorld) -> None:
    proof = desk.send("Dag")
    assert desk.receive_until(lambda: bool(desk.recorder.reports))
    (report,) = desk.recorder.reports
    assert (report.number, report.arrived) == (ANNA, True)
    assert report.reference == proof.facts["parts"][0]["mr"]
    assert abs(report.at_ms - world.clock.now_ms()) < 60_000


def test_a_slot_that_says_sent_of_what_was_refused_is_a_lie(
    desk: ModemDesk, world: ModemWorld
) -> None:
    desk.send("Dag")
    world.fault(ModemFaultKind.SLOT_SENT_TOO_EARLY)
    world.fault(ModemFaultKind.REFUSED, code=38)
    fails(desk, desk.attempt("Nog eens"))
    assert desk.recorder.facts["Balie EM-1 EM1R01A02"] == {"slot_truth": False}


def test_a_slot_whose_outcome_is_not_durable_is_left(desk: ModemDesk, world: ModemWorld) -> None:
    """The database could not take the outcome and Balie went on: the slot is still the evidence."""
    attempt = desk.attempt("Dag")
    desk.driver.send(attempt)
    assert attempt.noted is not None
    desk.recorder.doubts.append(attempt.noted)
    desk.driver.rest(0.0)
    desk.driver._receiver.empty()
    assert world.stored() == ["SM STO SENT"]
    assert desk.look(attempt).finding is Finding.PRESENT


@pytest.mark.parametrize(
    "fault",
    [
        ModemFaultKind.GARBAGE,
        ModemFaultKind.URC_INSIDE,
        ModemFaultKind.ECHO_STUCK,
        ModemFaultKind.DRIBBLE,
        ModemFaultKind.BARE_PROMPT,
    ],
)
def test_bad_manners_on_the_wire_lose_nothing(
    desk: ModemDesk, world: ModemWorld, fault: ModemFaultKind
) -> None:
    world.fault(fault, times=None)
    desk.probe_until(lambda status: status.state is DeviceState.READY)
    desk.send(LONG)
    world.write(ANNA, "Hoi")
    assert desk.receive_until(lambda: desk.recorder.texts() == ["Hoi"])
    assert world.left() == [LONG]


@pytest.mark.parametrize("seed", range(6))
def test_random_trouble_neither_loses_nor_doubles(
    desk: ModemDesk, world: ModemWorld, seed: int
) -> None:
    """Each message is carried as the queue would do it, whatever happens to the modem."""
    dice = Random(seed)
    desk.send("Eerst", to=BEA)
    texts = [f"Bericht {each} " * dice.choice((1, 30)) for each in range(6)]
    for text in texts:
        _spoil(world, dice)
        _carry(desk, desk.attempt(text))
    assert sorted(world.left()) == sorted(["Eerst", *texts])


def _spoil(world: ModemWorld, dice: Random) -> None:
    kind, facts = dice.choice(
        (
            (ModemFaultKind.ANSWER_LOST, {"how": dice.choice(LOST), "seconds": 0.05}),
            (ModemFaultKind.RESTART, {"how": "before-taken", "seconds": 0.05}),
            (ModemFaultKind.RESTART, {"how": "after-taken", "seconds": 0.05}),
            (ModemFaultKind.REFUSED, {"code": 38}),
            (ModemFaultKind.PORT_GONE, {"seconds": 0.05, "rename": True}),
            (ModemFaultKind.COMMAND_ERROR, {"command": "+CMGW"}),
            (ModemFaultKind.SILENCE, {"command": "+CMGW", "how": "after"}),
        )
    )
    world.fault(kind, **facts)


def _carry(desk: ModemDesk, attempt: Try) -> None:
    """As the queue does: a message proven missing goes again, one in doubt is asked about."""
    for _ in range(8):
        desk.probe_until(lambda status: status.state is DeviceState.READY)
        try:
            desk.driver.send(attempt)
        except Unconfirmed:
            desk.probe_until(lambda status: status.state is DeviceState.READY)
            found = settled(desk, attempt)
            assert found.finding is not Finding.UNCLEAR
            if found.finding is Finding.PRESENT:
                return
            attempt = again(attempt, resumed=_resumed(found.facts))
        except DeviceError as exc:
            attempt = again(attempt, resumed=_resumed(exc.evidence) or attempt.outgoing.resumed)
        else:
            return
    raise AssertionError("it never left")


def _resumed(facts: Mapping[str, Any]) -> Resumed | None:
    sent = frozenset(part["part"] for part in facts.get("parts", ()) if part["state"] == "sent")
    return Resumed(reference=facts["reference"], sent=sent) if sent else None
