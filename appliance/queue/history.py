"""What a SIM has sent, stored so that a sliding window is one look-up."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass, replace

from appliance.identities import Identity
from appliance.queue.profile import MONTH_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A message that left, or may have left, from this SIM, over any channel.

    `first`: it began the conversation. `sms`: it counts in the phone's own limit. `greets`: a
    rule's first answer to somebody.
    """

    at_ms: int
    identity: Identity
    answering: bool
    parts: int = 1
    sms: bool = False
    first: bool = False
    greets: bool = False


def by_now(left: Iterable[Left], now_ms: int) -> list[Left]:
    """A clock that was ahead may have stamped a message after now: it counts as sent now."""
    return [each if each.at_ms <= now_ms else replace(each, at_ms=now_ms) for each in left]


class RunningSum:
    """Times, and for each how much had left before: so the sum of any window is one subtraction."""

    __slots__ = ("_before", "_times")

    def __init__(self) -> None:
        self._times: list[int] = []
        self._before: list[int] = [0]

    def append(self, at_ms: int, amount: int) -> None:
        """`at_ms` must not be before the last one."""
        self._times.append(at_ms)
        self._before.append(self._before[-1] + amount)

    def copy(self) -> "RunningSum":
        other = RunningSum()
        other._times, other._before = self._times.copy(), self._before.copy()
        return other

    def forget_until(self, at_ms: int) -> None:
        """No window may reach back to `at_ms` any more."""
        gone = bisect_right(self._times, at_ms)
        del self._times[:gone], self._before[:gone]

    def used(self, at_ms: int, span_ms: int) -> int:
        """What left after `at_ms - span_ms`."""
        return self._before[-1] - self._before[bisect_right(self._times, at_ms - span_ms)]

    def room_at(self, at_ms: int, span_ms: int, room: int) -> int:
        """The first time from `at_ms` on at which at most `room` left in the span before it."""
        before = self._before
        if before[-1] - before[bisect_right(self._times, at_ms - span_ms)] <= room:
            return at_ms
        last_too_many = bisect_left(before, before[-1] - room) - 1
        return self._times[last_too_many] + span_ms


class History:
    """What this SIM has sent in the last 30 days, oldest first, and since when it is in use.

    `add` takes the next message that leaves. `copy` is for plans: what a plan assumes sent stays in
    the plan's copy.
    """

    __slots__ = (
        "_known",
        "_newest_sms",
        "_newest_sms_times",
        "all",
        "begun",
        "first",
        "greeted",
        "left",
        "since_ms",
        "sms",
    )

    def __init__(self, *, left: Iterable[Left], since_ms: int) -> None:
        self.since_ms = since_ms
        self._fill(left)

    def _fill(self, left: Iterable[Left]) -> None:
        self.left: list[Left] = []
        self.all, self.begun, self.first, self.sms = (
            RunningSum(),
            RunningSum(),
            RunningSum(),
            RunningSum(),
        )
        self.greeted = RunningSum()
        self._known: dict[Identity, int] = {}
        self._newest_sms: dict[Identity, int] = {}
        self._newest_sms_times: list[int] = []
        for each in left:
            self._append(each)

    def add(self, left: Left) -> None:
        if self.left and left.at_ms < self.left[-1].at_ms:
            ordered = self.left.copy()
            insort(ordered, left, key=lambda each: each.at_ms)
            self._fill(ordered)
        else:
            self._append(left)

    def copy(self) -> "History":
        other = History(left=(), since_ms=self.since_ms)
        other.left = self.left.copy()
        other.all, other.begun = self.all.copy(), self.begun.copy()
        other.first, other.sms = self.first.copy(), self.sms.copy()
        other.greeted = self.greeted.copy()
        other._known = self._known.copy()
        other._newest_sms = self._newest_sms.copy()
        other._newest_sms_times = self._newest_sms_times.copy()
        return other

    def forget_before(self, at_ms: int) -> None:
        """Drops entries that no window reaches any more."""
        del self.left[: bisect_right(self.left, at_ms, key=lambda each: each.at_ms)]
        for each in (self.all, self.begun, self.first, self.sms, self.greeted):
            each.forget_until(at_ms)
        del self._newest_sms_times[: bisect_right(self._newest_sms_times, at_ms)]
        self._newest_sms = {who: ms for who, ms in self._newest_sms.items() if ms > at_ms}
        self._known = {who: ms for who, ms in self._known.items() if ms > at_ms}

    @property
    def last_ms(self) -> int:
        """When the newest message left; 0 when none did."""
        return self.left[-1].at_ms if self.left else 0

    def knows(self, identity: Identity) -> bool:
        return identity in self._known

    def got_sms(self, identity: Identity, at_ms: int) -> bool:
        """Whether an SMS went to them in the month that ends at `at_ms`."""
        return self._newest_sms.get(identity, at_ms - MONTH_MS) > at_ms - MONTH_MS

    def new_recipient_at(self, at_ms: int, identity: Identity, ceiling: int) -> int:
        """From when on an SMS to `identity` is within the month's distinct recipients of SMS; one
        to whom one went is.
        """
        if self.got_sms(identity, at_ms):
            return at_ms
        times = self._newest_sms_times
        gone = bisect_right(times, at_ms - MONTH_MS)
        return at_ms if len(times) - gone < ceiling else times[gone] + MONTH_MS

    def recipients(self, at_ms: int) -> int:
        """Distinct people who got an SMS in the month that ends at `at_ms`."""
        times = self._newest_sms_times
        return len(times) - bisect_right(times, at_ms - MONTH_MS)

    def _append(self, left: Left) -> None:
        self.left.append(left)
        self.all.append(left.at_ms, left.parts)
        if not left.answering:
            self.begun.append(left.at_ms, left.parts)
        if left.sms:
            self.sms.append(left.at_ms, left.parts)
        if left.first and left.identity not in self._known:
            self.first.append(left.at_ms, 1)
        if left.greets:
            self.greeted.append(left.at_ms, 1)
        self._known[left.identity] = left.at_ms
        if left.sms:
            self._note_recipient(left.identity, left.at_ms)

    def _note_recipient(self, identity: Identity, at_ms: int) -> None:
        known_ms = self._newest_sms.get(identity)
        if known_ms is not None:
            del self._newest_sms_times[bisect_left(self._newest_sms_times, known_ms)]
        self._newest_sms[identity] = at_ms
        self._newest_sms_times.append(at_ms)
