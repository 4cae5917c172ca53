"""How many SMS a text costs: GSM 03.38 where it can, UCS-2 where it must."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.sms_parts import count_parts

EURO, FLAG = "€", "🇳🇱"


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
