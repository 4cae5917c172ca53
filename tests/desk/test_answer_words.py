"""A plain yes or no is read in nine languages; what is not plain is never guessed."""

import pytest

from appliance.desk.rounds.answer_words import AnswerReading, language_of, read_answer

YES = (
    *(
        "ja",
        "Ja!",
        "JA HOOR",
        "jaaaa",
        "kan",
        "ik kan",
        "Ja, graag",
        "1",
        "1.",
        "1️⃣",
        "yes",
        "Yes!!",
    ),
    *(
        "Yes!!",
        "tak",
        "Tak, mogę",
        "da",
        "Da, pot",
        "evet",
        "EVET",
        "نعم",
        "نَعَم",
        "так",
        "да",
        "мога",
    ),
    *(
        "👍",
        "👍🏽",
        "👍🏿👍🏿",
        "ja 👍",
        "Ja 😊",
        "ja\n",
        "  ja  ",
        "yes please",
        "Ja ik kan",
        "ja dank u",
        "Yes, thank you!",
        "kan, alvast dank je",
    ),
)
NO = (
    *("nee", "Nee.", "neeee", "Nee sorry", "kan niet", "Kan helaas niet", "helaas", "2", "2️⃣"),
    *(
        "No thanks",
        "no sorry",
        "nein, leider nicht",
        "leider nicht",
        "sorry kan niet",
        "I can't",
        "nie",
        "Nie mogę",
        "hayır",
        "HAYIR",
        "Hayir",
        "لا",
        "ні",
    ),
    *("не", "nu pot", "nein", "👎", "👎🏼", "nee 👎", "dan kan ik niet"),
)
UNCLEAR = (
    *("", "ok", "oké", "misschien", "ja maar later", "ja?", "hoe laat?", "1/2", "12", "3", "?"),
    *("ja nee", "ja 👎", "nu", "ne", "la", "naam", "can", "😀", "ja ❌", "dank je", "kan ik komen"),
    *("kan je", "kan jullie", "lukt je", "Hallo kan u", "kan u dank", "ja je", "can you"),
    *("no", "ja sorry", "leider ja", "evet maalesef", "👍 sorry", "sorry"),
    *("ik kan morgen", "nee toch wel", "Kan mijn broer ook?", "ja " * 40, "👀", "jan", "stop"),
)


@pytest.mark.parametrize(
    ("texts", "reading"),
    [(YES, AnswerReading.YES), (NO, AnswerReading.NO), (UNCLEAR, AnswerReading.UNCLEAR)],
)
def test_the_whole_message_is_an_answer(texts: tuple[str, ...], reading: AnswerReading) -> None:
    """Case, accents, marks, skin tones and a few polite words make no difference."""
    assert [text for text in texts if read_answer(text) is not reading] == []


@pytest.mark.parametrize(
    ("text", "language", "reading"),
    [
        ("nu", "ro", AnswerReading.NO),
        ("nu", "nl", AnswerReading.UNCLEAR),
        ("ne", "bg", AnswerReading.NO),
        ("ne", "tr", AnswerReading.UNCLEAR),
        ("la", "ar", AnswerReading.NO),
        ("naam", "ar", AnswerReading.YES),
        ("no", "pl", AnswerReading.UNCLEAR),
        ("no", "en", AnswerReading.NO),
        ("da", "de", AnswerReading.UNCLEAR),
        ("kan", "tr", AnswerReading.UNCLEAR),
        ("ja", "pl", AnswerReading.YES),
    ],
)
def test_a_word_of_two_meanings_needs_the_language(
    text: str, language: str, reading: AnswerReading
) -> None:
    """It is the one that the office has noted of the person."""
    assert read_answer(text, language) is reading


def test_the_language_stands_in_a_field_of_the_office() -> None:
    """Under the name and in the words that an office would use."""
    assert language_of({"Maat": "L", "Taal": "Roemeens"}) == "ro"
    assert language_of({"language": "PL"}) == "pl"
    assert language_of({"Taal": "Klingon"}) is None
