"""A phone with two SIM cards: only the one that the line is bound to is used."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.channels import Channel
from appliance.devices.phone.adb.calls import Output
from appliance.devices.phone.driver import PhoneDriver
from appliance.devices.phone.sim import is_taken_out, read_cards
from appliance.devices.protocol import DeviceState, Finding, Sim
from appliance.errors import SimMissing, Transient
from appliance.reasons import Reason
from tests.devices.phone.driver_kit import ANNA, BEA, DEVICE, EAGER, OWN, QUICK, Desk, World

OTHER_CARD, OTHER_NUMBER = "8931440000000000002", "+31699999999"
OURS, THEIRS = 1, 2


@pytest.fixture
def double(world: World, tmp_path: Path) -> Iterator[Desk]:
    """A driver that has seen its phone with one SIM; now a second is in it."""
    desk = Desk(world, tmp_path)
    desk.driver = PhoneDriver(
        device_id=DEVICE,
        serial=world.serial,
        listener=desk.recorder,
        clock=world.clock,
        deadlines=QUICK,
        patience=replace(EAGER, unreadable_s=0.0, read_again_s=0.0),
    )
    try:
        assert desk.driver.probe().state is DeviceState.READY
        desk.driver.receive()
        plugged = world.inject(kind="plug-sim", slot=1, iccid=OTHER_CARD, number=OTHER_NUMBER)
        assert plugged["subscription"] == THEIRS
        yield desk
    finally:
        desk.driver.close()


def test_sms_and_calls_to_the_other_sim_are_not_ours(double: Desk) -> None:
    """A person who wrote to the other number gets no answer from this one."""
    assert double.driver.probe().state is DeviceState.READY
    double.world.write(ANNA, "voor ons", channel="sms", subscription=OURS)
    double.world.write(BEA, "voor de ander", channel="sms", subscription=THEIRS)
    double.world.inject(channel="call", subscription=THEIRS, **{"from": BEA})
    double.world.inject(channel="call", subscription=OURS, **{"from": ANNA})
    double.driver.receive()
    assert double.recorder.texts() == ["voor ons"]
    assert [call.number for call in double.recorder.calls] == [ANNA]


@pytest.mark.parametrize("is_shown", [True, False])
def test_a_call_whose_sim_nobody_knows_is_not_answered(double: Desk, is_shown: bool) -> None:
    """This holds on a phone that masks its cards, too: two missing ids are not equal ids."""
    double.driver.probe()
    card = double.driver._phone.card
    assert card is not None
    if not is_shown:
        double.driver._phone.card = replace(card, sim=replace(card.sim, iccid=None))
    double.world.inject(channel="call", subscription=-1, **{"from": BEA})
    double.world.inject(channel="call", subscription=OURS, **{"from": ANNA})
    double.driver.receive()
    assert [call.number for call in double.recorder.calls] == [ANNA]


def test_a_line_may_be_bound_to_the_second_slot(world: World, tmp_path: Path) -> None:
    """The card decides, not its slot; the other card may be taken out."""
    world.inject(kind="plug-sim", slot=1, iccid=OTHER_CARD, number=OTHER_NUMBER)
    desk = Desk(world, tmp_path)
    desk.recorder.sim = Sim(iccid=OTHER_CARD, number=OTHER_NUMBER)
    try:
        assert desk.driver.probe().reason is Reason.SMS_SIM
        world.inject(kind="sms-sim", subscription=THEIRS)
        assert desk.driver.probe().state is DeviceState.READY
        world.write(ANNA, "voor ons", channel="sms", subscription=THEIRS)
        world.write(BEA, "voor de ander", channel="sms", subscription=OURS)
        desk.driver.receive()
        assert desk.recorder.texts() == ["voor ons"]
        desk.send("Dag", channel=Channel.SMS)
        world.inject(kind="unplug-sim", slot=1)
        with pytest.raises(SimMissing):
            desk.send("Dag", channel=Channel.SMS)
    finally:
        desk.driver.close()


def test_sms_whose_sim_nobody_knows_are_not_guessed_at(double: Desk) -> None:
    """The device reports it until the phone tells the SIMs apart, and goes on with WhatsApp."""
    double.driver.probe()
    double.world.write(ANNA, "van wie?", channel="sms", subscription=-1)
    double.driver.receive()
    status = double.driver.probe()
    assert (status.state, status.reason) == (DeviceState.DEGRADED, Reason.TWO_SIMS)
    assert status.channels == {Channel.WHATSAPP}
    assert double.recorder.texts() == []


def test_an_sms_whose_sim_nobody_knows_keeps_no_other_from_being_told(
    double: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """A STOP that came with it is reported, once, and the log gets one line only."""
    double.driver.probe()
    double.world.write(ANNA, "van wie?", channel="sms", subscription=-1)
    double.world.write(BEA, "voor de ander", channel="sms", subscription=THEIRS)
    double.world.write(ANNA, "STOP", channel="sms", subscription=OURS)
    for _ in range(4):
        double.driver.receive()
    assert double.recorder.texts() == ["STOP"]
    assert double.recorder.repeated == 0
    assert len([line for line in caplog.messages if "SIM" in line]) == 1
    double.world.write(ANNA, "ja, echt", channel="sms", subscription=OURS)
    double.driver.receive()
    assert double.recorder.texts() == ["STOP", "ja, echt"]


def test_an_sms_whose_sim_nobody_knew_is_told_once_the_phone_has_one(double: Desk) -> None:
    """It waited for that; messages that came to the other SIM meanwhile are still not ours."""
    double.driver.probe()
    double.world.write(ANNA, "van wie?", channel="sms", subscription=-1)
    double.world.write(BEA, "voor de ander", channel="sms", subscription=THEIRS)
    double.driver.receive()
    double.world.inject(kind="unplug-sim", slot=1)
    double.driver.probe()
    double.driver.receive()
    assert double.recorder.texts() == ["van wie?"]


def test_two_sims_of_which_neither_is_ours_stop_all(double: Desk) -> None:
    """The reason is not that of a wrong card."""
    double.recorder.sim = Sim(iccid="8931440000000000009", number="+31688888888")
    status = double.driver.probe()
    assert (status.reason, status.channels) == (Reason.TWO_SIMS, frozenset())
    double.world.write(ANNA, "Hoi", channel="sms", subscription=OURS)
    assert not double.driver.receive()


@pytest.mark.parametrize("sends_by", [THEIRS, -1])
def test_nothing_is_sent_by_sms_while_the_phone_would_use_the_other_sim(
    double: Desk, sends_by: int
) -> None:
    """Or while it would ask a person which one; WhatsApp has one number only."""
    double.world.inject(kind="sms-sim", subscription=sends_by)
    status = double.driver.probe()
    assert (status.reason, status.channels) == (Reason.SMS_SIM, frozenset({Channel.WHATSAPP}))
    double.world.inject(kind="sms-sim", subscription=OURS)
    assert double.driver.probe().state is DeviceState.READY


def test_an_sms_that_left_by_the_other_sim_has_left_and_says_so(double: Desk) -> None:
    """The phone's choice is changed at the last moment: the SMS is not sent again."""
    double.driver.probe()
    by_ours = double.send("een", channel=Channel.SMS)
    assert "other_sim" not in by_ours.facts
    attempt = double.attempt("twee", channel=Channel.SMS)
    attempt.before_tap = lambda: double.world.inject(kind="sms-sim", subscription=THEIRS)
    assert double.driver.send(attempt).facts["other_sim"] is True
    found = double.driver.look(attempt.as_look())
    assert found.finding is Finding.PRESENT
    assert found.facts["other_sim"] is True
    assert double.world.truth() == ["een", "twee"]


def test_the_choice_of_the_phone_is_asked_before_each_sms(double: Desk) -> None:
    """This holds even if it was changed after the examination."""
    double.driver.probe()
    double.world.inject(kind="sms-sim", subscription=THEIRS)
    with pytest.raises(Transient):
        double.send("Dag", channel=Channel.SMS)
    assert double.world.truth() == []
    double.send("Dag")
    assert double.world.truth() == ["Dag"]


# What the phone prints about its cards

ROW = "Row: {n} _id={id}, sim_id={slot}, icc_id={iccid}, number={number}\n"
ONE, TWO = "8931440000000000001", OTHER_CARD
MASKED = "[SubscriptionInfo: id={id} iccId=893144000[****] simSlotIndex={slot} isActive=true]\n"


def answers(info: str, dump: str, state: str) -> list[Output]:
    return [Output(text=text, status=0) for text in (info, dump, state)]


def test_cards_are_told_by_their_slots() -> None:
    """Cards that were taken out stay in the phone's list with the slot -1."""
    info = (
        ROW.format(n=0, id=4, slot=1, iccid=TWO, number=OTHER_NUMBER)
        + ROW.format(n=1, id=3, slot=-1, iccid="8931440000000000007", number="")
        + ROW.format(n=2, id=9, slot=0, iccid=ONE, number=OWN)
    )
    found = read_cards(answers(info, "defaultSmsSubId=9\n", "LOADED,LOADED\n"))
    assert [(card.slot, card.subscription, card.sim.iccid) for card in found.all] == [
        (0, 9, ONE),
        (1, 4, TWO),
    ]
    assert not any(card.sim.alone for card in found.all)
    assert found.sends_by == 9


def test_a_phone_that_hides_its_list_tells_the_subscriptions_in_its_dump() -> None:
    """The dump masks the ids of the cards."""
    dump = MASKED.format(id=5, slot=0) + MASKED.format(id=6, slot=1)
    found = read_cards(answers("SecurityException: Permission Denial", dump, "READY,READY"))
    assert [(card.subscription, card.sim.iccid) for card in found.all] == [(5, None), (6, None)]


@pytest.mark.parametrize(
    ("state", "slots"),
    [("LOADED,ABSENT", [0]), ("ABSENT,LOADED", [1]), ("LOADED", [0]), ("ABSENT", []), ("\n", [])],
)
def test_a_slot_without_a_card_counts_for_nothing(state: str, slots: list[int]) -> None:
    found = read_cards(answers("No result found.", "", state))
    assert [card.slot for card in found.all] == slots
    assert all(card.sim.alone for card in found.all)


def test_a_card_that_was_taken_out_is_missed_in_its_own_slot() -> None:
    assert is_taken_out("ABSENT,LOADED", 0)
    assert not is_taken_out("ABSENT,LOADED", 1)
    assert is_taken_out("LOADED", 1)
