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


OK = ScreenButton(id="android:id/button1", text="OK")
CANCEL = ScreenButton(id="android:id/button2", text="Annuleren")


def asking(question: str) -> UnknownScreen:
    return replace(SHOWN, text=f"{question}\nOK\nAnnuleren", buttons=[OK, CANCEL])


@pytest.mark.parametrize(
    "question",
    [
        "Dit bericht verzenden naar 12 contacten?",
        "Wil je Anna uitnodigen?",
        "Bericht niet verzonden. Probeer het opnieuw.",
        "Delete this chat?",
        "Verwijderen\nJe kunt dit niet terugdraaien.",
        "Groep verlaten?",
        "Start voice call?",
        "x" * 700,
    ],
)
def test_ok_is_judged_by_what_is_asked(question: str) -> None:
    """A button that declines is pressed all the same; a text that is cut off nobody can judge."""
    shown = asking(without_numbers(question))
    rule = replace(RULE, phrase=question[:10], ids=SHOWN.ids)
    assert not shown.lets(OK)
    assert not replace(rule, press=OK).may_act_on(shown)
    assert replace(rule, press=CANCEL).may_act_on(shown)


def test_where_nothing_is_asked_ok_may_be_pressed() -> None:
    shown = asking("WhatsApp heeft een nieuw uiterlijk.")
    assert shown.lets(OK)
    assert shown.lets(CANCEL)


@pytest.mark.parametrize("question", ["Verzenden annuleren?", "Stop sending this video?"])
def test_no_rule_answers_whether_something_that_leaves_is_undone(question: str) -> None:
    """There “no” lets it leave."""
    no = ScreenButton(id="android:id/button2", text="Nee")
    shown = replace(asking(question), text=f"{question}\nJa\nNee", buttons=[OK, no])
    assert not shown.lets(no)


@pytest.mark.parametrize("text", ["Retry", "Try again", "Opnieuw proberen", "Probeer het opnieuw"])
def test_what_tries_again_reaches_people(text: str) -> None:
    assert ScreenButton(id="", text=text).reaches_people


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
