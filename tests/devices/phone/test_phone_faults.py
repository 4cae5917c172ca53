"""Whatever fails at the phone, a message leaves once or not at all, and Balie knows which."""

from contextlib import suppress

import pytest

from appliance.channels import Channel
from appliance.devices.protocol import DeviceState, Finding, Tick
from appliance.errors import DeviceError, LineStopped, Transient, Unconfirmed
from appliance.reasons import Reason
from tests.devices.phone.driver_kit import ANNA, BEA, Desk
from tests.emulated.phone_bench import eventually

WIRE_FAULTS = ["http-500-after-acting", "never-answers", "late-answer", "stream-cut"]
CALLS = ["click", "dumpWindowHierarchy", "setText", "shell"]
# A shell command has no HTTP status that could be wrong.
SPOILT = [
    (fault, method)
    for fault in WIRE_FAULTS
    for method in CALLS
    if (fault, method) != ("http-500-after-acting", "shell")
]


@pytest.mark.parametrize(("fault", "method"), SPOILT)
def test_a_spoilt_answer_neither_loses_nor_doubles(desk: Desk, fault: str, method: str) -> None:
    """The phone acts, and then answers wrongly, late, half or never, at any call of a send."""
    desk.world.fault(fault, method=method, seconds=1.2)
    outcomes = desk.carry(desk.attempt("Dag"))
    assert outcomes[-1] in {"sent", "present"}, outcomes
    assert desk.world.truth() == ["Dag"]


@pytest.mark.parametrize("fault", WIRE_FAULTS)
def test_a_tap_is_sent_to_the_phone_once(desk: Desk, fault: str) -> None:
    """Not even an error after the tap makes a second tap."""
    desk.world.fault(fault, method="click", seconds=1.2)
    desk.carry(desk.attempt("Dag"))
    assert desk.world.traffic.rpc_calls["click"] == 1


@pytest.mark.parametrize("fault", WIRE_FAULTS)
def test_an_sms_with_a_spoilt_tap_leaves_once(desk: Desk, fault: str) -> None:
    desk.world.fault(fault, method="click", seconds=1.2)
    outcomes = desk.carry(desk.attempt("Dag", channel=Channel.SMS))
    assert outcomes[-1] in {"sent", "present"}, outcomes
    assert desk.world.truth("sms") == ["Dag"]


@pytest.mark.parametrize("fault", ["never-answers", "stream-cut"])
def test_a_spoilt_dump_of_notifications_loses_nothing(desk: Desk, fault: str) -> None:
    """It is asked for again."""
    desk.world.fault(fault, method="shell")
    desk.world.write(ANNA, "Hoi")
    assert eventually(lambda: _received(desk))
    assert desk.recorder.texts() == ["Hoi"]


def _received(desk: Desk) -> bool:
    with suppress(DeviceError):
        desk.driver.receive()
    return bool(desk.recorder.messages)


def test_a_phone_that_goes_before_the_tap_sends_nothing(desk: Desk) -> None:
    attempt = desk.attempt("Dag")
    attempt.before_tap = lambda: desk.world.fault("phone-gone", seconds=1.0)
    outcomes = desk.carry(attempt)
    assert outcomes[-1] in {"sent", "present"}, outcomes
    assert desk.world.truth() == ["Dag"]


@pytest.mark.parametrize("seconds", [0.5, 4.0])
def test_a_phone_that_goes_after_the_tap_is_asked_when_it_is_back(
    desk: Desk, seconds: float
) -> None:
    attempt = desk.attempt("Dag")
    attempt.after_tap = lambda: desk.world.fault("phone-gone", seconds=seconds)
    outcomes = desk.carry(attempt)
    assert outcomes[-1] in {"sent", "present"}, outcomes
    assert desk.world.truth() == ["Dag"]


def test_a_reboot_after_the_tap_is_settled_once_somebody_unlocks(desk: Desk) -> None:
    """A locked phone shows nothing of its chats; Balie does not guess meanwhile."""
    attempt = desk.attempt("Dag")
    attempt.after_tap = lambda: desk.world.fault("reboot", seconds=0.5)
    with pytest.raises(Unconfirmed):
        desk.driver.send(attempt)
    assert eventually(lambda: desk.driver.probe().reason is Reason.LOCKED)
    desk.world.inject(kind="unlock")
    assert eventually(lambda: desk.driver.probe().state is DeviceState.READY)
    assert desk.driver.look(attempt.as_look()).finding is Finding.PRESENT
    assert desk.world.truth() == ["Dag"]


def test_what_was_unread_before_a_reboot_is_received_after_it(desk: Desk) -> None:
    desk.world.write(ANNA, "voor")
    desk.world.fault("reboot", seconds=0.3)
    desk.world.write(BEA, "tijdens")
    assert eventually(lambda: desk.driver.probe().reason is Reason.LOCKED)
    desk.world.inject(kind="unlock")
    assert eventually(lambda: desk.driver.probe().state is DeviceState.READY)
    desk.driver.receive()
    assert sorted(desk.recorder.texts()) == ["tijdens", "voor"]


@pytest.mark.parametrize("moment", ["before", "at the tap", "after"])
def test_the_on_device_server_may_die_at_any_moment(desk: Desk, moment: str) -> None:
    """It is started again; only the tap is not repeated."""
    attempt = desk.attempt("Dag")
    if moment == "before":
        desk.world.fault("server-killed")
    elif moment == "at the tap":
        attempt.before_tap = lambda: desk.world.fault("server-killed")
    else:
        attempt.after_tap = lambda: desk.world.fault("server-killed")
    outcomes = desk.carry(attempt)
    assert outcomes[-1] in {"sent", "present"}, outcomes
    assert desk.world.truth() == ["Dag"]


def test_an_empty_hierarchy_is_looked_at_again(desk: Desk) -> None:
    desk.world.fault("empty-hierarchy", times=3)
    desk.send("Dag")
    assert desk.world.truth() == ["Dag"]


def test_a_dialog_of_another_number_is_closed_and_the_link_tried_again(desk: Desk) -> None:
    """The dialog says nothing about the number of the link."""
    desk.world.fault("stale-dialog")
    desk.send("Dag")
    assert desk.world.truth() == ["Dag"]


def test_a_dialog_of_another_number_that_stays_proves_nothing(desk: Desk) -> None:
    desk.world.fault("stale-dialog", times=None)
    with pytest.raises(Transient):
        desk.send("Dag")
    assert desk.world.truth() == []


def test_a_wrong_chat_is_left_and_the_link_tried_again(desk: Desk) -> None:
    desk.world.write(BEA, "Hoi")
    desk.world.fault("wrong-chat")
    desk.send("Dag")
    (departure,) = desk.world.emulator.truth.items()
    assert ANNA.removeprefix("+") in departure.to


def test_nothing_is_typed_into_a_wrong_chat_that_stays(desk: Desk) -> None:
    desk.world.write(BEA, "Hoi")
    desk.world.fault("wrong-chat", times=None)
    attempt = desk.attempt("Dag")
    with pytest.raises(Transient):
        desk.driver.send(attempt)
    assert desk.world.truth() == []
    assert desk.world.traffic.rpc_calls["setText"] == 0
    assert attempt.files("hierarchy-*.xml")
    assert attempt.files("screen-*.jpg")


def test_an_old_draft_does_not_go_along(desk: Desk) -> None:
    desk.world.write(ANNA, "Hoi")
    desk.world.fault("old-draft")
    desk.send("Dag")
    assert desk.world.truth() == ["Dag"]


def test_a_lost_tap_is_proven_not_sent(desk: Desk) -> None:
    """The text still stands in the entry; the driver removes it, and it may be sent again."""
    desk.world.fault("tap-lost")
    attempt = desk.attempt("Dag")
    with pytest.raises(Transient):
        desk.driver.send(attempt)
    assert desk.world.truth() == []
    assert desk.carry(desk.attempt("Dag")) == ["sent"]
    assert desk.world.truth() == ["Dag"]


def test_a_lost_tap_on_an_sms_is_proven_not_sent(desk: Desk) -> None:
    desk.world.fault("tap-lost")
    assert desk.carry(desk.attempt("Dag", channel=Channel.SMS)) == ["transient", "sent"]
    assert desk.world.truth("sms") == ["Dag"]


def test_a_message_that_stays_pending_is_not_sent_again(desk: Desk) -> None:
    """The row is there but has not left: a look says present, and a later one sent."""
    desk.world.fault("tick-pending")
    attempt = desk.attempt("Dag")
    with pytest.raises(Unconfirmed):
        desk.driver.send(attempt)
    found = desk.driver.look(attempt.as_look())
    assert found.finding is Finding.PRESENT
    assert found.proof is not None
    assert found.proof.tick is Tick.PENDING
    assert desk.world.truth() == []
    desk.world.lift("tick-pending")
    found = desk.driver.look(attempt.as_look())
    assert found.proof is not None
    assert found.proof.tick is not Tick.PENDING
    assert desk.world.truth() == ["Dag"]


def test_an_sms_that_stays_in_the_outbox_is_not_sent_again(desk: Desk) -> None:
    desk.world.fault("tick-pending")
    attempt = desk.attempt("Dag", channel=Channel.SMS)
    with pytest.raises(Unconfirmed):
        desk.driver.send(attempt)
    found = desk.driver.look(attempt.as_look())
    assert found.finding is Finding.PRESENT
    assert found.proof is not None
    assert found.proof.tick is Tick.PENDING
    desk.world.lift("tick-pending")
    assert eventually(lambda: desk.world.truth("sms") == ["Dag"])


def test_a_ban_stops_the_line_and_leaves_sms(desk: Desk) -> None:
    """Nothing is tapped on the ban screen; WhatsApp is back when the screen is gone."""
    desk.world.fault("banned")
    attempt = desk.attempt("Dag")
    with pytest.raises(LineStopped):
        desk.driver.send(attempt)
    assert attempt.files("screen-*.jpg")
    status = desk.driver.probe()
    assert status.reason is Reason.WHATSAPP_STOPPED
    assert status.channels == {Channel.SMS}
    assert desk.send("Dag", channel=Channel.SMS)
    assert desk.world.truth() == ["Dag"]
    assert desk.world.traffic.taps == 1
    desk.world.lift("banned")
    desk.driver._examiner.look_at_stop_at = 0.0
    assert desk.driver.probe().state is DeviceState.READY


def test_an_unknown_dialog_is_shown_to_a_person_not_tapped(desk: Desk) -> None:
    desk.world.fault("unknown-dialog")
    attempt = desk.attempt("Dag")
    with pytest.raises(Transient) as caught:
        desk.driver.send(attempt)
    assert caught.value.evidence["files"] == ["hierarchy-1.xml", "screen-1.jpg"]
    assert desk.world.traffic.taps == 0
    assert desk.world.truth() == []


def test_an_unknown_dialog_after_the_tap_leaves_the_outcome_open(desk: Desk) -> None:
    """It stays open until the dialog is gone; then the chat shows it."""
    attempt = desk.attempt("Dag")
    attempt.after_tap = lambda: desk.world.fault("unknown-dialog")
    with pytest.raises(Unconfirmed) as caught:
        desk.driver.send(attempt)
    assert caught.value.evidence["files"]
    desk.world.lift("unknown-dialog")
    assert desk.driver.look(attempt.as_look()).finding is Finding.PRESENT
    assert desk.world.truth() == ["Dag"]


# A crash of Balie itself


def test_after_a_crash_before_the_tap_the_message_is_absent(desk: Desk) -> None:
    """The baseline was recorded, and the chat has no new row."""
    desk.world.write(ANNA, "Hoi")
    attempt = desk.attempt("Dag")
    attempt.before_tap = _crash
    with pytest.raises(Transient):
        desk.driver.send(attempt)
    assert desk.driver.look(attempt.as_look()).finding is Finding.ABSENT


def test_after_a_crash_behind_the_tap_the_message_is_present(desk: Desk) -> None:
    """It is found among equal rows and answers that came meanwhile."""
    desk.send("Dag")
    attempt = desk.attempt("Dag")
    desk.driver.send(attempt)
    desk.world.write(ANNA, "Hoi terug")
    assert desk.driver.look(attempt.as_look()).finding is Finding.PRESENT
    other = desk.attempt("Dag")
    other.noted = attempt.noted
    assert desk.recorder.texts() == ["Hoi terug"]


def test_without_a_baseline_the_phone_is_not_touched(desk: Desk) -> None:
    before = desk.world.traffic.opens
    assert desk.driver.look(desk.attempt("Dag").as_look()).finding is Finding.ABSENT
    assert desk.world.traffic.opens == before


def test_a_row_that_answers_pushed_away_is_found_further_up(desk: Desk) -> None:
    attempt = desk.attempt("Dag")
    desk.driver.send(attempt)
    for at in range(20):
        desk.world.write(ANNA, f"bericht {at}")
    assert desk.driver.look(attempt.as_look()).finding is Finding.PRESENT
    assert len(desk.recorder.messages) == 20


def test_a_chat_that_has_moved_on_is_left_to_a_person(desk: Desk) -> None:
    """If the rows from before the tap are far away, the chat can be read both ways."""
    attempt = desk.attempt("Dag")
    desk.driver.send(attempt)
    for at in range(120):
        desk.world.write(ANNA, f"bericht {at}")
    desk.world.inject(kind="seen-elsewhere", **{"from": ANNA})
    assert desk.driver.look(attempt.as_look()).finding is Finding.UNCLEAR


def _crash() -> None:
    raise RuntimeError("Balie dies here")


def test_a_chat_that_changed_is_no_proof_that_a_message_left(desk: Desk) -> None:
    """They edit a message, and a person on the phone empties the entry: an older own message with
    the same words stands there as before.
    """
    desk.send("Ja")
    theirs = desk.world.write(ANNA, "Om acht uur?")
    attempt = desk.attempt("Ja")
    attempt.before_tap = lambda: desk.world.fault("tap-lost")

    def meanwhile() -> None:
        desk.world.change(theirs, "edited", "Om negen uur?")
        (chat,) = desk.world.handset.whatsapp.account.chats.values()
        desk.world.on_loop(lambda: setattr(chat, "draft", ""))

    attempt.after_tap = meanwhile
    with pytest.raises(Unconfirmed):
        desk.driver.send(attempt)
    assert desk.world.truth() == ["Ja"]
