"""WhatsApp's dialogs after a link with a number, in English, Dutch and in words seen in dumps."""

import pytest

from appliance.devices.phone.screen import read_screen
from appliance.devices.phone.whatsapp.dialogs import DialogMeaning
from appliance.devices.phone.whatsapp.pages import DialogPage, Seen, classify
from tests.devices.phone.screens import N, W, chat, dialog, row, xml

NUMBER = "+31 6 87654321"
OVER = chat("Bea", row("Hoi", "11:00"))


def see(*windows: N) -> Seen:
    return classify(read_screen(xml(*windows)), W)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (f"The phone number {NUMBER} isn't on WhatsApp.", DialogMeaning.NOT_ON_WHATSAPP),
        (f"The phone number {NUMBER} isn’t on WhatsApp.", DialogMeaning.NOT_ON_WHATSAPP),
        (f"The phone number {NUMBER} is not on WhatsApp.", DialogMeaning.NOT_ON_WHATSAPP),
        (
            f"Er is geen WhatsApp-account gelinkt aan het telefoonnummer \u200e{NUMBER}.",
            DialogMeaning.NOT_ON_WHATSAPP,
        ),
        (f"O número de telefone {NUMBER} não está no WhatsApp.", DialogMeaning.NOT_ON_WHATSAPP),
        (f"El número de teléfono {NUMBER} no está en WhatsApp", DialogMeaning.NOT_ON_WHATSAPP),
        (f"Couldn't look up phone number {NUMBER}. Try again later.", DialogMeaning.LOOKUP_FAILED),
        (
            f"Kan het telefoonnummer {NUMBER} niet opzoeken. Probeer het later opnieuw.",
            DialogMeaning.LOOKUP_FAILED,
        ),
        (
            (
                f"Couldn't look up phone number {NUMBER}."
                " Check your phone's Internet connection and try again."
            ),
            DialogMeaning.NO_INTERNET,
        ),
        (
            (
                f"Kan het telefoonnummer {NUMBER} niet opzoeken."
                " Controleer de internetverbinding van uw telefoon en probeer het opnieuw."
            ),
            DialogMeaning.NO_INTERNET,
        ),
        (
            (
                f"Kan het telefoonnummer {NUMBER} niet opzoeken."
                " Controleer de internetverbinding van je telefoon en probeer het opnieuw."
            ),
            DialogMeaning.NO_INTERNET,
        ),
        (f"{NUMBER} is not a valid phone number.", DialogMeaning.BAD_NUMBER),
        (f"\u200e{NUMBER} is geen geldig telefoonnummer.", DialogMeaning.BAD_NUMBER),
        (
            f"Couldn't look up phone number {NUMBER} because it is too short.",
            DialogMeaning.BAD_NUMBER,
        ),
        (
            f"Couldn't look up phone number {NUMBER} because it is too long. Try again later.",
            DialogMeaning.BAD_NUMBER,
        ),
        (
            f"Couldn't look up phone number {NUMBER} because it is missing a country code.",
            DialogMeaning.BAD_NUMBER,
        ),
        (
            f"Kan het telefoonnummer {NUMBER} niet opzoeken, omdat het te kort is.",
            DialogMeaning.BAD_NUMBER,
        ),
        (
            f"Kan het telefoonnummer {NUMBER} niet opzoeken, omdat de landcode ontbreekt.",
            DialogMeaning.BAD_NUMBER,
        ),
        (f"Deel {NUMBER} met je nevelkaart?", DialogMeaning.UNKNOWN),
    ],
)
def test_a_dialog_is_told_by_structure_then_words(message: str, kind: DialogMeaning) -> None:
    """It may lie over an older chat; the number in it shows which number it is about."""
    seen = see(OVER, dialog(message, "OK", "Later"))
    assert isinstance(seen, DialogPage)
    assert (seen.kind, seen.number) == (kind, "31687654321")


@pytest.mark.parametrize(
    "button", ["Invite to WhatsApp", "Invite", "Uitnodigen voor WhatsApp", "Uitnodigen"]
)
def test_who_can_be_invited_is_not_on_whatsapp(button: str) -> None:
    """This holds for later wordings of the sentence, too."""
    seen = see(OVER, dialog(f"{NUMBER} heeft nog geen account.", button, "OK"))
    assert isinstance(seen, DialogPage)
    assert seen.kind is DialogMeaning.NOT_ON_WHATSAPP


def test_a_link_without_a_number_is_a_bad_one() -> None:
    seen = see(OVER, dialog("The phone number shared via url is invalid", "OK"))
    assert isinstance(seen, DialogPage)
    assert (seen.kind, seen.number) == (DialogMeaning.BAD_NUMBER, None)
