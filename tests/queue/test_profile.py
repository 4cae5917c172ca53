"""A line's own pacing: it can be slower than the default and never quicker."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.device_facts import SmsLimitFacts
from appliance.errors import InvalidInput
from appliance.queue.profile import (
    DEFAULT_PROFILE,
    MINUTE_MS,
    Overrides,
    Profile,
    checked,
    profile_of,
    profile_on,
)

CEILINGS = (
    "words_per_minute",
    "reading_words_per_minute",
    "per_minute",
    "per_hour",
    "first_contacts_per_day",
    "newcomers_per_hour",
    "newcomers_per_day",
    "recipients_per_month",
    "headroom",
    "unanswered_in_a_row",
    "sms_parts",
)
WAITS = (
    "open_chat_ms",
    "apart_ms",
    "gap_min_ms",
    "gap_max_ms",
    "stranger_gap_factor",
    "sms_window_ms",
)


@pytest.mark.parametrize("name", CEILINGS)
def test_a_ceiling_is_never_raised(name: str) -> None:
    """Neither a setting nor an edit in the database raises it."""
    more = getattr(DEFAULT_PROFILE, name) * 1.5 if name == "headroom" else None
    more = more or getattr(DEFAULT_PROFILE, name) + 1
    with pytest.raises(InvalidInput):
        checked({name: more})
    by_hand = profile_of(f'{{"{name}": {more}}}')
    assert getattr(by_hand, name) == getattr(DEFAULT_PROFILE, name)


@pytest.mark.parametrize("name", WAITS)
def test_a_wait_is_never_shortened(name: str) -> None:
    """Somebody in a hurry tries zero and less first."""
    for less in (-1, 0, getattr(DEFAULT_PROFILE, name) / 2):
        with pytest.raises(InvalidInput):
            checked({name: less})
        by_hand = profile_of(f'{{"{name}": {int(less)}}}')
        assert getattr(by_hand, name) == getattr(DEFAULT_PROFILE, name)


@pytest.mark.parametrize(
    "settings",
    [
        {"per_hour": 0},
        {"per_minute": -3},
        {"headroom": 0},
        {"day_budget_share": 2},
        {"day_budget": [[0, 9999]]},
        {"brake": False},
        {"per_hour": "none"},
        {"words_per_minute": float("nan")},
    ],
    ids=repr,
)
def test_what_is_no_pacing_is_refused(settings: dict[str, object]) -> None:
    """The error names the field; there is no switch that turns pacing off."""
    with pytest.raises(InvalidInput) as told:
        checked(settings)
    assert told.value.field in settings


def test_what_a_line_says_holds() -> None:
    """A line can be slower in each way; fields that it does not set stay as they were."""
    stored = checked({"per_hour": 40, "gap_min_ms": 90_000, "day_budget_share": 0.5})
    profile = profile_of(stored)
    assert (profile.per_hour, profile.per_minute) == (40, 6)
    assert (profile.gap_min_ms, profile.gap_max_ms) == (90_000, 90_000)
    assert profile.day_budget == ((0, 10), (3, 25), (7, 50), (14, 75))
    assert profile_of(None) is profile_of("") is profile_of("{no json") is DEFAULT_PROFILE


def test_every_rule_is_a_ceiling_or_a_wait() -> None:
    """For a new field of a profile it must be known in which direction it brakes."""
    known = {*CEILINGS, *WAITS}
    no_setting = {"characters_per_word", "day_budget", "phone_sms"}
    assert {each.name for each in fields(Profile)} == {*known, *no_setting}
    assert set(Overrides.model_fields) == {*known, "day_budget_share"}


@given(
    st.dictionaries(
        st.sampled_from([*CEILINGS, *WAITS, "day_budget_share"]),
        st.one_of(st.integers(-5, 10**7), st.floats(-1, 500, allow_nan=False)),
    )
)
def test_whatever_is_stored_only_brakes(settings: dict[str, float]) -> None:
    """With any JSON in the database, no ceiling is higher and no wait is shorter."""
    text = "{" + ", ".join(f'"{name}": {value}' for name, value in settings.items()) + "}"
    profile = profile_of(text)
    for name in CEILINGS:
        assert getattr(profile, name) <= getattr(DEFAULT_PROFILE, name)
    for name in WAITS:
        assert getattr(profile, name) >= getattr(DEFAULT_PROFILE, name)
    for (_, most), (_, allowed) in zip(profile.day_budget, DEFAULT_PROFILE.day_budget, strict=True):
        assert 1 <= most <= allowed


def test_a_phone_s_own_limit_stands_beside_the_line_s() -> None:
    """A phone that lets more through takes nothing off the line's limit."""
    on_phone = profile_on(DEFAULT_PROFILE, SmsLimitFacts(sms_parts=100, sms_window_ms=60000))
    assert on_phone.phone_sms
    assert on_phone.phone_sms.parts == 100
    assert on_phone.phone_sms.window_ms > MINUTE_MS  # it counts later than the tap
    assert replace(on_phone, phone_sms=None) == DEFAULT_PROFILE
    assert profile_on(DEFAULT_PROFILE, None) == DEFAULT_PROFILE
