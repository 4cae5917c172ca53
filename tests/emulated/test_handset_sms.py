"""The SMS app of the emulated phone and the provider behind it."""

from functools import partial

import pytest

from appliance.emulated.phone.faults import FaultKind
from appliance.emulated.phone.sms.parts import part_count
from appliance.emulated.phone.sms.screens import SmsGeneration
from appliance.emulated.phone.sms.usage import Question, SmsUsage
from tests.emulated.handset_rig import ANNA, OFFICE, Rig

ROWS = "content query --uri content://sms --projection _id:type:status:sub_id:read:body --sort _id"


def types(rig: Rig) -> list[str]:
    lines = rig.sh(
        "content query --uri content://sms --projection type --sort _id"
    ).stdout.splitlines()
    return [line.rpartition("=")[2] for line in lines]


@pytest.mark.parametrize(
    ("generation", "button"),
    [
        (SmsGeneration.VIEWS, "send_message_button_icon"),
        (SmsGeneration.COMPOSE, "Compose:Draft:Send"),
        (SmsGeneration.SAMSUNG, "send_button"),
        (SmsGeneration.AOSP, "send_message_button"),
    ],
)
def test_each_app_sends_by_its_own_button(generation: SmsGeneration, button: str) -> None:
    """The row goes from the outbox to the sent box when the radio has the message."""
    rig = Rig(sms=generation)
    rig.open_sms(ANNA, body="Beste Anna")
    entry = "message_edit_text" if generation is SmsGeneration.SAMSUNG else "compose_message_text"
    assert rig.node(entry).text == "Beste Anna"
    rig.tap(button)
    assert types(rig) == ["4"]
    assert rig.left() == []
    rig.timers.advance(ms=500)
    assert rig.sh(ROWS).stdout == (
        "Row: 0 _id=1, type=2, status=-1, sub_id=1, read=1, body=Beste Anna\n"
    )
    departure = rig.left()[0]
    assert (departure.channel, departure.to, departure.parts) == ("sms", ANNA, 1)
    assert "parts" in departure.as_json()


def test_the_compose_button_is_a_child_of_its_tag() -> None:
    """The tag is a resource id without a package; what is tapped is the button in it."""
    rig = Rig()
    rig.open_sms(ANNA)
    assert rig.node("compose_message_text").text == "Text message"
    assert not rig.nodes("Compose:Draft:Send")
    rig.phone.set_text(rig.node("compose_message_text"), "Hoi")
    tag = rig.node("Compose:Draft:Send")
    assert [child.cls for child in tag.children] == ["android.widget.Button"]
    assert not tag.clickable


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("👍" * 35, 1),
        ("👍" * 36, 2),
        ("a" * 459, 3),
    ],
)
def test_a_long_text_goes_in_parts(text: str, parts: int) -> None:
    """160 septets or 70 UCS-2 units alone, 153 or 67 in a row; it is one line in the truth."""
    assert part_count(text) == parts


def test_the_truth_has_one_line_for_all_parts() -> None:
    """And the text is whole."""
    rig = Rig()
    rig.open_sms(ANNA, body="a" * 459)
    rig.tap("Compose:Draft:Send")
    rig.timers.advance(s=5)
    assert [(d.text, d.parts) for d in rig.left()] == [("a" * 459, 3)]


def test_without_a_sim_or_a_network_the_message_fails() -> None:
    """The row ends as failed and nothing has left."""
    rig = Rig()
    rig.phone.plug_sim(None)
    rig.open_sms(ANNA, body="Hoi")
    rig.tap("Compose:Draft:Send")
    rig.timers.advance(s=10)
    assert types(rig) == ["5"]
    assert rig.left() == []


def send_sms(rig: Rig, text: str) -> None:
    rig.open_sms(ANNA, body=text)
    rig.tap("Compose:Draft:Send")
    rig.timers.advance(s=2)


def start_with(rig: Rig, parts: int, interval_ms: int) -> None:
    rig.sh(f"settings put global sms_outgoing_check_max_count {parts}")
    rig.sh(f"settings put global sms_outgoing_check_interval_ms {interval_ms}")
    rig.phone.sms_usage.start()


def test_beyond_its_limit_android_asks_the_owner() -> None:
    """A dialog of the phone process lies over the app, and the row stays in the outbox."""
    rig = Rig()
    start_with(rig, 2, 600_000)
    for text in ("een", "twee", "drie"):
        send_sms(rig, text)
    assert types(rig) == ["2", "2", "4"]
    assert rig.node("alertTitle").text == "Sending SMS messages"
    assert rig.node("alertTitle").package == "com.android.phone"
    assert [each.text for each in rig.left()] == ["een", "twee"]


@pytest.mark.parametrize(("answer", "box"), [("button1", "2"), ("button2", "5"), ("back", "5")])
def test_the_owner_s_answer_decides(answer: str, box: str) -> None:
    """Allowed it leaves and counts no further; denied, or left by Back, it has failed."""
    rig = Rig()
    start_with(rig, 1, 600_000)
    send_sms(rig, "een")
    send_sms(rig, "twee")
    if answer == "back":
        rig.phone.press_key("back")
    else:
        rig.tap(answer)
    rig.timers.advance(s=2)
    assert types(rig) == ["2", box]
    assert rig.nodes("alertTitle") == []


def test_parts_count_and_the_window_slides() -> None:
    """Three parts fill a limit of three until the window has passed over them."""
    rig = Rig()
    start_with(rig, 3, 60_000)
    send_sms(rig, "a" * 459)
    rig.timers.advance(s=60)
    send_sms(rig, "a")
    assert types(rig) == ["2", "2"]


def test_five_questions_are_the_most() -> None:
    """The sixth is denied without being asked."""
    denied: list[int] = []
    usage = SmsUsage({})
    for place in range(6):
        allow, deny = partial(denied.append, -1), partial(denied.append, place)
        usage.ask(Question(app="Messages", allow=allow, deny=deny))
    assert (len(usage.questions), denied) == (5, [5])


def test_a_new_setting_holds_from_the_next_start() -> None:
    """Android reads it once; without one it lets 30 parts through in a minute."""
    rig = Rig()
    assert rig.sh("settings get global sms_outgoing_check_max_count").stdout == "null\n"
    assert (rig.phone.sms_usage.parts, rig.phone.sms_usage.window_ms) == (30, 60_000)
    rig.sh("settings put global sms_outgoing_check_max_count 5")
    assert rig.sh("settings get global sms_outgoing_check_max_count").stdout == "5\n"
    assert rig.phone.sms_usage.parts == 30
    rig.phone.power_off()
    rig.phone.power_on()
    assert rig.phone.sms_usage.parts == 5


def test_a_held_message_stays_in_the_outbox_until_it_is_lifted() -> None:
    """The tick fault holds SMS too."""
    rig = Rig()
    rig.fault(FaultKind.TICK_PENDING, times=None)
    rig.open_sms(ANNA, body="Hoi")
    rig.tap("Compose:Draft:Send")
    rig.timers.advance(s=600)
    assert (types(rig), rig.left()) == (["4"], [])
    rig.phone.lift(FaultKind.TICK_PENDING)
    assert types(rig) == ["2"]
    assert len(rig.left()) == 1


def test_opening_a_thread_marks_its_rows_read() -> None:
    """In the provider and in the shade."""
    rig = Rig()
    rig.sms("Hoi")
    rig.sms("Bericht van KPN", sender="KPN")
    rig.open_sms(ANNA)
    query = "content query --uri content://sms --projection address:read:seen --sort _id"
    assert rig.sh(query).stdout == (
        "Row: 0 address=+31612345611, read=1, seen=1\nRow: 1 address=KPN, read=0, seen=0\n"
    )
    assert len(rig.phone.shade.posted) == 1


def test_a_number_in_national_spelling_is_the_same_thread() -> None:
    """`smsto:` and national numbers lead to the contact's thread."""
    rig = Rig()
    rig.sms("Hoi")
    rig.sh("am start -a android.intent.action.SENDTO -d smsto:0612345611")
    assert rig.texts("message_text") == ["Hoi"]


def test_phones_of_the_same_world_reach_each_other() -> None:
    """What one phone sends is in the other's inbox."""
    rig = Rig()
    other = rig.add_phone(number="+31612345602")
    rig.open_sms("+31612345602", body="Hoi collega")
    rig.tap("Compose:Draft:Send")
    rig.timers.advance(s=1)
    rig.phone = other
    assert (
        "address=+31612345601, read=0, type=1"
        in rig.sh("content query --uri content://sms/inbox --projection address:read:type").stdout
    )
    assert rig.left()[0].number == OFFICE
