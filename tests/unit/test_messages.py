"""Messages: which state may follow which, and what a text may hold."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import InvalidInput
from appliance.messages import MAX_TEXT, TRANSITIONS, MessageState, clean_text

#: It still has to leave, or may have left without proof.
UNSETTLED = frozenset({MessageState.QUEUED, MessageState.SENDING, MessageState.UNCONFIRMED})

#: The table of the life of a message, written out a second time in its own words.
LIFE = {
    "queued": "sending cancelled expired refused failed",
    "sending": "sent queued failed unconfirmed refused cancelled",
    "unconfirmed": "sent queued failed",
    "sent": "delivered read failed",
    "delivered": "read",
    "read": "",
    "failed": "delivered",
    "refused": "",
    "expired": "",
    "cancelled": "",
    "received": "",
}


def reachable(start: MessageState) -> set[MessageState]:
    seen: set[MessageState] = set()
    todo = [start]
    while todo:
        state = todo.pop()
        if state not in seen:
            seen.add(state)
            todo += TRANSITIONS[state]
    return seen


def test_the_transitions_are_those_of_the_design() -> None:
    """Every state has its row, and no state may become another than the table says."""
    table = {state.value: {to.value for to in after} for state, after in TRANSITIONS.items()}
    assert table == {state: set(after.split()) for state, after in LIFE.items()}
    assert set(TRANSITIONS) == set(MessageState)


def test_every_outgoing_state_is_reached_from_queued() -> None:
    """An outgoing message begins as queued; only an incoming one is received."""
    assert reachable(MessageState.QUEUED) == set(MessageState) - {MessageState.RECEIVED}


def test_nothing_that_may_have_left_is_sent_again_without_proof() -> None:
    """Once it is sent, or withdrawn, no way leads back to the queue."""
    for state in set(MessageState) - UNSETTLED:
        assert not reachable(state) & UNSETTLED


def test_an_unknown_outcome_cannot_be_withdrawn() -> None:
    """What may have left is not called cancelled or expired."""
    after = TRANSITIONS[MessageState.UNCONFIRMED]
    assert not after & {MessageState.CANCELLED, MessageState.EXPIRED, MessageState.SENDING}


@pytest.mark.parametrize(
    "text",
    [
        "Hallo",
        "regel 1\nregel 2\r\n\ttab",
        "100 % & 'quotes' \"double\" $(reboot) `id` ; rm -rf",
        "👩‍👩‍👧‍👦 👍🏽 🇳🇱",
        "שלום مرحبا \u202bRTL\u202c",
        "d\u0332\u0331",
        " with space around ",
        "x" * MAX_TEXT,
        "👍" * MAX_TEXT,
    ],
)
def test_a_text_goes_through_unharmed(text: str) -> None:
    """Emoji, right-to-left, marks, shell signs, line breaks and outer spaces stay."""
    assert clean_text(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        (" \n\t\u00a0\u2003", "empty"),
        ("\u200b\u2060\ufeff", "empty"),
        ("\u202e \u202c\u00ad", "empty"),
        ("\u3164\u2800\u115f", "empty"),
        ("\ufe0f\U000e0041", "empty"),
        ("x" * (MAX_TEXT + 1), "4097 characters; at most 4096"),
        ("nul\x00", "NUL"),
        ("half \ud83d", "half an emoji"),
        ("\udc4d other half", "half an emoji"),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused(text: str, says: str) -> None:
    """The error names the field and says in a sentence why."""
    with pytest.raises(InvalidInput, match=says) as caught:
        clean_text(text)
    assert caught.value.field == "text"


def test_length_counts_after_normalising() -> None:
    """A letter and its accent are one character, however they were typed."""
    assert clean_text("e\u0301" * MAX_TEXT) == "\u00e9" * MAX_TEXT


@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """A text that was accepted is accepted again, the same."""
    try:
        once = clean_text(text)
    except InvalidInput:
        return
    assert clean_text(once) == once
