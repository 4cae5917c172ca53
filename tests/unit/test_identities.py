"""Identities: a value and its scheme, made of what devices show and people write."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.channels import Channel
from appliance.errors import InvalidInput
from appliance.identities import ALPHA, TEL, WHATSAPP_LID, Identity, meant, tel, told

ANNA = "+31612345678"
LID = "9876543210@lid"
RING = Channel(name="letter", label="Letter", identity="ring")


@pytest.mark.parametrize(
    ("channel", "shown", "scheme"),
    [
        (Channel.SMS, ANNA, TEL),
        (Channel.WHATSAPP, ANNA, TEL),
        (Channel.WHATSAPP, LID, WHATSAPP_LID),
        (Channel.SMS, LID, ALPHA),
        (Channel.SMS, "KPN", ALPHA),
        (Channel.SMS, "1233", ALPHA),
        (Channel.SMS, "“+31612345678”", ALPHA),
        (Channel.SMS, "+1;reboot", ALPHA),
        (Channel.WHATSAPP, "+0", ALPHA),
        (Channel.WHATSAPP, "@lid", ALPHA),
        (Channel.WHATSAPP, "a b@lid", ALPHA),
        (Channel.SMS, "", ALPHA),
        (RING, ANNA, "ring"),
        (RING, "A 17", "ring"),
    ],
)
def test_what_a_device_shows_is_of_a_scheme_of_its_channel(
    channel: Channel, shown: str, scheme: str
) -> None:
    """The value is never another text than was shown; what fits no scheme is a word."""
    assert channel.told(shown) == Identity(scheme=scheme, value=shown)


def test_a_channel_that_shows_numbers_too_tells_them_apart() -> None:
    """A scheme whose values have a form goes before one in which anything may be written."""
    both = Channel(name="letter", label="Letter", identity="ring", also_shows=(TEL,))
    assert [both.told(each).scheme for each in (ANNA, "A17")] == [TEL, "ring"]


@pytest.mark.parametrize("text", ["", "06 12345678", "+1;reboot", "KPN", LID, f"{ANNA}x"])
def test_a_number_is_e164_or_none(text: str) -> None:
    """What people write is parsed before."""
    with pytest.raises(ValueError, match="not a number"):
        tel(text)


def test_one_value_in_two_schemes_is_two_identities() -> None:
    """Neither in a set nor as a key does one stand for the other."""
    number, word = tel(ANNA), Identity(scheme=ALPHA, value=ANNA)
    assert number != word
    assert len({number, word, tel(ANNA)}) == 2
    assert {number: 1}.get(word) is None


def test_only_a_number_is_shown_in_groups_of_digits() -> None:
    """Whatever else looks like one is shown as it is."""
    assert tel(ANNA).shown == "+31 6 12345678"
    assert Identity(scheme=ALPHA, value=ANNA).shown == ANNA
    assert told(LID, WHATSAPP_LID).shown == LID


def test_people_mean_an_account_or_a_number() -> None:
    """As they stand on a page or in an address book; anything else is refused in words."""
    assert meant(f" {LID} ") == told(LID, WHATSAPP_LID)
    assert meant("06 12345678") == tel(ANNA)
    with pytest.raises(InvalidInput, match="is not a phone number"):
        meant("iemand@lid.nl")


numbers = st.integers(1_000_000, 10**15 - 1).map(lambda digits: f"+{digits}")


@given(st.lists(numbers))
def test_numbers_keep_the_order_of_their_texts(texts: list[str]) -> None:
    """As they stood when there was nothing but numbers."""
    assert [each.value for each in sorted(map(tel, texts))] == sorted(texts)


@given(st.lists(st.builds(Identity, value=st.text(max_size=3), scheme=st.text(max_size=3))))
def test_the_order_is_by_value_first_and_total(identities: list[Identity]) -> None:
    """Who takes locks in this order never waits in a ring."""
    ordered = sorted(set(identities))
    assert all(before < after for before, after in pairwise(ordered))
    assert [each.value for each in ordered] == sorted(each.value for each in ordered)


def test_a_channel_writes_to_its_own_schemes_only() -> None:
    """A hidden number is reached by WhatsApp alone, a word by no channel, a ring by none that is
    known.
    """
    lid, word = told(LID, WHATSAPP_LID), told("KPN")
    for channel in Channel.known():
        assert channel.writes_to(tel(ANNA)) is (channel.reads_identity is None)
        assert channel.writes_to(lid) is (channel is Channel.WHATSAPP)
        assert not any(map(channel.writes_to, (word, RING.told("A17"))))
    assert RING.writes_to(RING.told("A17"))
    assert not RING.writes_to(tel(ANNA))
    assert [Channel.any_writes_to(each) for each in (tel(ANNA), lid, word)] == [True, True, False]


def test_a_message_goes_to_what_its_value_is() -> None:
    """An account that hides its number is none of the numbers."""
    assert Channel.WHATSAPP.addressee(ANNA) == tel(ANNA)
    assert Channel.WHATSAPP.addressee(LID) == told(LID, WHATSAPP_LID)
    both = Channel(name="letter", label="Letter", identity="ring", also_shows=(TEL,))
    assert both.addressee(ANNA) == Identity(scheme="ring", value=ANNA)
