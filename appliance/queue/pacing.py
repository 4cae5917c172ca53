"""Pacing: when a SIM may send next, and why not now. A pure function.

One SIM is one person with two thumbs. The function takes what this SIM has sent, a profile, the
time and the message, and answers *not before T, because R*. It knows no database and no clock. What
looks random is drawn from the message's own id, so asking twice gives the same answer. It is a
brake that protects people and the number, and no disguise.
"""

import random
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from appliance.identities import Identity
from appliance.messages import MessageClass
from appliance.queue.history import History, Left, RunningSum
from appliance.queue.office_hours import OfficeHours
from appliance.queue.profile import (
    DAY_MS,
    DEFAULT_PROFILE,
    HOUR_MS,
    MINUTE_MS,
    MONTH_MS,
    SECOND_MS,
    Profile,
)
from appliance.reasons import Reason

__all__ = [
    "ANSWER_WINDOW_MS",
    "AUTOMATIC_RULES",
    "DAY_MS",
    "DEFAULT_PROFILE",
    "GREETINGS",
    "HOUR_MS",
    "MINUTE_MS",
    "MONTH_MS",
    "QUIET_MS",
    "REPLIES",
    "SECOND_MS",
    "History",
    "Left",
    "Profile",
    "Turn",
    "Waiting",
    "earliest",
]

QUIET_MS = 5 * MINUTE_MS
"""So long after a colleague's answer the conversation is theirs: nothing that Balie says by itself
comes so soon.
"""

AUTOMATIC_RULES = ("welcome", "outside-hours", "absence", "nobody-logged-in", "all-busy")
"""Rules that say something while no colleague answers."""

GREETINGS = (*AUTOMATIC_RULES, "stop", "start", "call")
"""Rules that answer anybody who writes or calls: other people decide how often they do so."""

ANSWER_WINDOW_MS = 24 * HOUR_MS
"""A message to a contact who wrote within this time counts as an answer, whoever writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A message that wants to leave.

    `answering`: its contact wrote within the last 24 hours. `unanswered`: messages in a row that
    Balie or a list began without an answer. `typed`: a member of staff typed it just now.
    `heard_length`: characters of what the contact wrote, which a person reads before answering.
    `first`: nothing was ever said in this conversation. `sms`: it travels as SMS. `greets`: a rule
    answers somebody who never got anything.
    """

    id: str
    identity: Identity
    kind: MessageClass
    text_length: int
    created_ms: int
    typed: bool
    answering: bool
    unanswered: int
    not_before_ms: int = 0
    parts: int = 1
    heard_length: int = 0
    first: bool = False
    sms: bool = False
    greets: bool = False

    @property
    def is_reply(self) -> bool:
        return self.kind in REPLIES

    @property
    def is_begun(self) -> bool:
        """Balie or a list begins it: nobody asked anything in the last 24 hours."""
        return not self.answering and self.kind not in REPLIES

    def left_at(self, at_ms: int) -> Left:
        """Its entry in the SIM's history once it left."""
        return Left(
            at_ms=at_ms,
            identity=self.identity,
            answering=self.answering,
            parts=self.parts,
            sms=self.sms,
            first=self.first,
            greets=self.greets,
        )


REPLIES = (MessageClass.REPLY, MessageClass.CONFIRMATION)


class Turn(NamedTuple):
    """Not before `at_ms` (None: nobody can know), because of `brake` (None: nothing holds it)."""

    at_ms: int | None
    brake: Reason | None


def earliest(
    message: Waiting, history: History, profile: Profile, hours: OfficeHours, *, now_ms: int
) -> Turn:
    """When this message may leave at the earliest, and the rule that decides it."""
    is_begun = message.is_begun
    if is_begun and message.unanswered >= profile.unanswered_in_a_row:
        return Turn(at_ms=None, brake=Reason.UNANSWERED)
    opens_first = is_begun and message.first and not history.knows(message.identity)
    if opens_first and profile.first_contacts_per_day == 0:
        return Turn(at_ms=None, brake=Reason.FIRST_CONTACTS)
    at_ms, brake = _hands_free(message, history, profile, now_ms)
    welcome_ms = _newcomers_at(message, history, profile, now_ms)
    at_ms = max(at_ms, welcome_ms)
    limits = _limits(message, history, profile, opens_first=opens_first)
    # A later time may fall under another rule: repeat until it no longer moves.
    while True:
        before_ms = at_ms
        for window, span_ms, room, limit in limits:
            free_ms = window.room_at(at_ms, span_ms, room)
            if free_ms > at_ms:
                at_ms, brake = free_ms, limit
        if is_begun:
            at_ms, brake = _within_budgets(at_ms, brake, message, history, profile)
            opens_ms = hours.open_from(at_ms)
            if opens_ms is None:
                return Turn(at_ms=None, brake=Reason.OFFICE_HOURS)
            if opens_ms > at_ms:
                at_ms, brake = opens_ms, Reason.OFFICE_HOURS
        if at_ms == before_ms:
            # NEWCOMERS, whatever else holds it: replies and others are planned without it.
            return Turn(at_ms=at_ms, brake=Reason.NEWCOMERS if welcome_ms > now_ms else brake)


def _later(
    at_ms: int, brake: Reason | None, other_ms: int, other: Reason
) -> tuple[int, Reason | None]:
    return (other_ms, other) if other_ms > at_ms else (at_ms, brake)


def _hands_free(
    message: Waiting, history: History, profile: Profile, now_ms: int
) -> tuple[int, Reason | None]:
    """The time that a person needs between two messages: hands, reading, typing, a pause."""
    at_ms: int = now_ms
    brake: Reason | None = None
    if message.not_before_ms > at_ms:
        at_ms, brake = message.not_before_ms, Reason.NOT_BEFORE
    last_ms = history.last_ms
    if history.left and last_ms + profile.apart_ms > at_ms:
        at_ms, brake = last_ms + profile.apart_ms, Reason.BUSY
    if not message.typed:
        typed_ms = _typed_at(message, last_ms, profile, now_ms)
        if typed_ms > at_ms:
            at_ms, brake = typed_ms, Reason.TYPING
    if message.kind in REPLIES or not history.left:
        return at_ms, brake
    return _later(at_ms, brake, _gap_over_at(message, last_ms, profile), Reason.GAP)


def _typed_at(message: Waiting, last_ms: int, profile: Profile, now_ms: int) -> int:
    """When a person who starts now, with free hands, would have read and typed it.

    A clock that was ahead may have stamped it after now; then it counts as written now.
    """
    hands_free_ms = max(min(message.created_ms, now_ms), last_ms)
    typing_ms = message.text_length / profile.words_per_minute
    reading_ms = message.heard_length / profile.reading_words_per_minute
    thumbs_ms = (typing_ms + reading_ms) * MINUTE_MS / profile.characters_per_word
    return hands_free_ms + profile.open_chat_ms + int(thumbs_ms)


def _gap_over_at(message: Waiting, last_ms: int, profile: Profile) -> int:
    """The end of the pause that a person makes before a message that is no reply."""
    spread = profile.gap_max_ms - profile.gap_min_ms
    gap_ms = profile.gap_min_ms + int(spread * _drawn(message.id))
    factor = 1.0 if message.answering else profile.stranger_gap_factor
    return last_ms + int(gap_ms * factor)


@lru_cache(maxsize=4096)
def _drawn(message_id: str) -> float:
    """Skewed: mostly short pauses, sometimes a long one; never below the floor."""
    return random.Random(message_id).betavariate(1.5, 4.0)  # noqa: S311 -- a rhythm, no secret


def _newcomers_at(message: Waiting, history: History, profile: Profile, now_ms: int) -> int:
    """When a rule may give its first answer to one more person; many may write at once."""
    if not message.greets:
        return now_ms
    an_hour = history.greeted.room_at(now_ms, HOUR_MS, profile.newcomers_per_hour - 1)
    return history.greeted.room_at(an_hour, DAY_MS, profile.newcomers_per_day - 1)


def _limits(
    message: Waiting, history: History, profile: Profile, *, opens_first: bool
) -> list[tuple[RunningSum, int, int, Reason]]:
    """The sliding windows for this message: each with its length, its room and its reason."""
    share, parts = 1.0 if message.kind in REPLIES else profile.headroom, message.parts
    minute, hour = _room(profile.per_minute, share, parts), _room(profile.per_hour, share, parts)
    limits = [
        (history.all, MINUTE_MS, minute, Reason.CEILING_MINUTE),
        (history.all, HOUR_MS, hour, Reason.CEILING_HOUR),
    ]
    if message.sms:
        room = _room(profile.sms_parts, share, parts)
        limits.append((history.sms, profile.sms_window_ms, room, Reason.SMS_LIMIT))
        if (phone := profile.phone_sms) is not None:
            room = _room(phone.parts, share, parts)
            limits.append((history.sms, phone.window_ms, room, Reason.SMS_LIMIT))
    if opens_first:
        most = profile.first_contacts_per_day
        limits.append((history.first, DAY_MS, most - 1, Reason.FIRST_CONTACTS))
    return limits


@lru_cache(maxsize=1024)
def _room(ceiling: int, share: float, parts: int) -> int:
    """What else may have left under this ceiling; cached, because plans ask for the same few."""
    usable = max(1, int(ceiling * share))
    return usable - min(parts, usable)


def _within_budgets(
    at_ms: int, brake: Reason | None, message: Waiting, history: History, profile: Profile
) -> tuple[int, Reason | None]:
    """A day's budget, which grows with the line's age, and a month's distinct recipients."""
    budget = profile.day_budget_at(max(0, at_ms - history.since_ms) // DAY_MS)
    room = budget - min(message.parts, budget)
    free_ms = history.begun.room_at(at_ms, DAY_MS, room)
    at_ms, brake = _later(at_ms, brake, free_ms, Reason.CEILING_DAY)
    if not message.sms:
        return at_ms, brake
    # SIM plans cap the distinct numbers of a month.
    known_ms = history.new_recipient_at(at_ms, message.identity, profile.recipients_per_month)
    return _later(at_ms, brake, known_ms, Reason.CEILING_MONTH)
