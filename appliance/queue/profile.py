"""The rules of a line: a profile, and what a line may change of it.

A line stores overrides as JSON. They can only make the line slower than the profile that they
change: a ceiling goes down, a wait goes up. So no setting takes the brake off, not even one that
was written into the database by hand.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from appliance.devices.device_facts import SmsLimitFacts
from appliance.errors import InvalidInput

log = logging.getLogger(__name__)

SECOND_MS = 1000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
MONTH_MS = 30 * DAY_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneLimit:
    """SMS parts that a phone sends in each window before it asks its owner."""

    parts: int
    window_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The rules of one line. All spans are milliseconds."""

    words_per_minute: float = 36.0  # on a phone: the published mean (Palin et al. 2019)
    characters_per_word: float = 5.0  # the convention behind that figure
    reading_words_per_minute: float = 238.0  # silent reading (Brysbaert 2019)
    open_chat_ms: int = 4 * SECOND_MS
    apart_ms: int = SECOND_MS  # between any two, two members of staff included
    gap_min_ms: int = 30 * SECOND_MS
    gap_max_ms: int = 60 * SECOND_MS
    stranger_gap_factor: float = 2.0  # to somebody who is not in conversation now
    per_minute: int = 6
    per_hour: int = 80
    day_budget: tuple[tuple[int, int], ...] = ((0, 20), (3, 50), (7, 100), (14, 150))
    first_contacts_per_day: int = 2  # people with whom there is no conversation yet
    # First answers that rules give by themselves: whoever wants to can make many people write.
    newcomers_per_hour: int = 20
    newcomers_per_day: int = 100
    recipients_per_month: int = 250
    headroom: float = 0.8  # what is not a reply may use this share of a ceiling
    unanswered_in_a_row: int = 3
    # As Android 4.1 had it; newer ones let more through before they ask the phone's owner.
    sms_parts: int = 30
    sms_window_ms: int = 30 * MINUTE_MS
    phone_sms: PhoneLimit | None = None  # what the device in hand says of itself

    def day_budget_at(self, age_days: int) -> int:
        """The last that has begun by this age."""
        return next(most for from_day, most in reversed(self.day_budget) if age_days >= from_day)


DEFAULT_PROFILE = Profile()

_COUNTED_LATER_MS = 10 * SECOND_MS
"""A phone counts an SMS when its app hands it over, a little after the tap that we know of."""

_LOWER = (
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
"""A line may have less of these."""

_HIGHER = (
    "open_chat_ms",
    "apart_ms",
    "gap_min_ms",
    "gap_max_ms",
    "stranger_gap_factor",
    "sms_window_ms",
)
"""A line may have more of these."""


class Overrides(BaseModel):
    """What a line may change. The outer bounds keep a typing error from stopping it for years."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words_per_minute: Annotated[float | None, Field(ge=5)] = None
    reading_words_per_minute: Annotated[float | None, Field(ge=20)] = None
    open_chat_ms: Annotated[int | None, Field(le=MINUTE_MS)] = None
    apart_ms: Annotated[int | None, Field(le=MINUTE_MS)] = None
    gap_min_ms: Annotated[int | None, Field(le=HOUR_MS)] = None
    gap_max_ms: Annotated[int | None, Field(le=2 * HOUR_MS)] = None
    stranger_gap_factor: Annotated[float | None, Field(le=20)] = None
    per_minute: Annotated[int | None, Field(ge=1)] = None
    per_hour: Annotated[int | None, Field(ge=1)] = None
    day_budget_share: Annotated[float | None, Field(gt=0, le=1)] = None
    first_contacts_per_day: Annotated[int | None, Field(ge=0)] = None
    newcomers_per_hour: Annotated[int | None, Field(ge=1)] = None
    newcomers_per_day: Annotated[int | None, Field(ge=1)] = None
    recipients_per_month: Annotated[int | None, Field(ge=1)] = None
    headroom: Annotated[float | None, Field(gt=0, le=1)] = None
    unanswered_in_a_row: Annotated[int | None, Field(ge=1)] = None
    sms_parts: Annotated[int | None, Field(ge=1)] = None
    sms_window_ms: Annotated[int | None, Field(le=DAY_MS)] = None


def checked(settings: Mapping[str, Any], base: Profile = DEFAULT_PROFILE) -> str:
    """The settings as a line stores them. Raises InvalidInput, naming the first that is wrong."""
    try:
        overrides = Overrides.model_validate(settings)
    except ValidationError as exc:
        first = exc.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else "pacing"
        raise InvalidInput(field, f"Pacing: {field}: {first['msg']}.") from exc
    for field in _LOWER:
        asked, allowed = getattr(overrides, field), getattr(base, field)
        if asked is not None and asked > allowed:
            raise InvalidInput(field, f"Pacing: {field} can only be lowered; at most {allowed}.")
    for field in _HIGHER:
        asked, allowed = getattr(overrides, field), getattr(base, field)
        if asked is not None and asked < allowed:
            raise InvalidInput(field, f"Pacing: {field} can only be raised; at least {allowed}.")
    return overrides.model_dump_json(exclude_none=True)


@lru_cache(maxsize=1024)
def profile_of(stored: str | None, base: Profile = DEFAULT_PROFILE) -> Profile:
    """The line's profile. What cannot be read changes nothing; what would be quicker neither."""
    if not stored:
        return base
    try:
        overrides = Overrides.model_validate_json(stored)
    except ValidationError:
        log.warning("a line's pacing cannot be read; the default holds")
        return base
    asked = overrides.model_dump(exclude_none=True)
    share = asked.pop("day_budget_share", 1.0)
    slower = {
        field: min(value, getattr(base, field))
        if field in _LOWER
        else max(value, getattr(base, field))
        for field, value in asked.items()
    }
    budget = tuple((from_day, max(1, int(most * share))) for from_day, most in base.day_budget)
    changed = replace(base, day_budget=budget, **slower)
    return replace(changed, gap_max_ms=max(changed.gap_min_ms, changed.gap_max_ms))


@lru_cache(maxsize=1024)
def profile_on(profile: Profile, told: SmsLimitFacts | None) -> Profile:
    """The profile on a device that told this limit: it holds beside the line's own."""
    if told is None:
        return profile
    window_ms = told.sms_window_ms + _COUNTED_LATER_MS
    return replace(profile, phone_sms=PhoneLimit(parts=told.sms_parts, window_ms=window_ms))
