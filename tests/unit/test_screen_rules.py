"""A rule for a screen can do no harm, whoever made it."""

from dataclasses import replace

import pytest

from appliance.screen_rules import ScreenButton, ScreenRule, UnknownScreen, without_numbers

LATER = ScreenButton(id="android:id/button2", text="Later")
SHOWN = UnknownScreen(
    package="com.whatsapp",
    ids=frozenset({"android:id/message", "android:id/button1", "android:id/button2"}),
    text="Kies hoe je nevelkaart wordt gedeeld.\nDelen\nLater",
    buttons=[ScreenButton(id="android:id/button1", text="Delen"), LATER],
)
RULE = ScreenRule(
    id="1", package="com.whatsapp", ids=SHOWN.ids, phrase="je nevelkaart", press=LATER
)


@pytest.mark.parametrize(
    "text",
    [
        *("Send", "Verzenden", "Zenden", "Versturen", "Enviar", "Forward", "Delen", "Share"),
        *("Call", "Bellen", "Bel", "Video-oproep", "Spraakoproep", "Voice call", "Anrufen"),
        *("Delete", "Verwijderen", "Wissen", "Eliminar", "Delete for me", "Leave", "Verlaten"),
        *("Invite", "Uitnodigen", "Invite to WhatsApp", "Uitnodigen voor WhatsApp", "Convidar"),
        *("Allow", "Toestaan", "Sta toe", "Block", "Blokkeren", "Report", "Log out", "Uitloggen"),
        *("\u200eVerzenden", "  send ", "SEND", ""),
    ],
)
def test_what_sends_calls_deletes_invites_or_allows_is_never_pressed(text: str) -> None:
    button = ScreenButton(id="android:id/button1", text=text)
    assert not button.is_safe
    assert not replace(RULE, press=button).is_safe


@pytest.mark.parametrize(
    "name",
    ["send", "send_button", "voice_call_btn", "delete_btn", "permission_allow_button", "block_btn"],
)
def test_nor_is_what_its_id_tells(name: str) -> None:
    """In a language whose words nobody wrote down."""
    assert not ScreenButton(id=f"com.whatsapp:id/{name}", text="Gönder").is_safe


@pytest.mark.parametrize(
    "text", ["OK", "Later", "Not now", "Niet nu", "Annuleren", "Cancel", "Doorgaan", "Begrepen"]
)
def test_what_puts_a_nag_away_may_be_pressed(text: str) -> None:
    assert ScreenButton(id="android:id/button2", text=text).is_safe


@pytest.mark.parametrize(
    "package", ["com.android.phone", "com.android.permissioncontroller", "com.android.systemui"]
)
def test_a_rule_presses_nothing_that_another_program_asks(package: str) -> None:
    """The phone process asks whether SMS may leave: button1 allows it in every language."""
    assert not replace(RULE, package=package).is_safe


def test_a_rule_needs_a_structure_and_a_phrase() -> None:
    assert RULE.is_safe
    assert not replace(RULE, ids=frozenset()).is_safe
    assert not replace(RULE, phrase=" \u200e ").is_safe
    assert replace(RULE, press=None).is_safe


def test_a_rule_fits_where_both_are_there() -> None:
    assert RULE.fits(SHOWN)
    assert replace(RULE, phrase="JE NEVELKAART").fits(SHOWN)
    assert not RULE.fits(replace(SHOWN, text="Kies iets anders."))
    assert not RULE.fits(replace(SHOWN, ids=frozenset({"android:id/message"})))
    assert not RULE.fits(replace(SHOWN, package="android"))


def test_the_same_screen_about_another_number_is_the_same() -> None:
    first, second = (
        replace(SHOWN, text=without_numbers(f"Bewaar {number} als contact?"))
        for number in ("+31 6 87654321", "06-12 34 56 78")
    )
    assert first.signature == second.signature != SHOWN.signature
    assert first.text == "Bewaar … als contact?"
