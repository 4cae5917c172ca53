"""Which texts are codes for the line itself, and which are messages from people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.channels import Channel
from appliance.desk.lines.code_words import service_of

SMS, WHATSAPP = Channel.SMS, Channel.WHATSAPP
PERSON = "+31612345678"

CODES = [
    ("WhatsApp", "Your WhatsApp code: 123-456\n\nDon't share this code with others"),
    (PERSON, "Your WhatsApp code: 123-456\nYou can also tap: v.whatsapp.com/123456"),
    (PERSON, "<#> Je WhatsApp-code is 123-456. Deel deze code niet."),
    (PERSON, "Uw Whats\u200bApp-code: 123\u00a0456"),
    ("+447700900123", "WhatsApp code 123-456"),
    ("+447700900123", "G-123456 is your Google verification code."),
    ("Google", "G-123456 is your Google verification code."),
    ("Microsoft", "Use 1234 as Microsoft account security code"),
    ("Microsoft", "Gebruik 123456 als beveiligingscode voor het Microsoft-account"),
    ("DigiD", "Uw sms-code om in te loggen bij Mijn DigiD is: 123456"),
    ("iDIN", "Uw eenmalige code: 482913"),
    ("ING", "Je TAN-code is 123456 voor overboeking van EUR 1.250,00 naar NL12INGB0001234567"),
    ("RABOBANK", "Rabo: 1 2 3 4 5 6 is uw code"),
    ("MijnBank", "Bevestig de betaling van € 12,50 met code 839201"),
    ("1233", "Uw pincode voor Mijn KPN is 4821"),
    ("1008", "Your PUK code is 12345678"),
    ("Telegram", "Login code: 12345\nhttps://t.me/login/12345"),
    ("Sparkasse", "Ihr Bestätigungscode: 123 456"),
    ("INFO", "Votre code de vérification est 123456"),
    ("INFO", "Twój kod to 123456"),
    ("INFO", "Код: 123456"),
    ("INFO", "123456 - geef deze cijfers nooit aan anderen, deel ze niet"),
    ("WhatsApp", "Your two-step verification PIN was reset"),
    (PERSON, "Log in: https://t.me/login/12345"),
    (PERSON, "https://www.signal.org/verify/abc"),
    ("INFO", "Code voor de chauffeur 123456"),
    ("VERIFY", "Use verification code 123456 for Rabobank authentication."),
]
NO_CODES = [
    (PERSON, "ik kom 1730"),
    (PERSON, "personeelsnummer 123456"),
    (PERSON, "123456"),
    (PERSON, "Mijn code is 123456"),
    (PERSON, "Mijn WhatsApp code is 123-456, klopt dat?"),
    (PERSON, "Your code is 123456"),
    (PERSON, "De code van de loods is 4821#"),
    (PERSON, "Je kunt om 1730 beginnen bij ING, code volgt"),
    (PERSON, "Ben heeft pin 1234"),
    (PERSON, "Hoi, kijk https://best.me/login/abc"),
    (PERSON, "https://mijn-t.me/login/abc"),
    (PERSON, "https://kwa.me/verify"),
    (PERSON, "https://chat.t.me/login"),
    (PERSON, "Volg ons: https://t.me/loginhulp"),
    (PERSON, "https://tv.whatsapp.com/"),
    (PERSON, "https://mysignal.org/verify"),
    ("KPN", "Je tegoed is € 12,34. Opwaarderen? Bel 1233"),
    ("KPN", "Bel 0800 0402 voor een code"),
    ("PostNL", "Je pakket komt 12-07-2026 tussen 12:30 en 14:30"),
    ("SHOP", "20% korting met kortingscode 123456"),
    ("1233", "Je hebt nog 5000 MB"),
    ("Loods", "Morgen 07:30 beginnen"),
    ("WhatsApp", "Welkom"),
]


@pytest.mark.parametrize(("sender", "text"), CODES)
def test_a_code_is_known_by_its_sender_and_its_shape(sender: str, text: str) -> None:
    """From a name or short number its words decide; from a phone number, a service's words."""
    assert service_of(sender, text, SMS) is not None


@pytest.mark.parametrize(("sender", "text"), NO_CODES)
def test_what_people_and_shops_write_is_no_code(sender: str, text: str) -> None:
    """A personnel number, a time, the code of a gate or an amount opens nothing of the line."""
    assert service_of(sender, text, SMS) is None


@pytest.mark.parametrize(
    ("sender", "text", "is_code"),
    [
        ("+0", "Your WhatsApp code: 123-456", True),
        ("+31201234567", "123456 is your verification code. Do not share this code.", True),
        (PERSON, "your code is 1234 for the door", False),
        (PERSON, "Je code voor de poort is 4821", False),
        ("123456@lid", "code 123456", False),
        ("KPN", "code 123456", False),
    ],
)
def test_on_whatsapp_everybody_is_a_person(sender: str, text: str, is_code: bool) -> None:
    """Exceptions are WhatsApp itself, and businesses that use WhatsApp's fixed words for codes."""
    assert (service_of(sender, text, WHATSAPP) is not None) is is_code


def test_the_service_is_named_where_it_is_known() -> None:
    """The text names it, or the name of the sender."""
    assert service_of("INFO", "Uw DigiD-code is 123456", SMS) == "DigiD"
    assert service_of("bunq", "Code: 123456", SMS) == "bunq"
    assert service_of("INFO", "Code: 123456", SMS) == ""


WORDS = [
    "de",
    "het",
    "is",
    "je",
    "uw",
    "om",
    "bij",
    "code",
    "pin",
    "nummer",
    "loods",
    "poort",
    "morgen",
    "werk",
    "1730",
    "4821",
    "123456",
]


@given(st.lists(st.sampled_from(WORDS), max_size=10), st.sampled_from([SMS, WHATSAPP]))
def test_a_person_s_own_words_are_never_hidden(said: list[str], channel: Channel) -> None:
    """Without a service's name no text from a phone number is a code."""
    assert service_of(PERSON, " ".join(said), channel) is None


@given(st.text(max_size=700), st.sampled_from([PERSON, "INFO", "", "1@lid", "1233"]))
def test_any_text_is_one_or_the_other(text: str, sender: str) -> None:
    """No text makes it fail."""
    assert service_of(sender, text, SMS) in (None, "") or text


def test_a_long_text_is_no_code() -> None:
    """A long text costs no time."""
    assert service_of("INFO", "code 123456 " * 400, SMS) is None
