"""What should not be kept is told from what looks like it."""

import pytest

from appliance.desk.care.care_words import asks_another_way, language_of, tables
from appliance.desk.care.finding import FileFacts, found_in
from appliance.media.kinds import MediaKind
from appliance.store.care_marks import CareKind

BSN = "398259793"
PHOTO = FileFacts(kind=MediaKind.IMAGE)


@pytest.mark.parametrize(
    "text",
    [
        f"mijn bsn is {BSN}",
        "398.259.793",
        "398 259 793 dat is hem",
        "3982.59.793",
        f"BSN:{BSN}",
        "10000045",  # eight digits: the first nought was left out
        f"Mijn bestelling komt later. BSN {BSN}",
    ],
)
def test_a_number_that_passes_the_test_of_eleven_is_marked(text: str) -> None:
    assert found_in(text) == {CareKind.BSN}


@pytest.mark.parametrize(
    "text",
    [
        "398259794",  # one digit is wrong
        "+31 398259793",
        "0398259793",
        f"order {BSN}",
        f"ordernummer: {BSN}",
        f"mijn telefoonnummer is {BSN}",
        f"zadzwoń {BSN}",
        f"1{BSN}",
        f"{BSN}0",
        f"{BSN} 44",
        f"PX{BSN}",
        "01122026",  # a day
        "000000000",
    ],
)
def test_other_numbers_are_not(text: str) -> None:
    assert not found_in(text)


def test_their_own_numbers_are_none() -> None:
    """A Polish mobile has nine digits, and a personnel number may."""
    assert not found_in(BSN, known={BSN})


@pytest.mark.parametrize(
    "text",
    [
        "NL91ABNA0417164300",
        "rekening nl91 abna 0417 1643 00 tnv Anna",
        "DE89 3704 0044 0532 0130 00",
        "MT84MALT011000012345MTLCAST001S",
        "NO93 8601 1117 947",
        "61 1090 1014 0000 0712 1981 2874",  # a Polish account without its letters
        "4111 1111 1111 1111",
    ],
)
def test_bank_numbers_are_marked_by_their_check_digits(text: str) -> None:
    assert found_in(text) == {CareKind.BANK}


@pytest.mark.parametrize(
    "text", ["NL92ABNA0417164300", "NL91ABNA041716430", "XX91ABNA0417164300", "4111 1111 1111 1112"]
)
def test_what_fails_them_is_no_bank_number(text: str) -> None:
    assert not found_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ik heb Crohn",
        "ik ben zwanger en kan niet tillen",
        "Ik lig in het ziekenhuis",
        "heb mijn arm gebroken",
        "I am pregnant",
        "I've been diagnosed with something",
        "ich bin schwanger",
        "jestem w ciąży",
        "mam depresję",
        "sunt însărcinată",
        "бременна съм",
        "hamileyim",
        "أنا حامل",
        "я вагітна",
        "в мене депресія",
    ],
)
def test_what_somebody_has_is_marked(text: str) -> None:
    assert found_in(text) == {CareKind.HEALTH}


@pytest.mark.parametrize(
    "text",
    [
        "Ik ben ziek vandaag",
        "Ik heb griep en koorts",
        "ik werk in het ziekenhuis",
        "de telefoon wordt niet opgenomen",
        "kankerzooi hier",
        "I am ill today",
        "I work in a hospital",
        "er sucht Arbeit",
        "jestem chory",
        "pracuję w szpitalu",
        "в зависимост от смяната",
        "залежно від зміни",
        "bugün hastayım",
        "أنا مريض اليوم",
        "sarcina de azi",
    ],
)
def test_a_plain_note_of_somebody_ill_is_not(text: str) -> None:
    assert not found_in(text)


def test_a_picture_of_a_document_is_told_by_what_is_said_and_by_its_name() -> None:
    identity = {CareKind.IDENTITY}
    assert found_in("hier mijn paspoort", [PHOTO]) == identity
    assert found_in("", [PHOTO], beside=["zdjęcie dowodu"]) == identity
    named = FileFacts(kind=MediaKind.DOCUMENT, name="Kopie_ID-kaart.pdf")
    assert found_in("", [named]) == identity
    cut = FileFacts(kind=MediaKind.IMAGE, width=1012, height=638)
    assert found_in("", [cut]) == identity
    assert found_in("P<NLDDE<BRUIJN<<WILLEKE<LISELOTTE<<<<<<<<<<<") == identity


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("ik ben mijn paspoort kwijt", []),
        ("", [FileFacts(kind=MediaKind.IMAGE, width=1600, height=1200)]),
        ("", [FileFacts(kind=MediaKind.IMAGE, width=2560, height=1600)]),  # a screen
        ("het rooster", [FileFacts(kind=MediaKind.DOCUMENT, name="rooster week 12.pdf")]),
        ("mijn paspoort", [FileFacts(kind=MediaKind.VOICE)]),
    ],
)
def test_other_pictures_and_words_are_not(text: str, files: list[FileFacts]) -> None:
    assert not found_in(text, files)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("hoi ik ben morgen niet er", "nl"),
        ("Hello, I am not in tomorrow", "en"),
        ("Dzień dobry, mój numer to", "pl"),
        ("Доброго дня, моє ім'я Їжак", "uk"),
        ("здравейте, аз съм болен и не мога", "bg"),
        ("مرحبا", "ar"),
        ("398259793", None),
    ],
)
def test_the_language_of_a_message_is_told_or_left_open(text: str, language: str | None) -> None:
    assert language_of(text) == language


def test_every_language_asks_for_another_way_for_each_kind() -> None:
    assert set(tables().asks) == {"nl", "en", "de", "pl", "ro", "bg", "tr", "ar", "uk"}
    for kind in CareKind:
        said = {asks_another_way(kind, "", language) for language in tables().asks}
        assert len(said) == len(tables().asks)
