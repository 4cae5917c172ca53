"""Dialogs in the way: nags are put away, rules obeyed, and what nobody knows stops the attempt."""

from dataclasses import replace
from pathlib import Path

import pytest

from appliance.channels import Channel
from appliance.devices.recording import Recording
from appliance.errors import LineStopped, Transient
from appliance.screen_rules import ScreenButton, ScreenRule
from tests.devices.phone.driver_kit import ANNA, Desk
from tests.devices.phone.screens import N, xml

LATER = ScreenRule(
    id="rule-1",
    package="com.whatsapp",
    ids=frozenset({"android:id/message", "android:id/button2"}),
    phrase="je nevelkaart",
    press=ScreenButton(id="android:id/button2", text="Later"),
)
SHARE = replace(LATER, press=ScreenButton(id="android:id/button1", text="Delen"))
STOP = replace(LATER, press=None)


def test_a_nag_is_put_away_and_the_message_leaves(desk: Desk) -> None:
    """It lies over the chat, where it would get the tap on Send; its use is noted."""
    desk.world.fault("backup-offered")
    desk.send("Dag")
    assert desk.world.truth() == ["Dag"]
    assert desk.recorder.uses == ["nag:gdrive_new_user_setup_not_now_btn"]


def test_an_unknown_dialog_stops_the_attempt_and_is_shown_to_a_person(desk: Desk) -> None:
    """With picture and hierarchy, and without a tap."""
    desk.world.fault("unknown-dialog")
    attempt = desk.attempt("Dag")
    with pytest.raises(Transient):
        desk.driver.send(attempt)
    (shown,) = desk.recorder.unknown
    assert "nevelkaart" in shown.text
    assert [button.text for button in shown.buttons] == ["Delen", "Later"]
    assert shown.attempt_id == attempt.outgoing.attempt_id
    assert sorted(shown.files) == attempt.files("*-1.*")
    assert desk.world.handset.taps == 0
    assert desk.world.truth() == []


def test_a_rule_made_of_it_lets_the_message_leave(desk: Desk) -> None:
    desk.recorder.rules = [LATER]
    desk.world.fault("unknown-dialog")
    desk.send("Dag")
    assert desk.world.truth() == ["Dag"]
    assert desk.recorder.uses == ["rule-1"]
    assert desk.recorder.unknown == []


def test_a_rule_may_stop_the_line(desk: Desk) -> None:
    desk.recorder.rules = [STOP]
    desk.world.fault("unknown-dialog")
    with pytest.raises(LineStopped):
        desk.send("Dag")
    assert desk.world.handset.taps == 0


@pytest.mark.parametrize(
    "rule",
    [
        SHARE,
        replace(LATER, phrase="iets anders"),
        replace(LATER, press=ScreenButton(id="android:id/button2", text="Annuleren")),
        replace(LATER, most_an_hour=0),
    ],
    ids=["presses what shares", "other words", "other button", "used up"],
)
def test_a_rule_that_may_not_act_taps_nothing(desk: Desk, rule: ScreenRule) -> None:
    """The screen is then one that nobody knows."""
    desk.recorder.rules = [rule]
    desk.world.fault("unknown-dialog")
    with pytest.raises(Transient):
        desk.send("Dag")
    assert desk.world.handset.taps == 0
    assert len(desk.recorder.unknown) == 1


@pytest.mark.parametrize("stop", ["banned", "unregistered"])
def test_no_rule_acts_on_a_page_that_stops_the_line(desk: Desk, stop: str) -> None:
    """One page is known by its words and one only by its activity."""
    words = {"banned": ("Uitgesloten", "Hulp"), "unregistered": ("Nummer", "Volgende")}
    phrase, button = words[stop]
    rid = {"banned": "com.whatsapp:id/action_button", "unregistered": "com.whatsapp:id/button"}
    press = ScreenButton(id=rid[stop], text=button)
    desk.recorder.rules = [
        replace(LATER, ids=frozenset({press.id}), phrase=phrase, press=press),
    ]
    desk.world.fault(stop)
    with pytest.raises(LineStopped):
        desk.send("Dag")
    assert desk.world.handset.taps == 0
    assert desk.recorder.uses == []


def test_an_unknown_dialog_of_android_is_shown_too(desk: Desk, tmp_path: Path) -> None:
    """Over the app for SMS, as a phone in a branch showed it; its buttons have no ids."""
    button = N("android.widget.Button", text="Begrepen", clickable=True, box=(0, 800, 720, 900))
    title = N("android.widget.TextView", "android:id/alertTitle", "Je telefoon is nu sneller")
    dialog = N("android.widget.FrameLayout", kids=(title, button))
    taken = Recording(manifest={}, files={"hierarchy.xml": xml(dialog, package="android").encode()})
    file = tmp_path / "field.zip"
    file.write_bytes(taken.packed(version="1"))
    desk.world.inject(kind="recording", file=str(file))
    with pytest.raises(Transient):
        desk.send("Dag", channel=Channel.SMS)
    (shown,) = desk.recorder.unknown
    assert (shown.package, shown.text) == ("android", "Je telefoon is nu sneller\nBegrepen")
    assert shown.ids == {"android:id/alertTitle", "Button"}
    rule = replace(LATER, package="android", ids=shown.ids, phrase="nu sneller")
    desk.recorder.rules = [replace(rule, press=shown.buttons[0])]
    with pytest.raises(Transient):
        desk.send("Dag", channel=Channel.SMS)
    assert desk.recorder.uses == ["rule-1"]
    assert desk.world.handset.taps == 1


def test_a_dialog_that_stays_is_pressed_once(desk: Desk) -> None:
    """Then a person has to look; nothing of the message is in doubt."""
    desk.recorder.rules = [LATER]
    desk.world.fault("unknown-dialog")
    desk.world.fault("tap-lost", times=None)
    with pytest.raises(Transient):
        desk.send("Dag", to=ANNA)
    assert desk.world.truth() == []
    assert desk.recorder.uses == ["rule-1"]
    assert len(desk.recorder.unknown) == 1


def test_what_goes_on_behind_a_dialog_does_not_make_it_another(desk: Desk) -> None:
    """The chat under it opens, a message comes: its button is pressed no second time for that."""
    desk.recorder.rules = [LATER]
    desk.recorder.at_use = lambda: desk.world.write(ANNA, "Ben ik morgen ingedeeld?")
    desk.world.fault("unknown-dialog")
    desk.world.fault("tap-lost", times=None)
    with pytest.raises(Transient):
        desk.send("Dag", to=ANNA)
    assert desk.recorder.uses == ["rule-1"]
    assert len(desk.recorder.unknown) == 1
