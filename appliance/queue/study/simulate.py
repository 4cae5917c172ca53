"""A line in virtual time: the queue's own walks, a described load, and no phone.

What leaves is the first that `asked_in_turn` finds due, and what is announced is what
`planned_in_turn` says of a message when it is accepted. Of a queue it is simpler in this: there is
one way to send, always open; what waits for one person for days is asked again at midnight; the
plan looks at all that waits, however many.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import pairwise
from operator import attrgetter

from appliance.channels import Channel
from appliance.devices.protocol import DeviceState
from appliance.queue.lanes import LANES, Lane, Queued, by_class
from appliance.queue.office_hours import OfficeHours
from appliance.queue.pacing import History, Waiting
from appliance.queue.plan import asked_in_turn, planned_in_turn
from appliance.queue.planned import Planned
from appliance.queue.profile import DAY_MS, HOUR_MS, MINUTE_MS, MONTH_MS, SECOND_MS, Profile
from appliance.queue.routing import Ways
from appliance.queue.rows import FOR_DAYS
from appliance.queue.situation import Situation
from appliance.queue.stored_history import ANSWERS_MS
from appliance.queue.study.load import Load, SimulatedContact, SimulatedPeople
from appliance.reasons import Reason
from appliance.store.devices import Device
from appliance.store.lines import Line
from appliance.store.routes import Route

PHONE_MS = 6 * SECOND_MS
"""The time a phone needs for a message that is already typed: open the chat, set the text, look."""

TIME_TO_LIVE_MS = 24 * HOUR_MS

TOLERANCE = 0.1
TOLERANCE_MS = 5 * SECOND_MS
"""An announced wait holds if it is off by less than a tenth, or by less than a page shows."""

_HERE = "simulated"
_CHANNEL = Channel(name=_HERE, label=_HERE, needs_own_message=False)


@dataclass(slots=True)
class Item:
    """One message of the simulation. `announced_ms` None: nobody could know."""

    waiting: Waiting
    contact: SimulatedContact
    announced_ms: int | None = None
    left_ms: int | None = None
    queued: Queued = field(init=False)

    def __post_init__(self) -> None:
        self.queued = Queued(
            waiting=self.waiting,
            contact_id=self.contact.number,
            text="",
            wanted=None,
            on_whatsapp=None,
            expected_ms=None,
            reason=None,
            tries=0,
            blocked=False,
        )

    @property
    def too_old_ms(self) -> int:
        return self.waiting.created_ms + TIME_TO_LIVE_MS

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
    return [SimulatedLine(load, profile, hours, place).run() for place in range(branches)]


class SimulatedLine:
    """One line and the people around it. `announce` may be made to say more of what is new."""

    def __init__(self, load: Load, profile: Profile, hours: OfficeHours, place: int) -> None:
        self._load, self._hours = load, hours
        self._profile = profile
        self._world = SimulatedPeople(load, hours, place)
        self._history = History(left=(), since_ms=load.since_ms)
        self._desk = _desk_of(load, profile, hours, self._history)
        # By their ids, in the order in which they were accepted.
        self._lanes: dict[Lane, dict[str, Item]] = {lane: {} for lane in LANES}
        self._parked: list[Item] = []
        self._replies: deque[tuple[int, int]] = deque([(0, 0)], maxlen=ANSWERS_MS // DAY_MS)
        self._replies_today = 0
        self._happenings = sorted(self._world.day(load.starts_ms))
        self._free_ms = 0
        # Until then nothing may leave, unless something changes.
        self._ask_again_ms = 0
        self._run = Run()

    def run(self) -> Run:
        now_ms, ends_ms = self._load.starts_ms, self._load.ends_ms
        midnight_ms = now_ms + DAY_MS
        while now_ms < ends_ms:
            self._take(now_ms)
            self._expire(now_ms)
            entry, next_ms = self._choose(now_ms)
            if entry is not None:
                self._send(entry.queued, now_ms)
                continue
            self._note_age(now_ms)
            if self._happenings:
                next_ms = min(next_ms, self._happenings[0].at_ms)
            now_ms = max(now_ms, min(next_ms, midnight_ms))
            if now_ms >= midnight_ms:
                self._begin_day(now_ms)
                midnight_ms += DAY_MS
        self._run.waiting = sum(map(len, self._lanes.values())) + len(self._parked)
        return self._run

    def _begin_day(self, now_ms: int) -> None:
        open_ms = self._hours.open_ms(now_ms - DAY_MS, now_ms)
        self._replies.append((self._replies_today, open_ms))
        self._replies_today = 0
        self._desk.answers_a_ms[_HERE] = self._answers_a_ms()
        if now_ms < self._load.ends_ms:
            for each in self._world.day(now_ms):
                heappush(self._happenings, each)
        self._history.forget_before(now_ms - MONTH_MS - DAY_MS)
        self._let_go()

    def _let_go(self) -> None:
        """What was parked takes its place among the others again."""
        self._queue(self._parked)
        self._parked = []
        self._lanes = {lane: dict(sorted(items.items())) for lane, items in self._lanes.items()}

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
            self.announce(accepted, now_ms)

    def _hear(self, contact: SimulatedContact, at_ms: int) -> None:
        self._run.heard += 1
        for each in self._world.writes(contact, at_ms):
            heappush(self._happenings, each)

    def _queue(self, items: Iterable[Item]) -> None:
        for item in items:
            self._lanes[_lane_of(item)][item.waiting.id] = item
        self._ask_again_ms = 0

    def _expire(self, now_ms: int) -> None:
        for lane in self._lanes.values():
            while lane and (first := next(iter(lane.values()))).too_old_ms <= now_ms:
                del lane[first.waiting.id]
                self._run.expired += 1
                self._ask_again_ms = 0

    def _in_order(self, closed: set[Lane]) -> Iterator[Queued]:
        waiting = {
            lane: map(_QUEUED, items.values()) for lane, items in self._lanes.items() if items
        }
        return by_class(waiting, closed)

    def _choose(self, now_ms: int) -> tuple[Planned | None, int]:
        """What leaves now; else when something may."""
        if self._free_ms > now_ms:
            return None, self._free_ms
        if now_ms < self._ask_again_ms:
            return None, self._ask_again_ms
        closed: set[Lane] = set()
        self._desk.held.clear()
        next_ms, for_days = self._load.ends_ms, []
        due = None
        waiting = self._in_order(closed)
        for entry in asked_in_turn(waiting, closed, self._desk, _HERE, now_ms=now_ms):
            if entry.is_due(now_ms):
                due = entry
                break
            if entry.reason in FOR_DAYS:
                for_days.append(entry)
            elif entry.expected_ms is not None:
                next_ms = min(next_ms, entry.expected_ms)
        self._parked += [self._taken_out(each.queued) for each in for_days]
        self._ask_again_ms = now_ms if due else next_ms
        return due, next_ms

    def _taken_out(self, message: Queued) -> Item:
        return self._lanes[message.lane].pop(message.waiting.id)

    def announce(self, new: Sequence[Item], now_ms: int) -> None:
        """What the plan says of the new ones; those behind them need no plan."""
        wanted = {item.waiting.id: item for item in new}
        for entry in self._planned(now_ms):
            item = wanted.pop(entry.queued.waiting.id, None)
            if item is not None:
                item.announced_ms = entry.expected_ms
                self._run.reasons[entry.reason] += 1
            if not wanted:
                return

    def _planned(self, now_ms: int) -> Iterator[Planned]:
        waiting = [each.queued for lane in self._lanes.values() for each in lane.values()]
        if len(waiting) == 1:
            return iter([self._desk.foresee(waiting[0], now_ms=now_ms)])
        situation = replace(
            self._desk,
            histories={_HERE: self._history.copy()},
            held={},
        )
        return planned_in_turn(waiting, situation, now_ms=now_ms)

    def _answers_a_ms(self) -> float:
        counts, spans_ms = zip(*self._replies, strict=True)
        return float(sum(counts) / max(sum(spans_ms), HOUR_MS))

    def _send(self, message: Queued, now_ms: int) -> None:
        item = self._taken_out(message)
        item.left_ms = now_ms
        self._run.sent.append(item)
        self._history.add(item.waiting.left_at(now_ms))
        self._free_ms = now_ms + PHONE_MS
        self._replies_today += item.waiting.is_reply
        if item.waiting.is_begun:
            item.contact.unanswered += 1
        item.contact.spoken = True
        for each in self._world.left(item.contact, item.waiting.kind, now_ms):
            heappush(self._happenings, each)
        self._note_peaks(now_ms)

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
        firsts = [next(iter(lane.values())) for lane in self._lanes.values() if lane]
        if firsts:
            hour = (now_ms - self._load.starts_ms) // HOUR_MS
            age_ms = now_ms - min(item.waiting.created_ms for item in firsts)
            self._run.oldest_ms[hour] = max(self._run.oldest_ms.get(hour, 0), age_ms)


def _desk_of(load: Load, profile: Profile, hours: OfficeHours, history: History) -> Situation:
    """A line with one way to send, which is always open and counts parts as it is told."""
    line = Line(id=_HERE, branch_id=_HERE, number="", stopped=None, created_ms=load.since_ms)
    device = Device(
        id=_HERE,
        kind=_HERE,
        address="",
        iccid=None,
        sim_number=None,
        state=DeviceState.READY.value,
        reason=Reason.NONE.value,
        channels=frozenset({_CHANNEL}),
        facts="{}",
        changed_ms=load.starts_ms,
        created_ms=load.since_ms,
    )
    route = Route(line_id=_HERE, device_id=_HERE, channel=_CHANNEL)
    return Situation(
        line=line,
        profiles={_HERE: profile},
        ways=Ways(line=line, branch="", routes=[route], devices={_HERE: device}),
        histories={_HERE: history},
        hours=hours,
    )


_QUEUED = attrgetter("queued")


def _lane_of(item: Item) -> Lane:
    return Lane(item.waiting.kind, item.waiting.answering)
