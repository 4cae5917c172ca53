"""Words that come near to STOP: which are shown to staff, and which are left alone."""

import pytest

from appliance.desk.near_words import is_near_stop

NEAR = [
    "stop. dank je",
    "Stop, bedankt!",
    "STOP AUB",
    "stop met appen",
    "Stop maar met deze berichten",
    "stoppen graag",
    "graag geen berichten meer",
    "Ik wil geen appjes van jullie meer.",
    "Geen sms meer sturen svp",
    "niet meer appen aub",
    "jullie hoeven mij niets meer te sturen",
    "hou op met sms'en",
    "Ik wil me afmelden voor deze berichten",
    "haal me van de lijst",
    "verwijder mijn nummer",
    "laat me met rust",
    "please stop texting",
    "Stop messaging me please",
    "no more messages",
    "don't text me",
    "Do not contact me again",
    "unsubscribe me",
    "take me off this list",
    "opt out",
]
FAR = [
    "",
    "STOP",
    " Stop! ",
    "afmelden",
    "start",
    "Ik meld me ziek",
    "Ik wil me afmelden voor morgen",
    "ik stop ermee bij dit bedrijf, het werk is te zwaar",
    "Bij welke stop moet ik uitstappen?",
    "de bus stopt niet bij de loods",
    "Ik kan niet meer komen vandaag",
    "geen probleem, tot morgen",
    "Geen bericht van jullie gehad, is er werk?",
    "hoe laat stoppen we?",
    "I don't have a contact there",
    "can I stop at four tomorrow?",
    "I left a message for you",
    "stop " * 15 + "dank je",
    "Hallo, kan ik na tien uur geen berichten meer krijgen, want dan slaap ik al en mijn vrouw ook",
]


@pytest.mark.parametrize("text", NEAR)
def test_it_is_shown_to_staff(text: str) -> None:
    """Somebody should look whether this person wants no more messages."""
    assert is_near_stop(text)


@pytest.mark.parametrize("text", FAR)
def test_it_is_left_alone(text: str) -> None:
    """STOP itself, and what people write about work, gets no mark."""
    assert not is_near_stop(text)
