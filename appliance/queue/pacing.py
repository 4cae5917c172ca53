"""Pacing: when a SIM may send next, and why not now. A pure function.

One SIM is one person with one pair of thumbs. The function takes what this SIM has sent, a
profile, the time and the message, and answers *not before T, because R*. It knows no database
and no clock; what looks random is drawn from the message's own id, so asking twice gives the
same answer. It is a brake that protects people and the number, and no disguise.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from appliance.messages import MessageClass
from appliance.queue.office_hours import OfficeHours

SECOND_MS = 1000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
MONTH_MS = 30 * DAY_MS

ANSWER_WINDOW_MS = 24 * HOUR_MS
"""A contact who wrote within this is being answered, whoever answers."""


class Brake(Enum):
    """Why not now. The values are what the API and the pages know."""

    NONE = ""
    NOT_BEFORE = "not-before"
    TYPING = "typing"
    GAP = "gap"
    CEILING_MINUTE = "ceiling-minute"
    CEILING_HOUR = "ceiling-hour"
    CEILING_DAY = "ceiling-day"
    CEILING_MONTH = "ceiling-month"
    OFFICE_HOURS = "office-hours"
    UNANSWERED = "unanswered"
    #: An earlier message to the same person goes first.
    BUSY = "busy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The rules of one line. All spans are milliseconds."""

    words_per_minute: float = 36.0  # on a phone: the published mean (Palin et al. 2019)
    characters_per_word: float = 5.0  # the convention behind that figure
    open_chat_ms: int = 4 * SECOND_MS
    gap_min_ms: int = 30 * SECOND_MS
    gap_max_ms: int = 60 * SECOND_MS
    stranger_gap_factor: float = 2.0  # to somebody who is not in conversation now
    per_minute: int = 6
    per_hour: int = 80
    day_budget: tuple[tuple[int, int], ...] = ((0, 20), (3, 50), (7, 100), (14, 150))
    recipients_per_month: int = 250
    headroom: float = 0.8  # what is not a reply may use this share of a ceiling
    unanswered_in_a_row: int = 3


DEFAULT_PROFILE = Profile()


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A message that left, or may have left, from this SIM, over any channel."""

    at_ms: int
    number: str
    answering: bool
    parts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What this SIM has sent in the last 30 days, oldest first, and since when it is in use."""

    left: Sequence[Left]
    since_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A message that wants to leave.

    `answering`: its contact wrote within the last 24 hours. `unanswered`: messages in a row that
    Balie or a list began without an answer. `typed`: a member of staff typed it just now.
    """

    id: str
    number: str
    kind: MessageClass
    text_length: int
    created_ms: int
    typed: bool
    answering: bool
    unanswered: int
    not_before_ms: int = 0
    parts: int = 1

    @property
    def is_reply(self) -> bool:
        return self.kind in (MessageClass.REPLY, MessageClass.CONFIRMATION)

    @property
    def is_begun(self) -> bool:
        """Balie or a list begins it: nobody asked anything in the last 24 hours."""
        return not self.is_reply and not self.answering


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Not before `at_ms`, because of `brake`; None when nobody can know."""

    at_ms: int | None
    brake: Brake


def earliest(
    message: Waiting, history: History, profile: Profile, hours: OfficeHours, *, now_ms: int
) -> Slot:
    """When this message may leave at the earliest, and the rule that decides it."""
    if message.is_begun and message.unanswered >= profile.unanswered_in_a_row:
        return Slot(at_ms=None, brake=Brake.UNANSWERED)
    slot = Slot(at_ms=now_ms, brake=Brake.NONE)
    slot = _later(slot, message.not_before_ms, Brake.NOT_BEFORE)
    slot = _later(slot, _typed_at(message, history, profile), Brake.TYPING)
    slot = _later(slot, _gap_over_at(message, history, profile), Brake.GAP)
    # A later slot may fall under another rule again: settle until nothing moves.
    while True:
        settled = _under_ceilings(slot, message, history, profile)
        if message.is_begun:
            opens_ms = hours.open_from(settled.at_ms or 0)
            if opens_ms is None:
                return Slot(at_ms=None, brake=Brake.OFFICE_HOURS)
            settled = _later(settled, opens_ms, Brake.OFFICE_HOURS)
        if settled == slot:
            return slot
        slot = settled


def _later(slot: Slot, at_ms: int, brake: Brake) -> Slot:
    return Slot(at_ms=at_ms, brake=brake) if at_ms > (slot.at_ms or 0) else slot


def _typed_at(message: Waiting, history: History, profile: Profile) -> int:
    """When a person who starts now, with free hands, would have it typed."""
    if message.typed:
        return 0
    hands_free_ms = max(message.created_ms, history.left[-1].at_ms if history.left else 0)
    characters_per_ms = profile.words_per_minute * profile.characters_per_word / MINUTE_MS
    return hands_free_ms + profile.open_chat_ms + int(message.text_length / characters_per_ms)


def _gap_over_at(message: Waiting, history: History, profile: Profile) -> int:
    """The end of the pause that a person makes between messages that are no replies."""
    if message.is_reply or not history.left:
        return 0
    spread = profile.gap_max_ms - profile.gap_min_ms
    # Skewed: mostly short pauses, sometimes a long one; never below the floor.
    drawn = random.Random(message.id).betavariate(1.5, 4.0)  # noqa: S311 -- a rhythm, no secret
    gap_ms = profile.gap_min_ms + int(spread * drawn)
    factor = 1.0 if message.answering else profile.stranger_gap_factor
    return history.left[-1].at_ms + int(gap_ms * factor)


def _under_ceilings(slot: Slot, message: Waiting, history: History, profile: Profile) -> Slot:
    share = 1.0 if message.is_reply else profile.headroom
    for window_ms, ceiling, brake in (
        (MINUTE_MS, profile.per_minute, Brake.CEILING_MINUTE),
        (HOUR_MS, profile.per_hour, Brake.CEILING_HOUR),
    ):
        slot = _under(slot, message, history.left, window_ms, max(1, int(ceiling * share)), brake)
    if message.is_begun:
        begun = [each for each in history.left if not each.answering]
        budget = _day_budget(history, profile, slot.at_ms or 0)
        slot = _under(slot, message, begun, DAY_MS, budget, Brake.CEILING_DAY)
        slot = _new_recipient(slot, message, history.left, profile)
    return slot


def _under(
    slot: Slot, message: Waiting, left: Sequence[Left], window_ms: int, ceiling: int, brake: Brake
) -> Slot:
    """The first time from `slot` on at which the sliding window has room for this message."""
    at_ms = slot.at_ms or 0
    room = ceiling - min(message.parts, ceiling)
    used = 0
    for each in reversed(left):
        if each.at_ms <= at_ms - window_ms:
            break
        used += each.parts
        if used > room:
            return _later(slot, each.at_ms + window_ms, brake)
    return slot


def _new_recipient(slot: Slot, message: Waiting, left: Sequence[Left], profile: Profile) -> Slot:
    """SIM plans cap the distinct numbers of a month; a known one costs nothing."""
    at_ms = slot.at_ms or 0
    newest = {each.number: each.at_ms for each in left if each.at_ms > at_ms - MONTH_MS}
    if message.number in newest or len(newest) < profile.recipients_per_month:
        return slot
    return _later(slot, min(newest.values()) + MONTH_MS, Brake.CEILING_MONTH)


def _day_budget(history: History, profile: Profile, at_ms: int) -> int:
    age_days = max(0, at_ms - history.since_ms) // DAY_MS
    budgets = [budget for from_day, budget in profile.day_budget if age_days >= from_day]
    return budgets[-1]
