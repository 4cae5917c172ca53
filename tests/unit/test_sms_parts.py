"""How many SMS a text costs: GSM 03.38 where it can, UCS-2 where it must."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.sms_parts import BASIC, EXTENDED, count_parts, is_gsm, join, room_left, split

EURO, FLAG = "€", "🇳🇱"
FAMILY = "👨‍👩‍👧‍👦"
#: What a reader sees as one sign: longer and longer in UTF-16.
SIGNS = ["👍", "👍🏽", FLAG, "👩‍🚀", FAMILY, "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "e\u0301", "क्षि", "\r\n"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("Hoi", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 1_530, 10),
        ("a" * 1_531, 11),
        # The extension table costs two: eighty euros fill one SMS.
        (EURO * 80, 1),
        (EURO * 80 + "a", 2),
        # It is not cut at a seam: 152 and a euro do not fit in 153.
        ("a" * 152 + EURO + "a" * 151, 2),
        ("a" * 152 + EURO + "a" * 152, 3),
        # Any other letter makes the whole text UCS-2.
        ("ç" + "a" * 69, 1),
        ("ç" + "a" * 70, 2),
        ("ё" * 134, 2),
        ("ё" * 135, 3),
        # An emoji is two units and is not cut either.
        ("👍" * 35, 1),
        ("👍" * 36, 2),
        ("👍" * 66, 2),
        ("👍" * 67, 3),
        ("a" * 66 + "👍" + "a" * 66, 3),
        # Nor is what is put together of several: a flag is four, a family eleven.
        (FLAG * 17 + "aa", 1),
        (FLAG * 17 + "aaa", 2),
        (FLAG * 32, 2),
        (FLAG * 33, 3),
        (FAMILY * 12, 2),
        (FAMILY * 13, 3),
        # The alphabet's own oddities.
        ("@£$¥èéùìòÇØøÅåÄÖÑÜ§äöñüà" + "a" * 136, 1),
        ("regel 1\nregel 2\r\n", 1),
        ("`" + "a" * 70, 2),
    ],
)
def test_parts_are_counted_as_a_phone_splits(text: str, parts: int) -> None:
    """160 or 153 septets a part, 70 or 67 units, and no character across a seam."""
    assert count_parts(text) == parts


@given(st.text(max_size=400), st.text(max_size=400))
def test_a_longer_text_never_costs_less(text: str, more: str) -> None:
    """Adding to a text keeps its price or raises it."""
    assert 1 <= count_parts(text) <= count_parts(text + more)


@given(st.text(min_size=1, max_size=900))
def test_the_count_is_enough_for_what_must_be_carried(text: str) -> None:
    """All parts together hold every unit of the text."""
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    parts = count_parts(text)
    assert parts * (160 if parts == 1 else 153) >= units


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("", 160),
        ("a" * 159 + "b", 0),
        ("€" * 80, 0),
        ("a" * 161, 145),
        ("ё" * 69, 1),
        ("ё" * 71, 63),
        ("👍" * 35, 0),
    ],
)
def test_the_room_of_the_last_part_is_known(text: str, left: int) -> None:
    """As many plain characters as it still takes; one of two counts for two."""
    assert room_left(text) == left


@given(st.text(min_size=1, max_size=400))
def test_what_fits_costs_no_more(text: str) -> None:
    """Plain characters up to the room that is left keep the price, unless it is out of reach."""
    more = text + "a" * room_left(text)
    assert count_parts(more) == count_parts(text)
    assert room_left(more) == 0


@pytest.mark.parametrize("sign", SIGNS)
def test_no_sign_is_cut_in_two(sign: str) -> None:
    """Wherever in a part it would fall, an emoji, a flag or a letter with accents stays whole."""
    for before in range(60, 160):
        text = "ё" + "a" * before + sign + "z" * 80
        parts = split(text)
        assert "".join(parts) == text
        assert sum(sign in part for part in parts) == 1
        assert len(parts) == count_parts(text)


def test_an_escape_is_not_cut_from_what_it_escapes() -> None:
    """A euro sign that does not fit begins the next part; so does CR with its LF."""
    assert split("a" * 152 + EURO + "b" * 20) == ["a" * 152, EURO + "b" * 20]
    assert split("a" * 151 + EURO + "b" * 20) == ["a" * 151 + EURO, "b" * 20]
    assert split("a" * 152 + "\r\n" + "b" * 20) == ["a" * 152, "\r\n" + "b" * 20]


def test_a_sign_longer_than_a_part_is_cut_between_characters() -> None:
    """Accents can be piled up without end; no character is cut even then."""
    piled = "e" + "\u0301" * 200
    assert [len(part) for part in split(piled)] == [67, 67, 67]
    halves = "👍" + "\U000e0061" * 100
    assert [len(part) for part in split(halves)] == [33, 33, 33, 2]


def test_wide_references_take_a_character_from_each_part() -> None:
    """152 and 66: seven octets of header in the place of six. What fits alone has no header."""
    assert [len(part) for part in split("a" * 305, wide=True)] == [152, 152, 1]
    assert [len(part) for part in split("ё" * 133, wide=True)] == [66, 66, 1]
    assert split("a" * 160, wide=True) == ["a" * 160]


@given(st.lists(st.sampled_from([*SIGNS, EURO, "a", "ё", " "]), max_size=200).map("".join))
def test_parts_are_the_text(text: str) -> None:
    """Joined they are what was written, and each fits into an SMS."""
    parts = split(text)
    assert join(parts) == text
    assert len(parts) == count_parts(text)
    if len(parts) > 1:
        for part in parts:
            septets = sum(2 if ch in EXTENDED.values() else 1 for ch in part)
            assert septets <= 153 if is_gsm(text) else len(part.encode("utf-16-be")) <= 134


def test_halves_of_a_character_join() -> None:
    """Two at a seam are one; one alone becomes U+FFFD, which can be kept and shown."""
    assert join(["aan \ud83d", "\udc4d!"]) == "aan 👍!"
    assert join(["aan \ud83d", "!"]) == "aan \ufffd!"
    assert join(["\udc4d", "\ud83d"]) == "\ufffd\ufffd"
    assert join([]) == ""


def test_the_alphabet_is_that_of_the_standard() -> None:
    """128 places, no character twice, none both in the table and in its extension."""
    assert len(BASIC) == len(set(BASIC)) == 128
    assert not set(BASIC) & set(EXTENDED.values())
    assert is_gsm(BASIC.replace("\x1b", "") + "".join(EXTENDED.values()))
    assert not is_gsm("\x1b")
    assert not is_gsm("ç")
