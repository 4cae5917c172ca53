"""Words that resemble STOP: which ones are shown to staff, and which are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.desk.consent.near_stop_words import is_near_stop
from appliance.desk.consent.rule_words import STOP_WORDS, is_start, is_stop

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
    "stoop",
    "sttop",
    "st op",
    "uit schrijven",
    "stooppp",
    "stop\u200b. dánk je",
    "🛑",
    "🛑✋",
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
    "stoopje",
    "👍",
    "non stop",
    "ik sta bij de bus stop 🛑",
    "Hallo, kan ik na tien uur geen berichten meer krijgen, want dan slaap ik al en mijn vrouw ook",
]


@pytest.mark.parametrize("text", NEAR)
def test_it_is_shown_to_staff(text: str) -> None:
    """A person should check whether this sender wants no more messages."""
    assert is_near_stop(text)


@pytest.mark.parametrize("text", FAR)
def test_it_is_left_alone(text: str) -> None:
    """STOP itself, and what people write about work, gets no mark."""
    assert not is_near_stop(text)


HIDDEN = "\u200b\u200d\u2060\u00ad\u202e\u202c\ufeff\ufe0f"
AROUND = st.text("🛑👍 .!?…“”*_~-\n" + HIDDEN, max_size=6)
# What people write at work, in any combination; none of it is about messages.
WORDS = [
    "ik",
    "kan",
    "morgen",
    "niet",
    "komen",
    "bij",
    "welke",
    "stop",
    "moet",
    "dit",
    "zijn",
    "bus",
    "trein",
    "loods",
    "werk",
    "nachtdienst",
    "ploeg",
    "pauze",
    "begint",
    "uur",
    "laat",
    "ziek",
    "dokter",
    "fiets",
    "contract",
    "loon",
    "heftruck",
    "magazijn",
    "vandaag",
    "at",
    "what",
    "stop",
    "should",
    "wait",
    "shift",
    "starts",
    "tomorrow",
    "work",
    "train",
]
# “Stop dit” asks for something, so a person should look.
ASKS = frozenset({"stop", "dit"})


@given(st.sampled_from(sorted(STOP_WORDS)), st.data())
def test_stop_is_stop_whatever_hides_in_it(word: str, data: st.DataObject) -> None:
    """In upper and lower case, with hidden signs between its letters and marks around it."""
    letters = [data.draw(st.sampled_from((sign, sign.upper()))) for sign in word]
    hidden = [data.draw(st.text(HIDDEN, max_size=2)) for _ in letters]
    inside = "".join(sign + odd for sign, odd in zip(letters, hidden, strict=True))
    text = data.draw(AROUND) + inside + data.draw(AROUND)
    assert is_stop(text)
    assert not is_near_stop(text)


@given(st.lists(st.sampled_from(WORDS), min_size=2, max_size=12))
def test_a_sentence_about_work_is_not_stop(said: list[str]) -> None:
    """A bus stop is no request: a sentence about work gets neither an opt-out nor a mark."""
    text = " ".join(said)
    if set(said) <= ASKS:
        return
    assert not is_stop(text)
    assert not is_near_stop(text)
    assert not is_start(text)


@pytest.mark.parametrize(
    "text",
    ["S T A R T", "st art", "staaart", "starrt", "\u0455\u0442\u0430rt", "🅢🅣🅐🅡🅣", "subscrıbe"],
)
def test_only_the_word_itself_opens_again(text: str) -> None:
    """Text that looks like START, or is spelt out or drawn out, gives no consent."""
    assert not is_start(text)


@pytest.mark.parametrize("text", ["START", "st\u200bart", "İNSCHRİJVEN", "✅ Start!"])
def test_the_word_itself_opens_again(text: str) -> None:
    """It does so with any decoration around it."""
    assert is_start(text)
