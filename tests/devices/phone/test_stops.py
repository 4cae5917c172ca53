"""Pages at which WhatsApp stops, in the words of releases from 2017 to 2025."""

import pytest

from appliance.devices.phone.screen import read_screen
from appliance.devices.phone.whatsapp.pages import (
    ChatPage,
    ChatsList,
    Seen,
    Stopped,
    UnknownPage,
    classify,
)
from appliance.devices.phone.whatsapp.stops import OF_THE_PHONE, StopKind, stop_in_front
from tests.devices.phone.screens import (
    BUSINESS,
    N,
    W,
    chat,
    chats,
    chats_row,
    dialog,
    full_page,
    row,
    xml,
)

BANNED = [
    "Temporarily banned",
    "You're temporarily banned from WhatsApp because you may have violated our terms.",
    "Your phone number +31 6 12345678 is banned from using WhatsApp. Contact support for help.",
    "This account is not allowed to use WhatsApp",
    "This account is not allowed to use WhatsApp due to spam",
    "This account cannot use WhatsApp",
    "This account can no longer use WhatsApp",
    "Tijdelijk geschorst",
    "Geschorst",
    "U bent tijdelijk geschorst voor WhatsApp omdat u te veel mensen hebt bericht.",
    "Je bent tijdelijk geschorst voor WhatsApp omdat je te veel mensen hebt bericht.",
    "U mag WhatsApp tijdelijk niet gebruiken",
    "\u200eUw telefoonnummer +31 6 12345678 is geschorst voor WhatsApp.",
    "Je telefoonnummer +31 6 12345678 is geschorst voor WhatsApp.",
]
LOGGED_OUT = [
    "Your phone number is no longer registered with WhatsApp on this phone.",
    "This phone number is no longer registered on this phone.",
    "This account is no longer registered on this device.",
    "Logged out of WhatsApp",
    "You have been logged out",
    "Uw telefoonnummer is niet langer geregistreerd bij WhatsApp op deze telefoon.",
    "Je telefoonnummer is niet langer geregistreerd bij WhatsApp op deze telefoon.",
    "Dit telefoonnummer is niet langer geregistreerd op deze telefoon.",
    "Uitgelogd bij WhatsApp",
]
EXPIRED = [
    "Update WhatsApp to continue using it.",
    "This version of WhatsApp is too old and no longer functions.",
    "This version of WhatsApp became out of date on 4 May 2025.",
    "WhatsApp is out of date",
    "This version of WhatsApp is no longer supported. Please download the latest version.",
    "Werk WhatsApp bij als u de app wilt blijven gebruiken.",
    "Werk WhatsApp bij als je de app wilt blijven gebruiken.",
    "Deze versie van WhatsApp is verouderd en werkt niet meer.",
    "Deze versie van WhatsApp is sinds 4 mei 2025 verouderd.",
]
IN_TROUBLE = [
    ("Date is inaccurate", StopKind.CLOCK_WRONG),
    ("Datum is onjuist", StopKind.CLOCK_WRONG),
    ("Storage is full", StopKind.STORAGE_FULL),
    ("Opslagruimte is vol", StopKind.STORAGE_FULL),
    ("Opslag is vol", StopKind.STORAGE_FULL),
]
ALL = [
    *((words, StopKind.BANNED) for words in BANNED),
    *((words, StopKind.LOGGED_OUT) for words in LOGGED_OUT),
    *((words, StopKind.EXPIRED) for words in EXPIRED),
    *IN_TROUBLE,
    ("Welcome to WhatsApp", StopKind.NOT_SET_UP),
    ("Welkom bij WhatsApp", StopKind.NOT_SET_UP),
]


def see(*windows: N) -> Seen:
    return classify(read_screen(xml(*windows)), W)


@pytest.mark.parametrize(("words", "kind"), ALL)
def test_a_page_that_stops_whatsapp_is_known_by_its_words(words: str, kind: StopKind) -> None:
    assert see(full_page("WhatsApp", words, button="OK")) == Stopped(kind=kind)


@pytest.mark.parametrize(("words", "kind"), ALL)
def test_it_may_be_a_dialog_over_a_chat(words: str, kind: StopKind) -> None:
    assert see(chat("Bea"), dialog(words, "OK")) == Stopped(kind=kind)


@pytest.mark.parametrize(("words", "kind"), ALL)
def test_somebody_may_write_the_same_words(words: str, kind: StopKind) -> None:
    """In a chat, below a picture, in a search or a preview they are only a text."""
    assert isinstance(see(chat("Bea", row(words, "11:00"))), ChatPage), kind
    assert isinstance(see(chats(chats_row("Bea", words))), ChatsList)
    starred = N(
        "android.widget.FrameLayout", kids=(N("android.widget.TextView", "message_text", words),)
    )
    picture = N(
        "android.widget.FrameLayout", kids=(N("android.widget.TextView", "caption", words),)
    )
    assert see(starred) == UnknownPage()
    assert see(picture) == UnknownPage()


def test_the_page_of_a_ban_is_known_by_its_ids_alone() -> None:
    """It is in a language that no table has."""
    ids = ("ban_icon", "heading", "sub_heading", "action_button", "action_button_2")
    page = N(
        "android.widget.FrameLayout",
        kids=tuple(N("android.widget.TextView", rid, "Bu hesap") for rid in ids),
    )
    assert see(page) == Stopped(kind=StopKind.BANNED)


@pytest.mark.parametrize("words", ["Update WhatsApp", "WhatsApp bijwerken", "Opslag beheren"])
def test_an_offer_to_update_stops_nothing(words: str) -> None:
    """It comes weeks before the release ends."""
    assert see(full_page(words, button="OK")) == UnknownPage()


def test_only_the_phones_own_trouble_leaves_the_line_alone() -> None:
    assert {StopKind.CLOCK_WRONG, StopKind.STORAGE_FULL} == OF_THE_PHONE


@pytest.mark.parametrize(
    ("cls", "kind"),
    [
        ("com.whatsapp.userban.ui.BanAppealActivity", StopKind.BANNED),
        ("com.whatsapp.spamwarning.SpamWarningActivity", StopKind.WARNED),
        ("com.whatsapp.loginfailure.LogoutMessageActivity", StopKind.LOGGED_OUT),
        ("com.whatsapp.ui.LogoutMessageActivity", StopKind.LOGGED_OUT),
        (
            "com.whatsapp.insufficientstoragespace.InsufficientStorageSpaceActivity",
            StopKind.STORAGE_FULL,
        ),
        ("com.whatsapp.registration.EULA", StopKind.NOT_SET_UP),
        ("com.whatsapp.registration.phonenumberentry.RegisterPhone", StopKind.NOT_SET_UP),
        ("com.whatsapp.registration.verifyphone.VerifyPhoneNumber", StopKind.NOT_SET_UP),
        ("com.whatsapp.Conversation", None),
        ("com.whatsapp.home.ui.HomeActivity", None),
    ],
)
@pytest.mark.parametrize("package", [W, BUSINESS])
def test_a_page_without_known_words_is_told_by_its_activity(
    cls: str, kind: StopKind | None, package: str
) -> None:
    """By the last part of the class name; the packages before it change."""
    window = f"  mCurrentFocus=Window{{1a2b3c u0 {package}/{cls}}}\n  mFocusedApp=null\n"
    assert stop_in_front(window, package) is kind
    assert stop_in_front(window, "com.android.chrome") is None


def test_a_locked_phone_has_no_activity_in_front() -> None:
    assert stop_in_front("  mCurrentFocus=Window{7c2f1e u0 NotificationShade}\n", W) is None
    assert stop_in_front("  mCurrentFocus=null\n", W) is None
