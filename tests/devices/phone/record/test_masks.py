"""Of a text only its shape is recorded."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.phone.record.masks import Masks

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
KEPT = {"So", "Po", "Zs", "Cf", "Cc", "Ps", "Pe", "Sm", "Sk"}


@given(TEXTS)
def test_signs_and_lengths_stay_and_nothing_else(text: str) -> None:
    """Line breaks, marks of direction and emoji included; kinds of characters stay kinds."""
    masked = Masks().text(text)
    assert len(masked) == len(text)
    for was, now in zip(text, masked, strict=True):
        if unicodedata.category(was) in KEPT:
            assert now == was
        assert unicodedata.category(was)[0] == unicodedata.category(now)[0] or was.isalnum()


def test_a_text_has_its_shape_only() -> None:
    assert Masks().text("Hoi Anna,\nom 09:15? \u200eTop 👍") == "Xxx Xxxx,\nxx 11:11? \u200eXxx 👍"
    assert Masks().text("مرحبا שלום 你好") == "ععععع אאאא 字字"


def test_the_same_number_is_masked_alike_in_one_file_and_otherwise_in_the_next() -> None:
    """In whichever notation; it stays a number that could exist."""
    masks, others = Masks(), Masks()
    jid = masks.text("31687654321@s.whatsapp.net")
    spaced = masks.text("+31 6 87654321")
    assert jid == masks.identities("31687654321@s.whatsapp.net")
    assert spaced.replace(" ", "") == "+" + jid.partition("@")[0]
    assert jid[0] != "0"
    assert jid != "31687654321@s.whatsapp.net" != others.text("31687654321@s.whatsapp.net")
    assert masks.text("status@broadcast") == "status@broadcast"


def test_a_hash_that_could_be_tried_out_is_masked_too() -> None:
    """WhatsApp's tag of a chat is a hash of its number, and there are few numbers."""
    tag = "so0wU9GptAxVk3pxSoqvrKXNOYvnbXHY4jjBc+Fj6rs="
    masks = Masks()
    masked = masks.text(tag)
    assert masked == masks.identities(tag)
    assert len(masked) == len(tag)
    assert sum(a == b for a, b in zip(masked, tag, strict=True)) < 12
