"""What holds of the queue at every moment, and how each message may end."""

from collections import Counter as Tally
from dataclasses import dataclass, replace

from hypothesis.stateful import RuleBasedStateMachine, invariant

from appliance.events import EventKind
from appliance.messages import TRANSITIONS, MessageState
from appliance.queue.pacing import DAY_MS, DEFAULT_PROFILE, HOUR_MS, MINUTE_MS
from tests.queue.counter import Counter

S = MessageState
PROVEN = {S.SENT, S.DELIVERED, S.READ}
FOR_EVER_MS = 10**10
SHORT_MS = 10 * MINUTE_MS

TIGHT = replace(
    DEFAULT_PROFILE,
    gap_min_ms=1_000,
    gap_max_ms=2_000,
    per_minute=3,
    per_hour=8,
    day_budget=((0, 4),),
    headroom=0.7,
)
"""Ceilings so low that a few messages reach them."""

EXCUSES = {
    FOR_EVER_MS: {(S.CANCELLED, "opted-out"), (S.CANCELLED, "listed-today")},
    SHORT_MS: {
        (S.CANCELLED, "opted-out"),
        (S.CANCELLED, "listed-today"),
        (S.EXPIRED, "too-old"),
    },
}
"""The ways in which a message may end without having left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    message_id: str
    at_ms: int
    begun: bool


class QueuePromises(RuleBasedStateMachine):
    """Checked after each step; `counter` is what a machine makes."""

    counter: Counter

    def __init__(self) -> None:
        super().__init__()
        self.departures: list[Departure] = []
        self.held: dict[str, Departure] = {}  # attempts that the phone keeps pending
        self.states: dict[str, MessageState] = {}
        self.read_to = 0

    @invariant()
    def nothing_leaves_twice(self) -> None:
        times = Tally(each.message_id for each in self.departures)
        times.update(each.message_id for each in self.held.values())
        assert max(times.values(), default=0) <= 1

    @invariant()
    def only_what_left_is_called_sent(self) -> None:
        left = {each.message_id for each in self.departures}
        rows = self.counter.all(
            "SELECT id FROM message WHERE state IN ('sent', 'delivered', 'read')"
        )
        assert {row["id"] for row in rows} <= left

    @invariant()
    def states_follow_each_other_as_they_may(self) -> None:
        for event in self.counter.events(EventKind.MESSAGE_STATE, after=self.read_to):
            assert event.message_id
            before, after = event.facts["from"], S(event.facts["to"])
            if before is None:
                assert after is S.QUEUED
            else:
                assert S(before) is self.states[event.message_id]
                assert after in TRANSITIONS[S(before)]
            self.states[event.message_id] = after
            self.read_to = max(self.read_to, event.seq)

    @invariant()
    def no_window_holds_more_than_its_ceiling(self) -> None:
        every = [each.at_ms for each in self.departures]
        begun = [each.at_ms for each in self.departures if each.begun]
        assert densest(every, MINUTE_MS) <= TIGHT.per_minute
        assert densest(every, HOUR_MS) <= TIGHT.per_hour
        assert densest(begun, DAY_MS) <= TIGHT.day_budget[0][1]


def densest(times: list[int], window_ms: int) -> int:
    """The most messages that left in any window of this length."""
    ordered = sorted(times)
    return max(
        (sum(start <= each < start + window_ms for each in ordered) for start in ordered),
        default=0,
    )
