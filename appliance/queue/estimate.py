"""When messages far behind in the queue will leave, by the steady rate of a line.

A plan in detail costs too much for thousands of messages whose turn comes tomorrow. The rhythm
knows the mean pause, the ceilings and the calendar, and no brake of a single message. When a
message comes near, it is planned in detail again.
"""

import math
from bisect import insort
from collections import deque
from dataclasses import dataclass, field

from appliance.queue.lanes import Lane
from appliance.queue.office_hours import OfficeHours
from appliance.queue.profile import DAY_MS, HOUR_MS, MINUTE_MS, Profile, profile_of
from appliance.reasons import Reason
from appliance.store.lines import Line

MEAN_OF_PAUSE = 1.5 / (1.5 + 4.0)
"""The mean of the skewed distribution of pauses, as a share of the span from least to most."""


MOST_ANSWERS = 2.0
"""In one pause; with more answers a line is so busy that a forecast is worth nothing."""


def interrupted(pause_ms: int, answers_a_ms: float) -> int:
    """How long a pause lasts on average when each answer in it makes it begin anew.

    It is the mean wait for a gap of this length between events that come at random times.
    """
    if not answers_a_ms:
        return pause_ms
    return int(math.expm1(min(pause_ms * answers_a_ms, MOST_ANSWERS)) / answers_a_ms)


LIST_ECHO = 0.3
"""Of those whom a list reaches so many write back and are answered, as `study/load.py` has it."""

LIKELY = 0.5
"""The expected answers before the message ahead leaves; with fewer, most likely none comes."""


def interrupted_until(at_ms: int, *, last_ms: int, answers_a_ms: float, now_ms: int) -> int | None:
    """The end of a pause that began at `last_ms` and would end at `at_ms`, with the answers in it.

    None while it is likelier that nobody writes before.
    """
    if (last_ms - now_ms) * answers_a_ms < LIKELY:
        return None
    return last_ms + interrupted(at_ms - last_ms, answers_a_ms)


@dataclass(slots=True, kw_only=True)
class SteadyRate:
    """Gives one time after another; given times and those told to `left` count for the next.

    `answers_a_ms` are the replies that leave in between. `echo` is the share of those whom these
    messages reach who write back and are answered, each about an hour later.
    """

    profile: Profile
    hours: OfficeHours
    since_ms: int
    now_ms: int
    answers_a_ms: float = 0.0
    echo: float = 0.0
    last_ms: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})
    hour: deque[int] = field(default_factory=deque)
    begun: list[int] = field(default_factory=list)
    _per_hour: int = field(init=False)
    _gaps_ms: dict[bool, int] = field(init=False)

    def __post_init__(self) -> None:
        """Thousands of times follow, and each needs what the profile says."""
        profile = self.profile
        self._per_hour = max(1, int(profile.per_hour * profile.headroom))
        span_ms = profile.gap_max_ms - profile.gap_min_ms
        gap_ms = profile.gap_min_ms + int(span_ms * MEAN_OF_PAUSE)
        self._gaps_ms = {True: gap_ms, False: int(gap_ms * profile.stranger_gap_factor)}

    @classmethod
    def after(
        cls, line: Line, profile: Profile, hours: OfficeHours, *, now_ms: int
    ) -> "SteadyRate":
        return cls(
            profile=profile_of(line.pacing, profile),
            hours=hours,
            since_ms=line.created_ms,
            now_ms=now_ms,
        )

    def left(self, at_ms: int, *, answering: bool) -> None:
        """A message leaves, or is promised for this time."""
        self.last_ms[answering] = max(self.last_ms[answering], at_ms)
        self.hour.append(at_ms)
        if len(self.hour) > self._per_hour:
            self.hour.popleft()
        if not answering:
            insort(self.begun, at_ms)

    def next(self, lane: Lane, text_length: int) -> tuple[int, Reason | None]:
        """When the next message of this lane leaves, and what it waits for."""
        at_ms, brake = self._after_the_last(lane, text_length)
        # Times of another lane may lie far ahead; those delay nobody.
        if len(self.hour) == self._per_hour and self.hour[0] <= at_ms < self.hour[0] + HOUR_MS:
            at_ms, brake = self.hour[0] + HOUR_MS, Reason.CEILING_HOUR
        if not lane.answering:
            at_ms, brake = self._within_the_day(at_ms, brake)
        self.left(at_ms, answering=lane.answering)
        return at_ms, brake

    def _after_the_last(self, lane: Lane, text_length: int) -> tuple[int, Reason | None]:
        profile = self.profile
        words = text_length / profile.characters_per_word
        typing_ms = profile.open_chat_ms + int(words / profile.words_per_minute * MINUTE_MS)
        last_ms = self._last_before(lane)
        if not last_ms:
            return self.now_ms, None
        pause_ms = max(self._gaps_ms[lane.answering], typing_ms)
        pause_ms = interrupted(pause_ms, self.answers_a_ms + self._echoes(last_ms) / pause_ms)
        return max(self.now_ms, last_ms + pause_ms), Reason.GAP

    def _echoes(self, at_ms: int) -> float:
        """Answers to each message that leaves by then: those to the first ones have begun."""
        return self.echo * -math.expm1(min(0, self.now_ms - at_ms) / HOUR_MS)

    def _last_before(self, lane: Lane) -> int:
        """An answer does not wait for messages that the calendar holds until tomorrow."""
        answered_ms, began_ms = self.last_ms[True], self.last_ms[False]
        if not lane.answering or began_ms - max(answered_ms, self.now_ms) < HOUR_MS:
            return max(answered_ms, began_ms)
        return answered_ms

    def _within_the_day(self, at_ms: int, brake: Reason | None) -> tuple[int, Reason | None]:
        while True:
            before_ms = at_ms
            budget = self.profile.day_budget_at(max(0, at_ms - self.since_ms) // DAY_MS)
            if len(self.begun) >= budget and self.begun[-budget] > at_ms - DAY_MS:
                at_ms, brake = self.begun[-budget] + DAY_MS, Reason.CEILING_DAY
            opens_ms = self.hours.open_from(at_ms)
            if opens_ms is not None and opens_ms > at_ms:
                at_ms, brake = opens_ms, Reason.OFFICE_HOURS
            if at_ms == before_ms:
                return at_ms, brake
