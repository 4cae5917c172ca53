"""Phone numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import InvalidInput
from appliance.phone_numbers import digits, is_landline, parse_number, readable

DUTCH_MOBILES = st.integers(min_value=10_000_000, max_value=59_999_999)


@pytest.mark.parametrize(
    "written",
    ["+31612345678", "0612345678", "06-12 34 56 78", "0031612345678", " +31 (0)6 12345678 "],
)
def test_a_number_is_e164_however_it_was_written(written: str) -> None:
    """People write numbers in many ways; inside there is one."""
    assert parse_number(written) == "+31612345678"


def test_a_number_from_abroad_keeps_its_country() -> None:
    """Without a country the number is Dutch, or of the region given."""
    assert parse_number("+48 512 345 678") == "+48512345678"
    assert parse_number("0470 12 34 56", region="BE") == "+32470123456"


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("", "not a phone number"),
        ("Piet", "not a phone number"),
        ("120363041234567890@g.us", "not a phone number"),
        ("061", "too short"),
        ("06123", "not a number that exists"),
        ("+3161234567890123", "too long"),
        ("+31012345678", "not a number that exists"),
        ("+999123456789", "not a phone number"),
    ],
)
def test_what_is_no_number_is_refused_with_a_sentence(written: str, says: str) -> None:
    """The error names the field, quotes what was written and shows how to write it."""
    with pytest.raises(InvalidInput, match=says) as caught:
        parse_number(written, field="number")
    assert caught.value.field == "number"
    assert "+31612345678" in caught.value.sentence


def test_a_long_input_is_not_quoted_in_full() -> None:
    """A sentence stays a sentence, whatever was pasted into the field."""
    with pytest.raises(InvalidInput) as caught:
        parse_number("9" * 10_000)
    assert len(caught.value.sentence) < 200


def test_a_landline_is_told_from_a_mobile() -> None:
    """Neither WhatsApp nor an SMS reaches a landline for certain."""
    assert is_landline("+31201234567")
    assert not is_landline("+31612345678")


@given(DUTCH_MOBILES)
def test_what_is_shown_can_be_typed_back(subscriber: int) -> None:
    """The readable form and the digits lead to the same number again."""
    number = f"+316{subscriber}"
    assert parse_number(number) == number
    assert parse_number(readable(number)) == number
    assert f"+{digits(number)}" == number


def test_what_is_no_number_is_shown_as_it_is() -> None:
    """A sender may be a name, such as that of a shop."""
    assert readable("PostNL") == "PostNL"
