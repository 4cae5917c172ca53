"""A phone whose WhatsApp does not go on, or over which Android shows a window."""

import pytest

from appliance.channels import Channel
from appliance.devices.protocol import DeviceState
from appliance.errors import LineStopped, NotOnChannel, Transient
from appliance.reasons import Reason
from tests.devices.phone.conftest import OLDER_DUTCH, RECENT_ENGLISH
from tests.devices.phone.driver_kit import Desk

STOPS = ["banned", "banned-for-a-time", "logged-out", "expired"]


def refused(desk: Desk, fault: str) -> None:
    desk.world.fault(fault)
    with pytest.raises(LineStopped):
        desk.send("Dag")
    status = desk.driver.probe()
    assert status.reason is Reason.WHATSAPP_STOPPED
    assert status.channels == {Channel.SMS}
    assert desk.world.traffic.taps == 0
    assert desk.world.truth() == []


@pytest.mark.parametrize("fault", [*STOPS, "unregistered"])
def test_what_closes_an_account_stops_the_line(desk: Desk, fault: str) -> None:
    """It is known by its words, its ids, or the name of its activity; nothing is tapped there."""
    refused(desk, fault)


@pytest.mark.parametrize("spec", [OLDER_DUTCH, RECENT_ENGLISH], ids=["u", "you"], indirect=True)
@pytest.mark.parametrize("fault", STOPS)
def test_it_is_known_in_every_language_and_generation(desk: Desk, fault: str) -> None:
    refused(desk, fault)


def test_what_was_known_by_its_activity_stands_until_whatsapp_shows_its_chats(desk: Desk) -> None:
    """A page with nothing known does not show that the ban is over."""
    refused(desk, "unregistered")
    desk.driver._examiner.look_at_stop_at = 0.0
    assert desk.driver.probe().reason is Reason.WHATSAPP_STOPPED
    desk.world.lift("unregistered")
    desk.driver._examiner.look_at_stop_at = 0.0
    assert desk.driver.probe().state is DeviceState.READY


def test_a_ban_in_front_is_seen_before_anything_is_sent(desk: Desk) -> None:
    """The examination of each minute reads the activity anyway."""
    desk.world.fault("banned")
    handset = desk.world.handset
    desk.world.on_loop(lambda: handset.bring(handset.whatsapp))
    assert desk.driver.probe().reason is Reason.WHATSAPP_STOPPED


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("clock-wrong", Reason.PHONE_CLOCK), ("storage-full", Reason.PHONE_STORAGE)],
)
def test_a_phone_in_trouble_does_not_stop_its_line(desk: Desk, fault: str, reason: Reason) -> None:
    """SMS goes on over it, and WhatsApp after somebody has put it right."""
    desk.world.fault(fault)
    with pytest.raises(Transient):
        desk.send("Dag")
    status = desk.driver.probe()
    assert (status.state, status.reason) == (DeviceState.DEGRADED, reason)
    assert status.channels == {Channel.SMS}
    desk.world.lift(fault)
    desk.driver._examiner.look_at_stop_at = 0.0
    assert desk.driver.probe().state is DeviceState.READY
    assert desk.send("Dag")


@pytest.mark.parametrize("channel", [Channel.WHATSAPP, Channel.SMS])
@pytest.mark.parametrize(
    ("fault", "tapped"), [("app-crashed", "aerr_close"), ("app-hangs", "aerr_wait")]
)
def test_an_app_that_fails_is_let_go_on_and_the_message_tried_again(
    desk: Desk, fault: str, tapped: str, channel: Channel
) -> None:
    """Only the button that decides nothing is tapped."""
    desk.world.fault(fault)
    with pytest.raises(Transient):
        desk.send("Dag", channel=channel)
    assert desk.world.handset.tapped == [tapped]
    assert desk.send("Dag", channel=channel)
    assert desk.world.truth() == ["Dag"]


@pytest.mark.parametrize("channel", [Channel.WHATSAPP, Channel.SMS])
@pytest.mark.parametrize("fault", ["permission-asked", "usb-asked"])
def test_what_the_owner_is_asked_the_owner_answers(
    desk: Desk, fault: str, channel: Channel
) -> None:
    """Nothing is typed or tapped below it, and a picture of it is kept."""
    desk.world.fault(fault)
    attempt = desk.attempt("Dag", channel=channel)
    with pytest.raises(Transient):
        desk.driver.send(attempt)
    assert attempt.files("screen-*.jpg")
    assert desk.world.traffic.taps == 0
    assert desk.world.traffic.rpc_calls["setText"] == 0
    assert desk.world.truth() == []


def test_a_number_that_whatsapp_never_takes_is_not_tried_for_ever(desk: Desk) -> None:
    """It takes the next route, like a number without WhatsApp."""
    desk.world.fault("bad-number")
    with pytest.raises(NotOnChannel) as caught:
        desk.send("Dag")
    assert caught.value.evidence["dialog"] == "bad-number"


def test_a_dialog_that_names_no_number_may_be_an_old_one(desk: Desk) -> None:
    """The link is tried once more; only after that the dialog counts."""
    desk.world.fault("bad-link")
    assert desk.send("Dag")
    desk.world.fault("bad-link", times=None)
    with pytest.raises(NotOnChannel):
        desk.send("Dag")


@pytest.mark.parametrize("spec", [OLDER_DUTCH, RECENT_ENGLISH], ids=["u", "you"], indirect=True)
def test_a_look_up_that_fails_is_tried_again_later(desk: Desk) -> None:
    """The failure says nothing about the number; neither does a phone without internet."""
    desk.world.fault("lookup-failed")
    with pytest.raises(Transient) as failed:
        desk.send("Dag")
    assert failed.value.evidence["dialog"] == "lookup-failed"
    desk.world.inject(kind="radio", on=False)
    with pytest.raises(Transient) as offline:
        desk.send("Dag")
    assert offline.value.evidence["dialog"] == "no-internet"
    desk.world.inject(kind="radio", on=True)
    assert desk.send("Dag")
