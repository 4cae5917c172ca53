"""The thread of one number in each SMS app, and Android's questions about an SMS."""

import json

import pytest

from appliance.channels import Channel
from appliance.devices.phone.adb.calls import Output
from appliance.devices.phone.contacts import Contacts
from appliance.devices.phone.screen import read_screen
from appliance.devices.phone.session import ServerSession
from appliance.devices.phone.sms.question import SmsQuestion, question_on
from appliance.devices.phone.sms.thread_screen import Thread, read_thread
from appliance.emulated.phone.sms.screens import SmsGeneration
from appliance.emulated.phone.spec import PhoneSpec
from appliance.errors import Permanent
from tests.devices.phone.driver_kit import ANNA, OWN, Desk
from tests.devices.phone.screens import N, dump, system_dialog, xml

SAMSUNG = "com.samsung.android.messaging"
AOSP = "com.android.messaging"
SHOWN = "+31 6 87654321"
OTHER = "+31 6 11111111"
TEXT = "android.widget.TextView"


def thread(package: str, *views: N) -> Thread:
    window = N("android.widget.FrameLayout", kids=views)
    found = read_thread(read_screen(xml(window, package=package)), package)
    assert found is not None
    return found


def samsung(*titles: tuple[str, str], text: str = "Dag") -> Thread:
    send = N(
        "android.widget.ImageButton", "send_button", "", "Verzenden", box=(600, 1500, 700, 1600)
    )
    return thread(
        SAMSUNG,
        *(N(TEXT, rid, words) for rid, words in titles),
        N("android.widget.EditText", "message_edit_text", text),
        N("android.widget.FrameLayout", "send_button_container", kids=(send,)),
    )


def contacts(**names: str) -> Contacts:
    """A phone book that is never asked: what it knows stands there for a while."""
    book = Contacts(ServerSession("nobody"))
    for digits, name in names.items():
        row = f"Row: 0 display_name={name}\n"
        book.answered(f"+{digits.removeprefix('n')}", Output(text=row, status=0))
    return book


ANNA_IN_BOOK = {"n31687654321": "Anna"}


def test_samsungs_thread_is_read_by_its_own_ids() -> None:
    seen = samsung(("composer_title", SHOWN))
    assert seen.entry_id == f"{SAMSUNG}:id/message_edit_text"
    assert seen.send == (650, 1550)
    assert seen.holds("Dag")
    assert seen.is_with(ANNA, contacts())


@pytest.mark.parametrize("below", ["composer_title_number", "composer_title_number_sub"])
def test_the_number_below_a_name_decides(below: str) -> None:
    """Several people may have one name; a number is unique."""
    book = contacts(**ANNA_IN_BOOK)
    assert samsung(("composer_title", "Anna"), (below, SHOWN)).is_with(ANNA, book)
    assert not samsung(("composer_title", "Anna"), (below, OTHER)).is_with(ANNA, book)
    assert samsung(("composer_title", "Anna")).is_with(ANNA, book)


def test_aosps_thread_is_read_by_its_own_ids() -> None:
    send = N("android.widget.ImageButton", "send_message_button", box=(600, 1500, 700, 1600))
    title = N(TEXT, "conversation_title", SHOWN)
    entry = N("android.widget.EditText", "compose_message_text", "Dag")
    written = thread(AOSP, title, entry, send)
    empty = thread(AOSP, title, entry, N("android.widget.ImageView", "self_send_icon"))
    assert written.is_with(ANNA, contacts())
    assert written.send == (650, 1550)
    assert empty.send is None


def asked(
    *buttons: tuple[str, str], message: str, rid: str = "android:id/message"
) -> SmsQuestion | None:
    words = N(TEXT, rid, message)
    window = system_dialog("SMS", *buttons)
    whole = N(window.cls, kids=(*window.kids, words))
    return question_on(read_screen(dump(("com.android.phone", whole))))


YES_NO = (("android:id/button2", "Weigeren"), ("android:id/button1", "Toestaan"))
SHORT_CODE_ID = "android:id/sms_short_code_confirm_message"


@pytest.mark.parametrize(
    ("message", "question"),
    [
        ("Messages is sending a large number of SMS messages. Allow?", SmsQuestion.LIMIT),
        (
            "Berichten verzendt moment een groot aantal sms-berichten. Mag \u200b\u200bdat?",
            SmsQuestion.LIMIT,
        ),
        ("Messages sendet eine große Anzahl SMS.", SmsQuestion.LIMIT),
        ("Messages çok sayıda SMS iletisi gönderiyor.", SmsQuestion.LIMIT),
        ("Aplikacja Messages wysyła wiele SMS-ów.", SmsQuestion.LIMIT),
        ("Messages would like to send a message to 3010.", SmsQuestion.SHORT_CODE),
        ("Berichten wil graag een bericht verzenden naar \u200b3010.", SmsQuestion.SHORT_CODE),
        ("Oproepdoorschakeling aan?", SmsQuestion.OTHER),
    ],
)
def test_what_the_phone_asks_about_an_sms_is_told_apart(
    message: str, question: SmsQuestion
) -> None:
    """The words show what it asks about; its process and buttons show that it asks."""
    assert asked(*YES_NO, message=message) is question


def test_a_short_code_is_known_by_its_id_in_any_language() -> None:
    assert asked(*YES_NO, message="3010?", rid=SHORT_CODE_ID) is SmsQuestion.SHORT_CODE


def test_what_has_no_two_buttons_asks_nothing() -> None:
    assert asked(YES_NO[1], message="Verzonden") is None


def test_dots_stand_for_emoji_in_a_saved_name() -> None:
    """A dump shows two dots for each character beyond the basic plane."""
    book = contacts(n31687654321="Anna \U0001f477\U0001f3fd")
    assert book.bears(ANNA, "Anna ....")
    assert book.bears(ANNA, "\u200eAnna ....")
    assert book.number_of("Anna ....") == "31687654321"
    book.learn("+31687654322", "Bea \U0001f33b")
    assert book.number_of("Bea ..") == "31687654322"


def test_names_that_only_emoji_tell_apart_prove_nothing() -> None:
    book = contacts(n31687654321="Anna \U0001f477", n31687654322="Anna \U0001f33b")
    assert not book.bears(ANNA, "Anna ..")
    assert book.number_of("Anna ..") is None


# On a phone


def spec(generation: SmsGeneration) -> PhoneSpec:
    return PhoneSpec(number=OWN, lookup_ms=40, sms=generation, contacts={ANNA: "Anna \U0001f477"})


@pytest.mark.parametrize(
    "spec",
    [spec(SmsGeneration.SAMSUNG), spec(SmsGeneration.AOSP)],
    ids=["samsung", "aosp"],
    indirect=True,
)
def test_an_sms_leaves_by_each_app_to_somebody_with_an_emoji_in_the_name(desk: Desk) -> None:
    desk.send("Dag", channel=Channel.SMS)
    assert desk.world.truth("sms") == ["Dag"]


@pytest.mark.parametrize("spec", [spec(SmsGeneration.VIEWS)], ids=["saved"], indirect=True)
def test_somebody_with_an_emoji_in_the_name_is_answered(desk: Desk) -> None:
    """The chat shows the name alone, with dots for its emoji."""
    desk.world.write(ANNA, "Hoi")
    desk.driver.receive()
    desk.send("Dag")
    assert desk.world.truth() == ["Dag"]


def test_a_number_that_may_cost_money_gets_nothing(desk: Desk) -> None:
    """Android asks; Balie says no, and does not try again."""
    desk.world.fault("short-code-asked")
    with pytest.raises(Permanent) as caught:
        desk.send("Dag", channel=Channel.SMS)
    assert caught.value.evidence["declined"] == "short code"
    assert json.dumps(caught.value.evidence).count("Dag") == 0
    assert desk.world.truth() == []
