"""Phone numbers."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import InvalidInput
from appliance.phone_numbers import digits, is_e164, is_landline, parse_number, readable

DASHES = [chr(code) for code in range(sys.maxunicode) if unicodedata.category(chr(code)) == "Pd"]
DUTCH_MOBILES = st.integers(min_value=10_000_000, max_value=59_999_999)


@pytest.mark.parametrize(
    "written",
    [
        "+31612345678",
        "0612345678",
        "06-12 34 56 78",
        "0031612345678",
        " +31 (0)6 12345678 ",
        "+31(0)612345678",
        "(06) 12345678",
        "(+31) 6 12345678",
        "06/12345678",
    ],
)
def test_a_number_is_e164_however_it_was_written(written: str) -> None:
    """People write numbers in many ways; inside there is one."""
    assert parse_number(written) == "+31612345678"


@pytest.mark.parametrize(
    "copied",
    [
        "\u202a+31612345678\u202c",
        "\u2066\u200e+31\u00a06\u00a012345678\u2069",
        "\ufeff0612345678\r\n",
        "06\u00ad1234\u00ad5678",
        "06\u200b12345678",
        "06\u20071234\u202f56\u200978",
        "\uff0b\uff13\uff11\uff16\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18",
    ],
)
def test_what_is_copied_along_with_a_number_does_no_harm(copied: str) -> None:
    """Marks of direction, soft hyphens, odd spaces and full-width digits look right."""
    assert parse_number(copied) == "+31612345678"


@pytest.mark.parametrize("dash", [*DASHES, "\u2043", "\u2212"])
def test_any_dash_is_a_dash(dash: str) -> None:
    """Word processors and phones put their own where somebody typed a hyphen."""
    assert parse_number(f"06{dash}12345678") == "+31612345678"


@pytest.mark.parametrize(
    "link",
    [
        "tel:+31612345678",
        "TEL:06-12345678",
        "tel:+31-6-12345678;phone-context=example.nl",
        "sms:+31612345678",
        "sms:+31612345678?body=Hoi",
        "smsto:0612345678",
        "callto://+31612345678",
        "whatsapp:+31612345678",
    ],
)
def test_a_link_to_a_number_is_the_number(link: str) -> None:
    """Pages and other software write who is called or written to as a link."""
    assert parse_number(link) == "+31612345678"


def test_the_sentence_quotes_what_one_sees() -> None:
    """Nothing invisible is quoted, and nothing that turns the sentence round."""
    with pytest.raises(InvalidInput) as caught:
        parse_number("\u202e06\u200b12\u202c")
    assert "“0612”" in caught.value.sentence


@given(st.text(max_size=30))
def test_whatever_is_written_is_a_number_or_a_sentence(written: str) -> None:
    """No text makes it fail in another way, and what it accepts is E.164."""
    try:
        number = parse_number(written)
    except InvalidInput as exc:
        said = exc.sentence
    else:
        said = f"{number} +31612345678" if is_e164(number) else "no number"
    assert "+31612345678" in said


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
        ("sms:+31612345678,+31687654321", "not a phone number"),
        ("06\u00bd12345678", "not a phone number"),
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
