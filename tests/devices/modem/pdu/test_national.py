"""National language tables: Turkish, Spanish, Portuguese, Urdu and the scripts of India."""

import unicodedata

import pytest

from appliance.devices.modem.pdu.incoming import parse_deliver
from appliance.devices.modem.pdu.national_locking import locking_table
from appliance.devices.modem.pdu.national_single import single_shift_table
from appliance.sms_parts import BASIC, EXTENDED
from tests.devices.modem.pdu.deliver_encoder import Delivery

LOCKING, SINGLE = 0x25, 0x24
HINDI = 6
#: Where the blocks of the scripts begin in Unicode; they are laid out alike.
INDIC = {4: 0x980, 5: 0xA80, 7: 0xC80, 8: 0xD00, 9: 0xB00, 10: 0xA00, 11: 0xB80, 12: 0xC00}
SCRIPTS = {
    4: "BENGALI",
    5: "GUJARATI",
    6: "DEVANAGARI",
    7: "KANNADA",
    8: "MALAYALAM",
    9: "ORIYA",
    10: "GURMUKHI",
    11: "TAMIL",
    12: "TELUGU",
    13: "ARABIC",
}


def shown(codes: list[int], **languages: int) -> str:
    """The text of these septets, with the languages that the header names."""
    header = {
        SINGLE if name == "single" else LOCKING: bytes((language,))
        for name, language in languages.items()
    }
    return parse_deliver(Delivery(codes=codes, header=header).pdu()).text


@pytest.mark.parametrize(
    ("language", "codes", "text"),
    [
        (1, [0x40, 0x1D, 0x04, 0x07, 0x60, 0x0B, 0x0C, 0x1C], "İş€ıçĞğŞ"),
        (3, [0x12, 0x13, 0x14, 0x15, 0x24, 0x5B, 0x7B, 0x7F], "ªÇÀ∞ºÃãà"),
        (4, [0x34, 0x36, 0x3D, 0x00, 0x61], "46পঁa"),
        (HINDI, [0x39, 0x01, 0x4C, 0x20, 0x3E], "9ंस फ"),
        (11, [0x15, 0x1A, 0x50, 0x5F], "கசா்"),
        (13, [0x00, 0x45, 0x22, 0x60], "اف\u068f\u0654"),
    ],
)
def test_a_locking_table_stands_for_the_whole_alphabet(
    language: int, codes: list[int], text: str
) -> None:
    """Septet by septet, in the table that the header names."""
    assert shown(codes, locking=language) == text


@pytest.mark.parametrize(
    ("language", "codes", "text"),
    [
        (
            1,
            [0x47, 0x49, 0x53, 0x63, 0x65, 0x67, 0x69, 0x73, 0x14],
            "Ğİ\u015eç€ğış^",
        ),
        (2, [0x09, 0x41, 0x49, 0x4F, 0x55, 0x61, 0x69, 0x6F, 0x75], "çÁÍÓÚáíóú"),
        (3, [0x05, 0x0B, 0x12, 0x1F, 0x5B, 0x5C, 0x61, 0x7B, 0x7F], "êÔΦÊÃÕÂãâ"),
        (4, [0x19, 0x1C, 0x24, 0x34, 0x41, 0x65], "\u09e6\u09e8\u09df\u09faA€"),
        (HINDI, [0x19, 0x1C, 0x2C, 0x3A, 0x00], "\u0964\u0966\u0958\u0971@"),
        (13, [0x1C, 0x26, 0x33, 0x3F, 0x5A], "۰،؟۔Z"),
    ],
)
def test_a_single_shift_table_stands_for_the_extension(
    language: int, codes: list[int], text: str
) -> None:
    """One character behind each escape; the rest stays in the default alphabet."""
    escaped = [code for each in codes for code in (0x1B, each)]
    assert shown([0x61, *escaped, 0x62], single=language) == f"a{text}b"


def test_both_tables_may_be_of_different_languages() -> None:
    """A header may name one, the other, or both."""
    assert shown([0x07, 0x1B, 0x09], locking=1, single=2) == "ıç"


def test_a_language_that_is_not_known_reads_in_the_default_tables() -> None:
    """Spanish has no locking table of its own; 0, 14 and beyond are reserved."""
    for language in (0, 14, 255):
        assert locking_table(language) == BASIC
        assert single_shift_table(language) == EXTENDED
    assert locking_table(2) == BASIC


def test_an_escape_before_nothing_shows_what_it_can() -> None:
    """The character of the main table for a code without a meaning, a space for two escapes."""
    assert shown([0x1B, 0x61]) == "a"
    assert shown([0x1B, 0x07], locking=1) == "ı"
    assert shown([0x1B, 0x1B, 0x61]) == " a"
    assert shown([0x61, 0x1B]) == "a"
    assert shown([0x1B, 0x0D, 0x1B, 0x0A]) == "\r\f"


@pytest.mark.parametrize("language", range(14))
def test_every_table_has_the_signs_that_all_share(language: int) -> None:
    """Line ends, digits, letters of the Latin script and the escape are where they always are."""
    table, single = locking_table(language), single_shift_table(language)
    assert len(table) == 128
    assert (table[0x0A], table[0x0D], table[0x1B], table[0x20]) == ("\n", "\r", "\x1b", " ")
    assert table[0x30:0x3C] == "0123456789:;"
    assert table[0x61:0x7B] == "abcdefghijklmnopqrstuvwxyz"
    assert {code: single[code] for code in EXTENDED} == EXTENDED
    assert not {0x0D, 0x1B} & single.keys()


@pytest.mark.parametrize(("language", "block"), INDIC.items())
def test_scripts_of_india_lie_alike(language: int, block: int) -> None:
    """Each letter stands where the Hindi letter of the same place in its block stands."""
    for ours, hindi in zip(locking_table(language)[:0x60], locking_table(HINDI), strict=False):
        if ord(hindi) > 0x900 and ours != " ":
            assert ord(ours) - block == ord(hindi) - 0x900
        else:
            assert ours in (hindi, " ")


@pytest.mark.parametrize(("language", "script"), SCRIPTS.items())
def test_a_table_holds_each_letter_of_its_script_once(language: int, script: str) -> None:
    """It has no letter of another script, no letter twice, and none that Unicode does not know."""
    single = single_shift_table(language)
    own = [ch for ch in [*locking_table(language), *single.values()] if ord(ch) > 0x250]
    own = [ch for ch in own if ch not in "€।॥" and not 0x3A0 <= ord(ch) < 0x400]
    assert len(own) == len(set(own))
    for ch in own:
        if language != 13:
            assert unicodedata.name(ch).startswith(script)
        else:
            assert 0x600 <= ord(ch) < 0x700
