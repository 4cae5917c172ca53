"""A line in virtual time: the same pure functions, a described load, and no phone.

It paces by the queue's own function (`earliest`): class before class, first in first out inside a
lane, one message at a time. It is simpler than the queue: it has one route that never fails, a
message that must wait holds up only its own lane, and a parked message waits until midnight. It
announces the time that follows when all before a message leave as planned.
"""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import pairwise

from appliance.messages import MessageClass
from appliance.queue.estimate import interrupted_until
from appliance.queue.office_hours import OfficeHours
from appliance.queue.pacing import History, Slot, Waiting, earliest
from appliance.queue.past import ANSWERS_MS
from appliance.queue.profile import DAY_MS, HOUR_MS, MINUTE_MS, MONTH_MS, SECOND_MS, Profile
from appliance.queue.study.load import Contact, Load, World
from appliance.reasons import Reason

PHONE_MS = 6 * SECOND_MS
"""The time a phone needs for a message that is already typed: open the chat, set the text, look."""

TIME_TO_LIVE_MS = 24 * HOUR_MS

TOLERANCE = 0.1
TOLERANCE_MS = 5 * SECOND_MS
"""An announced wait holds if it is off by less than a tenth, or by less than a page shows."""

_CLASSES = (
    MessageClass.CONFIRMATION,
    MessageClass.REPLY,
    MessageClass.AUTOMATIC,
    MessageClass.LIST,
)
_PAUSES = (Reason.GAP, Reason.TYPING)
_PARKING = (Reason.FIRST_CONTACTS, Reason.CEILING_MONTH, Reason.UNANSWERED)
"""Brakes on one person, which hold no later message of another person."""


@dataclass(slots=True)
class Item:
    """One message of the simulation. `announced_ms` None: nobody could know."""

    waiting: Waiting
    contact: Contact
    announced_ms: int | None = None
    left_ms: int | None = None

    @property
    def waited_ms(self) -> int:
        return (self.left_ms or 0) - self.waiting.created_ms

    @property
    def came_as_announced(self) -> bool:
        if self.announced_ms is None or self.left_ms is None:
            return False
        announced_ms = self.announced_ms - self.waiting.created_ms
        allowed_ms = max(TOLERANCE * announced_ms, TOLERANCE_MS)
        return abs(self.waited_ms - announced_ms) <= allowed_ms


@dataclass(slots=True)
class Peaks:
    """The most that each window held on one day, and the day's budget."""

    minute: int = 0
    hour: int = 0
    day: int = 0
    budget: int = 0
    recipients: int = 0


@dataclass(slots=True)
class Run:
    """What one line did. `oldest_ms` is the age of the queue's oldest message, by the hour."""

    sent: list[Item] = field(default_factory=list)
    accepted: int = 0
    expired: int = 0
    waiting: int = 0
    heard: int = 0
    reasons: Counter[Reason | None] = field(default_factory=Counter)
    peaks: dict[int, Peaks] = field(default_factory=dict)
    oldest_ms: dict[int, int] = field(default_factory=dict)

    @property
    def overlaps(self) -> int:
        """Sends that began before the send before them could have ended."""
        return sum(
            (after.left_ms or 0) - (before.left_ms or 0) < PHONE_MS
            for before, after in pairwise(self.sent)
        )


def simulate(
    load: Load, profile: Profile, hours: OfficeHours, *, branches: int = 1
) -> Sequence[Run]:
    """Each branch's line for as long as the load says; the same seed gives the same runs."""
    return [_Line(load, profile, hours, place).run() for place in range(branches)]


class _Line:
    """A lane holds messages under the same brakes, so only the first of each lane is asked."""

    def __init__(self, load: Load, profile: Profile, hours: OfficeHours, place: int) -> None:
        self._load, self._profile, self._hours = load, profile, hours
        self._world = World(load, hours, place)
        self._history = History(left=(), since_ms=load.since_ms)
        self._lanes: list[deque[Item]] = [deque() for _ in range(2 * len(_CLASSES))]
        self._slots: list[Slot | None] = [None] * len(self._lanes)
        self._parked: list[Item] = []
        self._replies: deque[tuple[int, int]] = deque([(0, 0)], maxlen=ANSWERS_MS // DAY_MS)
        self._replies_today = 0
        self._happenings = sorted(self._world.day(load.starts_ms))
        self._free_ms = 0
        self._run = Run()

    def run(self) -> Run:
        now_ms, ends_ms = self._load.starts_ms, self._load.ends_ms
        midnight_ms = now_ms + DAY_MS
        while now_ms < ends_ms:
            self._take(now_ms)
            lane, next_ms = self._choose(now_ms)
            if lane is not None:
                self._send(lane, now_ms)
                continue
            self._note_age(now_ms)
            if self._happenings:
                next_ms = min(next_ms, self._happenings[0].at_ms)
            now_ms = max(now_ms, min(next_ms, midnight_ms))
            if now_ms >= midnight_ms:
                self._begin_day(now_ms)
                midnight_ms += DAY_MS
        self._run.waiting = sum(map(len, self._lanes)) + len(self._parked)
        return self._run

    def _begin_day(self, now_ms: int) -> None:
        open_ms = self._hours.open_ms(now_ms - DAY_MS, now_ms)
        self._replies.append((self._replies_today, open_ms))
        self._replies_today = 0
        if now_ms < self._load.ends_ms:
            for each in self._world.day(now_ms):
                heappush(self._happenings, each)
        self._history.forget_before(now_ms - MONTH_MS - DAY_MS)
        self._forget_slots()
        parked, self._parked = self._parked, []
        self._queue(parked)

    def _take(self, now_ms: int) -> None:
        """What happens up to now: people write, and messages are accepted."""
        accepted: list[Item] = []
        while self._happenings and self._happenings[0].at_ms <= now_ms:
            each = heappop(self._happenings)
            if each.contact is None:
                continue
            if each.kind is None:
                self._hear(each.contact, each.at_ms)
            else:
                message = self._world.message(each.contact, each.kind, now_ms)
                accepted.append(Item(message, each.contact))
        if accepted:
            self._run.accepted += len(accepted)
            self._queue(accepted)
            self._announce(accepted, now_ms)

    def _hear(self, contact: Contact, at_ms: int) -> None:
        self._run.heard += 1
        for each in self._world.writes(contact, at_ms):
            heappush(self._happenings, each)

    def _queue(self, items: Iterable[Item]) -> None:
        for item in items:
            lane = _lane_of(item.waiting)
            self._lanes[lane].append(item)
            if len(self._lanes[lane]) == 1:
                self._slots[lane] = None

    def _choose(self, now_ms: int) -> tuple[int | None, int]:
        """The first lane whose first message may leave now; else the time when one may."""
        next_ms = self._load.ends_ms
        if self._free_ms > now_ms:
            return None, self._free_ms
        for place in range(len(self._lanes)):
            slot = self._head(place, now_ms)
            if slot is None or slot.at_ms is None:
                continue
            if slot.at_ms <= now_ms:
                return place, now_ms
            next_ms = min(next_ms, slot.at_ms)
        return None, next_ms

    def _head(self, place: int, now_ms: int) -> Slot | None:
        """When the first message of a lane may leave, without those that are too old or parked."""
        lane, slot = self._lanes[place], self._slots[place]
        while lane:
            if lane[0].waiting.created_ms + TIME_TO_LIVE_MS <= now_ms:
                lane.popleft()
                self._run.expired += 1
                slot = None
                continue
            if slot is None:
                slot = self._ask(lane[0].waiting, self._history, now_ms)
            if slot.brake not in _PARKING:
                break
            self._parked.append(lane.popleft())
            slot = None
        self._slots[place] = slot if lane else None
        return self._slots[place]

    def _ask(self, message: Waiting, history: History, now_ms: int) -> Slot:
        return earliest(message, history, self._profile, self._hours, now_ms=now_ms)

    def _announce(self, new: Sequence[Item], now_ms: int) -> None:
        """Plans all up to the new ones, each as if those before it had left as planned."""
        last = max(_lane_of(item.waiting) for item in new)
        ahead = [item for lane in self._lanes[: last + 1] for item in lane]
        ahead.sort(key=lambda item: self._hours_ahead(item.waiting, now_ms))
        history = self._history.copy() if len(ahead) > 1 else self._history
        wanted = set(map(id, new))
        for item in ahead:
            slot = self._foresee(item.waiting, history, now_ms)
            if id(item) in wanted:
                item.announced_ms = slot.at_ms
                self._run.reasons[slot.brake] += 1
            if slot.at_ms is not None and len(ahead) > 1:
                history.add(item.waiting.left_at(slot.at_ms))

    def _foresee(self, message: Waiting, history: History, now_ms: int) -> Slot:
        """With the replies of a day like the last ones, each of which begins a pause anew."""
        slot = self._ask(message, history, now_ms)
        if slot.at_ms is None or message.is_reply or slot.brake not in _PAUSES:
            return slot
        later_ms = interrupted_until(
            slot.at_ms, last_ms=history.last_ms, answers_a_ms=self._answers_a_ms, now_ms=now_ms
        )
        if later_ms is None:
            return slot
        later = self._ask(replace(message, not_before_ms=later_ms), history, now_ms)
        return replace(later, brake=slot.brake) if later.brake is Reason.NOT_BEFORE else later

    @property
    def _answers_a_ms(self) -> float:
        counts, spans_ms = zip(*self._replies, strict=True)
        return float(sum(counts) / max(sum(spans_ms), HOUR_MS))

    def _hours_ahead(self, message: Waiting, now_ms: int) -> int:
        if not message.is_begun:
            return 0
        return ((self._hours.open_from(now_ms) or now_ms) - now_ms) // HOUR_MS

    def _send(self, place: int, now_ms: int) -> None:
        item = self._lanes[place].popleft()
        item.left_ms = now_ms
        self._run.sent.append(item)
        self._history.add(item.waiting.left_at(now_ms))
        self._free_ms = now_ms + PHONE_MS
        self._forget_slots()
        self._replies_today += item.waiting.is_reply
        if item.waiting.is_begun:
            item.contact.unanswered += 1
        item.contact.spoken = True
        for each in self._world.left(item.contact, item.waiting.kind, now_ms):
            heappush(self._happenings, each)
        self._note_peaks(now_ms)

    def _forget_slots(self) -> None:
        self._slots = [None] * len(self._lanes)

    def _note_peaks(self, now_ms: int) -> None:
        day = (now_ms - self._load.starts_ms) // DAY_MS
        peaks = self._run.peaks.setdefault(day, Peaks())
        history = self._history
        peaks.minute = max(peaks.minute, history.all.used(now_ms, MINUTE_MS))
        peaks.hour = max(peaks.hour, history.all.used(now_ms, HOUR_MS))
        peaks.day = max(peaks.day, history.begun.used(now_ms, DAY_MS))
        peaks.recipients = history.recipients(now_ms)
        peaks.budget = self._profile.day_budget_at((now_ms - history.since_ms) // DAY_MS)

    def _note_age(self, now_ms: int) -> None:
        created = [lane[0].waiting.created_ms for lane in self._lanes if lane]
        if created:
            hour = (now_ms - self._load.starts_ms) // HOUR_MS
            age_ms = now_ms - min(created)
            self._run.oldest_ms[hour] = max(self._run.oldest_ms.get(hour, 0), age_ms)


def _lane_of(message: Waiting) -> int:
    return 2 * _CLASSES.index(message.kind) + (0 if message.answering else 1)
