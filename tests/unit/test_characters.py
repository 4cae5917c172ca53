"""Names from outside: what of them is shown, and what is not."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.characters import MAX_NAME, clean_name, is_blank, without_hidden

STAYS = [
    "Fatima Zahra",
    "Søren O\u2019Brien-Łukasz",
    "\u05d3\u05d5\u05d3 \u05db\u05d4\u05df",
    "\u0645\u062d\u0645\u062f",
    # Persian writes words with a joiner that joins nothing, Hindi letters with one that does.
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "\u0915\u094d\u200d\u0937",
    "\u845b\U000e0100\u57ce",
    "\u2764\ufe0f Anna",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "\U0001f9d1\U0001f3fd\u200d\U0001f680",
    "\U0001f3f3\ufe0f\u200d\U0001f308",
    "1\ufe0f\u20e3 Loods",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
]


@pytest.mark.parametrize("name", STAYS)
def test_a_name_stays_as_its_script_writes_it(name: str) -> None:
    """Letters of every direction, emoji and the signs that hold them together are no ornament."""
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("\u202eannA\u202c", "annA"),
        ("\u2066Anna\u2069\u200f", "Anna"),
        ("Anna\nde\r\n\tWit", "Anna de Wit"),
        ("An\u200dna", "Anna"),
        ("An\u00adna\u200b\u2060\ufeff", "Anna"),
        ("An\x00na\x1b[2J", "Anna[2J"),
        ("Anna\U000e0041\U000e0042", "Anna"),
        ("Anna\u2028Bart", "Anna Bart"),
        ("  Anna   ", "Anna"),
        ("\ud83d Anna", "Anna"),
    ],
)
def test_nothing_of_a_name_reaches_beyond_it(given: str, shown: str) -> None:
    """Ends of lines, marks of direction, controls and hidden signs are left out."""
    assert clean_name(given) == shown


@pytest.mark.parametrize(
    "given",
    [None, "", "  ", "\u200b", "\u3164", "\u2800\u2800", "\u202e\u202c", "\U000e0041\ufe0f"],
)
def test_a_name_that_nobody_sees_is_none(given: str | None) -> None:
    """Who calls themselves nothing is shown by their number."""
    assert clean_name(given) is None


def test_a_long_name_is_cut_between_two_signs() -> None:
    """No family loses a child, and no letter its accents."""
    family = STAYS[8]
    name = clean_name("x" * (MAX_NAME - 3) + family)
    assert name == "x" * (MAX_NAME - 3)
    assert clean_name("Anna " * 100) == ("Anna " * 100)[:MAX_NAME].rstrip()


def test_a_heap_of_accents_is_cut() -> None:
    """One sign alone can be longer than any name."""
    assert len(clean_name("a" + "\u0301" * 5000) or "") == MAX_NAME


@given(st.text(max_size=200))
def test_a_name_is_short_and_in_one_line(given: str) -> None:
    """Whatever is given, it fits a list, and cleaning it again changes nothing."""
    name = clean_name(given)
    if name is None:
        return
    assert 1 <= len(name) <= MAX_NAME
    assert not any(unicodedata.category(sign) in ("Cc", "Zl", "Zp") for sign in name)
    assert not any(unicodedata.bidirectional(sign) in DIRECTIONS for sign in name)
    assert not is_blank(name)


DIRECTIONS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@given(st.text(max_size=60))
def test_what_is_hidden_is_all_that_is_left_out(given: str) -> None:
    """Letters, digits and spaces of a text stay, in their order."""
    seen = [sign for sign in given if sign.isalnum() or sign == " "]
    assert [sign for sign in without_hidden(given) if sign.isalnum() or sign == " "] == [
        sign for sign in seen if not is_blank(sign) or sign == " "
    ]
