"""What can be made to go wrong inside the emulated phone, and what has left it then."""

import json
from pathlib import Path

from appliance.emulated.phone.faults import FaultKind
from appliance.emulated.phone.whatsapp.app import OLD_DRAFT
from appliance.emulated.world.truth import Departure, TruthLog
from tests.emulated.handset_rig import ANNA, BRAM, OFFICE, Rig


def test_a_stale_dialog_is_that_of_another_number() -> None:
    """Once; the next link opens its chat."""
    rig = Rig()
    rig.fault(FaultKind.STALE_DIALOG)
    rig.open_chat(ANNA)
    dialog = rig.node("android:id/message").text
    assert dialog == "The phone number +31 6 12340099 isn't on WhatsApp."
    rig.open_chat(ANNA)
    assert rig.texts("conversation_contact_name") == ["+31 6 12345611"]


def test_a_link_may_land_in_somebody_elses_chat() -> None:
    """With the text that was meant for another."""
    rig = Rig()
    rig.whatsapp("Hoi", sender=BRAM)
    rig.fault(FaultKind.WRONG_CHAT)
    rig.open_chat(ANNA, text="geheim")
    assert rig.texts("conversation_contact_name") == ["+31 6 12345612"]
    assert rig.node("entry").text == "geheim"


def test_an_opened_chat_may_hold_an_old_draft() -> None:
    """Whatever the link says."""
    rig = Rig()
    rig.fault(FaultKind.OLD_DRAFT)
    rig.open_chat(ANNA, text="nieuw")
    assert rig.node("entry").text == OLD_DRAFT


def test_a_lost_tap_does_nothing_once() -> None:
    """It is counted, acknowledged, and without effect."""
    rig = Rig()
    rig.open_chat(ANNA)
    rig.write("Hoi")
    rig.fault(FaultKind.TAP_LOST, method="send")
    rig.tap("entry")
    rig.tap("send")
    rig.timers.advance(s=10)
    assert (rig.left(), rig.node("entry").text) == ([], "Hoi")
    rig.tap("send")
    rig.timers.advance(s=10)
    assert [departure.text for departure in rig.left()] == ["Hoi"]
    assert rig.phone.tapped == ["entry", "send", "send"]


def test_a_pending_message_has_not_left_until_the_fault_is_lifted() -> None:
    """Then it leaves, once, and only then it stands in the truth log."""
    rig = Rig()
    rig.fault(FaultKind.TICK_PENDING, times=None)
    rig.send("een")
    rig.send("twee")
    rig.timers.advance(s=3600)
    assert rig.left() == []
    assert {node.content_desc for node in rig.nodes("status")} == {"Pending"}
    rig.phone.lift(FaultKind.TICK_PENDING)
    assert [departure.text for departure in rig.left()] == ["een", "twee"]
    assert {d.at_ms for d in rig.left()} == {rig.timers.now_ms()}
    rig.phone.lift(FaultKind.TICK_PENDING)
    rig.timers.advance(s=10)
    assert len(rig.left()) == 2
    assert {node.content_desc for node in rig.nodes("status")} == {"Delivered"}


def test_the_ban_shows_instead_of_anything_else() -> None:
    """Nothing can be sent and nothing arrives until it is lifted."""
    rig = Rig()
    rig.fault(FaultKind.BANNED)
    rig.whatsapp("Hoi")
    rig.open_chat(ANNA)
    assert rig.phone.front.activity() == "com.whatsapp.userban.ui.BanAppealActivity"
    assert rig.texts("heading") == ["This account cannot use WhatsApp"]
    assert not rig.nodes("entry")
    assert rig.phone.shade.posted == {}
    rig.phone.lift(FaultKind.BANNED)
    assert rig.texts("message_text") == ["Hoi"]


def test_an_unknown_dialog_takes_all_taps() -> None:
    """It lies over the chat, and neither its buttons nor back make it go."""
    rig = Rig()
    rig.open_chat(ANNA)
    rig.write("Hoi")
    rig.fault(FaultKind.UNKNOWN_DIALOG)
    rig.tap("android:id/button1")
    rig.tap("send")
    rig.phone.press_key("back")
    assert rig.nodes("android:id/message")
    rig.timers.advance(s=10)
    assert rig.left() == []
    rig.phone.lift(FaultKind.UNKNOWN_DIALOG)
    assert rig.node("entry").text == "Hoi"


def test_a_message_under_the_unknown_dialog_stays_unread() -> None:
    """Nobody sees the chat below."""
    rig = Rig()
    rig.open_chat(ANNA)
    rig.fault(FaultKind.UNKNOWN_DIALOG)
    rig.whatsapp("Hoi")
    assert rig.phone.shade.posted


def test_after_a_restart_apps_receive_nothing_until_the_unlock() -> None:
    """Messages wait in the network, both channels, and arrive when the PIN is there."""
    rig = Rig()
    rig.whatsapp("voor de herstart")
    rig.phone.power_off()
    rig.whatsapp("tijdens")
    rig.phone.power_on()
    rig.sms("daarna")
    assert rig.network.waiting(OFFICE) == 2
    assert rig.phone.shade.posted == {}
    assert rig.sh("content query --uri content://sms").stdout == "No result found.\n"
    link = "am start -a android.intent.action.VIEW -d https://wa.me/31612345611 -p com.whatsapp"
    assert rig.sh(link).stderr.startswith("Error: Activity not started, unable to resolve")
    rig.sh("wm dismiss-keyguard")
    assert not rig.phone.apps_run
    rig.phone.unlock()
    assert rig.network.waiting(OFFICE) == 0
    dump = rig.shade()
    assert "android.messages=Parcelable[] (2)" in dump
    assert "android.text=String (daarna)" in dump


def test_the_pin_opens_a_locked_phone() -> None:
    """Wake, dismiss, type, enter; a wrong one does not."""
    rig = Rig()
    rig.phone.power_off()
    rig.phone.power_on()
    for pin, opened in (("0000", False), ("1234", True)):
        rig.sh("input keyevent KEYCODE_WAKEUP")
        rig.sh("wm dismiss-keyguard")
        rig.sh(f"input text {pin}")
        rig.sh("input keyevent KEYCODE_ENTER")
        assert rig.phone.apps_run is opened


def test_what_is_typed_when_the_power_goes_leaves_after_the_restart() -> None:
    """A message that is pending when the phone goes off leaves once, later."""
    rig = Rig()
    rig.send("Hoi")
    rig.phone.power_off()
    rig.timers.advance(s=60)
    assert rig.left() == []
    rig.phone.power_on()
    rig.phone.unlock()
    assert [departure.text for departure in rig.left()] == ["Hoi"]


def test_the_truth_is_written_when_the_network_takes_the_message() -> None:
    """Not at the tap; once; with the moment of leaving."""
    rig = Rig()
    rig.send("Hoi\n👋")
    assert rig.left() == []
    tapped_ms = rig.timers.now_ms()
    rig.timers.advance(s=60)
    assert rig.left() == [
        Departure(
            at_ms=tapped_ms + 150,
            phone=OFFICE,
            number=OFFICE,
            channel="whatsapp",
            to=ANNA,
            text="Hoi\n👋",
            id="m000001",
        )
    ]


def test_the_truth_file_has_one_line_a_message(tmp_path: Path) -> None:
    """JSON without `parts` for WhatsApp; line breaks in texts are escaped."""
    truth = TruthLog(tmp_path / "truth.jsonl")
    departure = Departure(
        at_ms=1, phone="p", number=OFFICE, channel="whatsapp", to=ANNA, text="a\nb", id="x"
    )
    truth.record(departure)
    truth.record(departure)
    truth.close()
    lines = (tmp_path / "truth.jsonl").read_text().splitlines()
    assert len(lines) == 2
    assert json.loads(lines[0]) == {
        "at_ms": 1,
        "phone": "p",
        "number": OFFICE,
        "channel": "whatsapp",
        "to": ANNA,
        "text": "a\nb",
        "id": "x",
    }
    assert truth.items(since_ms=2) == []
