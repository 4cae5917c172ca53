"""Sending over a modem; the judge is what the emulated network really took."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from appliance.channels import Channel
from appliance.devices.modem.options import ModemOptions
from appliance.devices.protocol import DeviceState, Finding, Found, Resumed, Tick
from appliance.emulated.modem.faults import ModemFaultKind
from appliance.errors import DeviceError, Refused, StoreUnavailable, Transient, Unconfirmed
from appliance.reasons import Reason
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
from tests.devices.phone.driver_kit import Try
from tests.emulated.phone_bench import eventually

MakeWorld = Callable[..., ModemWorld]
LONG = "".join(f"{number:03} schapen. " for number in range(110))  # 1430 characters: ten parts
FAMILY = "👨‍👩‍👧‍👦🇳🇱👍🏽 " * 20


def states(error: DeviceError) -> list[str]:
    return [part["state"] for part in error.evidence["parts"]]


def fails(desk: ModemDesk, attempt: Try) -> DeviceError:
    with pytest.raises(DeviceError) as caught:
        desk.driver.send(attempt)
    return caught.value


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


LOST = ("silence", "cms-500", "error", "hang-up")


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
    found = _settled(desk, attempt)
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
    found = _settled(desk, attempt)
    assert found.finding is (Finding.PRESENT if left else Finding.ABSENT)
    assert world.left() == ["Eerst", *left]


def _settled(desk: ModemDesk, attempt: Try) -> Found:
    """Asks again until the network's time-out has passed."""
    found: list[Found] = []

    def asked() -> bool:
        try:
            found.append(desk.look(attempt))
        except Transient:
            return False
        return True

    assert eventually(asked)
    return found[-1]


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


# Models that report wrong states


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
    assert _settled(desk, attempt).finding is Finding.UNCLEAR
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
    assert _settled(desk, attempt).finding is Finding.UNCLEAR
    assert world.left() == ["Eerst", "Dag"]


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
    assert _settled(desk, attempt).finding is Finding.UNCLEAR
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
            found = _settled(desk, attempt)
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
