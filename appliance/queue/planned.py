"""What the plan says of one message, and what that does to the others."""

from dataclasses import dataclass
from functools import lru_cache

from appliance.queue.lanes import CLASSES, Lane, Queued
from appliance.queue.pacing import REPLIES
from appliance.reasons import Reason
from appliance.store.routes import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """`expected_ms` None: nobody can know. `route` None: no way to send it now. `reason` None: it
    may leave at once.

    `signature` is what its text gets on that route.
    """

    queued: Queued
    expected_ms: int | None
    reason: Reason | None
    route: Route | None
    signature: str | None = None

    def is_due(self, now_ms: int) -> bool:
        return self.expected_ms is not None and self.expected_ms <= now_ms


OWN_TIME = (Reason.NOT_BEFORE, Reason.RETRY)
"""It waits for no brake: its author chose the time, or a try did not get through."""


def own_time(tries: int) -> Reason:
    """Why it waits for its own time."""
    return Reason.RETRY if tries else Reason.NOT_BEFORE


HOLDS_FEW = frozenset(
    {
        Reason.CEILING_DAY,
        Reason.CEILING_MONTH,
        Reason.FIRST_CONTACTS,
        Reason.NEWCOMERS,
        Reason.SMS_LIMIT,
    }
)
"""Brakes on some messages of a SIM, for long; others leave meanwhile and are planned first."""


def steps_aside(entry: Planned) -> bool:
    """Whether others are planned before it. Replies do only where many new people wrote."""
    if entry.reason is Reason.NEWCOMERS:
        return True
    return entry.reason in HOLDS_FEW and not entry.queued.waiting.is_reply


_OF_THE_SIM = frozenset(
    {
        Reason.GAP,
        Reason.CEILING_MINUTE,
        Reason.CEILING_HOUR,
        Reason.CEILING_DAY,
        Reason.OFFICE_HOURS,
    }
)
"""Brakes that hold whatever stands behind in the same lane, whoever it is for."""


def held_behind(entry: Planned) -> frozenset[Lane]:
    """The lanes in which nothing may overtake this: its own, and those of later classes.

    Otherwise the shortest pause that is drawn among many would always win.
    """
    return lanes_behind(entry.queued.lane, entry.reason)


@lru_cache
def lanes_behind(lane: Lane, reason: Reason | None) -> frozenset[Lane]:
    is_reply = lane.kind in REPLIES
    thumbs = reason is Reason.TYPING and not is_reply
    if reason not in _OF_THE_SIM and not thumbs:
        return frozenset()
    calm = reason is not Reason.OFFICE_HOURS and lane.answering
    kinds = (lane.kind,) if is_reply else CLASSES[CLASSES.index(lane.kind) :]
    return frozenset(Lane(each, answering) for each in kinds for answering in {False, calm})


PASSING = frozenset(
    {
        Reason.TYPING,
        Reason.GAP,
        Reason.CEILING_MINUTE,
        Reason.CEILING_HOUR,
        Reason.SMS_LIMIT,
        Reason.BUSY,
    }
)
"""Brakes that let go by themselves within the hour."""


def is_soon(entry: Planned) -> bool:
    """Whether later ones to the same person wait for it."""
    return entry.reason in PASSING or entry.queued.tries > 0
