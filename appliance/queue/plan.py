"""The plan of a line: for each waiting message when it is expected, and why not now."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush

from appliance.channels import Channel
from appliance.devices import device_facts
from appliance.messages import MessageClass
from appliance.queue.estimate import interrupted_until
from appliance.queue.history import History
from appliance.queue.lanes import Lane, Queued, by_class
from appliance.queue.office_hours import OfficeHours, hours_of
from appliance.queue.pacing import HOUR_MS, Profile, Turn, Waiting, earliest
from appliance.queue.planned import (
    OWN_TIME,
    Planned,
    held_behind,
    is_soon,
    own_time,
    steps_aside,
)
from appliance.queue.profile import profile_of, profile_on
from appliance.queue.routing import Parcel, Way, Ways
from appliance.queue.rows import Reading
from appliance.queue.stored_history import Histories
from appliance.reasons import Reason
from appliance.store import branches
from appliance.store.lines import Line
from appliance.store.routes import Route

HORIZON = 200
"""Messages of a lane that a plan shows to somebody who asks for it."""


def plan_line(
    conn: sqlite3.Connection,
    line: Line,
    profile: Profile,
    *,
    now_ms: int,
    horizon: int = HORIZON,
    histories: Histories | None = None,
) -> Sequence[Planned]:
    """The plan for the first `horizon` of each lane, in the order in which they should leave."""
    waiting = Reading(conn, line.id, now_ms=now_ms).heads(horizon)
    if not waiting:
        return []
    histories = histories or Histories()
    situation = Situation.of(conn, line, profile, histories, now_ms=now_ms)
    situation.foretell(conn, histories, now_ms=now_ms)
    return list(planned_in_turn(waiting, situation, now_ms=now_ms))


def planned_in_turn(
    waiting: Sequence[Queued], situation: "Situation", *, now_ms: int
) -> Iterator[Planned]:
    """Each as if those before it had left as planned; `situation` takes that for granted after it.

    `waiting` is in the queue's order. Whoever needs no more of them need not ask for the rest. It
    comes to what one decision after another would, but for two: of several devices one is planned
    as if it held up the others' lanes, and where a ceiling puts something aside for long, what
    counts several parts may meet another ceiling first.
    """
    remaining = _Remaining(waiting, now_ms)
    while (first := remaining.take_first(situation, now_ms=now_ms)) is not None:
        entry = situation.foreseen(first, now_ms=now_ms)
        situation.assume(entry)
        yield entry


class _Remaining:
    """What a plan has not come to yet: lane by lane as decisions see it, and what is for later.

    For later is what has a time of its own, and what a ceiling puts aside for long: others are
    asked without it until then.
    """

    def __init__(self, waiting: Sequence[Queued], now_ms: int) -> None:
        self._lanes: dict[Lane, dict[str, Queued]] = {}
        self._later: list[tuple[int, str, Queued]] = []
        self._aside: dict[str, Planned] = {}
        for message in waiting:
            if (at_ms := _own_time_ms(message)) > now_ms:
                heappush(self._later, (at_ms, message.waiting.id, message))
            else:
                self._lanes.setdefault(message.lane, {})[message.waiting.id] = message

    def take_first(self, situation: "Situation", *, now_ms: int) -> Planned | None:
        """Whom a decision will find due first; sooner only one whose time nobody knows."""
        first = self._first(situation, now_ms=now_ms)
        while self._later and not _leaves_before(first, at_ms := self._later[0][0]):
            while self._later and self._later[0][0] == at_ms:
                self._come_back(heappop(self._later)[-1])
            first = self._first(situation, now_ms=now_ms)
        if first is not None:
            del self._lanes[first.queued.lane][first.queued.waiting.id]
            self._aside.pop(first.queued.waiting.id, None)
        return first

    def _come_back(self, message: Queued) -> None:
        lane = self._lanes.get(message.lane, {})
        self._lanes[message.lane] = dict(sorted([*lane.items(), (message.waiting.id, message)]))

    def _first(self, situation: "Situation", *, now_ms: int) -> Planned | None:
        closed: set[Lane] = set()
        aside: list[Planned] = []
        first: Planned | None = None
        held, situation.held = situation.held, situation.held.copy()
        for entry in self._aside.values():
            situation.hold_back(entry)
        waiting = {lane: messages.values() for lane, messages in self._lanes.items() if messages}
        for message in by_class(waiting, closed):
            entry = situation.plan(message, now_ms=now_ms)
            if entry.expected_ms is None:
                first = entry
                break
            situation.hold_back(entry)
            if self._steps_aside(entry):
                aside.append(entry)
                continue
            if first is None or entry.expected_ms < (first.expected_ms or 0):
                first = entry
            if entry.is_due(now_ms):
                break
            closed |= held_behind(entry)
        situation.held = held
        for entry in aside:
            self._put_aside(entry)
        return first

    def _steps_aside(self, entry: Planned) -> bool:
        """Not any more at the time until which it did."""
        before = self._aside.get(entry.queued.waiting.id)
        return steps_aside(entry) and (before is None or before.expected_ms != entry.expected_ms)

    def _put_aside(self, entry: Planned) -> None:
        message = entry.queued
        del self._lanes[message.lane][message.waiting.id]
        self._aside[message.waiting.id] = entry
        heappush(self._later, (entry.expected_ms or 0, message.waiting.id, message))


def _own_time_ms(message: Queued) -> int:
    """From when on decisions look at it; what is tried again keeps its place meanwhile."""
    return 0 if message.tries else message.waiting.not_before_ms


def _leaves_before(entry: Planned | None, at_ms: int) -> bool:
    if entry is None:
        return False
    return entry.expected_ms is None or entry.expected_ms < at_ms


def next_due(
    conn: sqlite3.Connection,
    line: Line,
    profile: Profile,
    *,
    device_id: str,
    channels: frozenset[Channel],
    now_ms: int,
    histories: Histories | None = None,
    looked: dict[Lane, str] | None = None,
) -> Planned | None:
    """The first message in the queue's order that this device may send now.

    `looked` belongs to this device and line; the caller keeps it for the next call.
    """
    reading = Reading(conn, line.id, now_ms=now_ms, looked=looked)
    if reading.is_empty():
        return None
    situation = Situation.of(conn, line, profile, histories or Histories(), now_ms=now_ms)
    closed: set[Lane] = set()
    asked = asked_in_turn(reading.in_order(closed), closed, situation, device_id, now_ms=now_ms)
    due = (each for each in asked if each.is_due(now_ms))
    return next((each for each in due if _is_for(each.route, device_id, channels)), None)


def asked_in_turn(
    waiting: Iterable[Queued],
    closed: set[Lane],
    situation: "Situation",
    device_id: str,
    *,
    now_ms: int,
) -> Iterator[Planned]:
    """Each as it stands now, without what may leave before it; the first that is due leaves.

    Lanes that one holds up are `closed` behind it: whoever gives `waiting` gives none of them.
    """
    for message in waiting:
        entry = situation.plan(message, now_ms=now_ms)
        situation.hold_back(entry)
        # Another device is another pair of thumbs: its pause is not this one's.
        own = entry.route is not None and entry.route.device_id == device_id
        if own and not entry.is_due(now_ms):
            closed |= held_behind(entry)
        yield entry


def _is_for(route: Route | None, device_id: str, channels: frozenset[Channel]) -> bool:
    return route is not None and route.device_id == device_id and route.channel in channels


_PAUSES = frozenset({Reason.GAP, Reason.TYPING})


@dataclass(slots=True, kw_only=True)
class Situation:
    """The data for one decision, read once.

    `histories` grow as messages are assumed sent. `held` says for a person and a class until when
    later messages wait for an earlier one. `answers_a_ms` says how often answers will interrupt
    other messages of each SIM. `asked` keeps what of a message's way does not change meanwhile.
    """

    line: Line
    profiles: dict[str, Profile]
    ways: Ways
    histories: dict[str, History]
    hours: OfficeHours
    held: dict[tuple[str, MessageClass], int] = field(default_factory=dict)
    answers_a_ms: dict[str, float] = field(default_factory=dict)
    asked: dict[str, "_Choice"] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        conn: sqlite3.Connection,
        line: Line,
        profile: Profile,
        histories: Histories,
        *,
        now_ms: int,
    ) -> "Situation":
        ways = Ways.of(conn, line)
        devices = ways.devices
        own = profile_of(line.pacing, profile)
        return cls(
            line=line,
            profiles={
                each: profile_on(own, device_facts.read(device.facts).sms_limit)
                for each, device in devices.items()
            },
            ways=ways,
            histories={each: histories.of(conn, each, line, now_ms=now_ms) for each in devices},
            hours=hours_of(branches.branch(conn, line.branch_id)),
        )

    def hours_ahead(self, message: Queued, *, now_ms: int) -> int:
        """Whole hours until the calendar lets it leave: its own time and the office's hours."""
        from_ms = max(now_ms, message.waiting.not_before_ms)
        if message.waiting.is_begun:
            from_ms = self.hours.open_from(from_ms) or from_ms
        return (from_ms - now_ms) // HOUR_MS

    def plan(self, message: Queued, *, now_ms: int) -> Planned:
        if message.undecided:
            reason = Reason.NEAR_STOP
            return Planned(queued=message, expected_ms=None, reason=reason, route=None)
        asked = self.asked.get(message.waiting.id) or self._ask(message)
        if asked.route is None:
            return Planned(queued=message, expected_ms=None, reason=asked.obstacle, route=None)
        return self._planned(message, asked, asked.waiting, now_ms=now_ms)

    def _planned(
        self, message: Queued, asked: "_Choice", waiting: Waiting, *, now_ms: int
    ) -> Planned:
        slot = self._slot(message, asked.device_id, waiting, now_ms=now_ms)
        return Planned(
            queued=message,
            expected_ms=slot.at_ms,
            reason=_reason(message, slot, asked.way, now_ms=now_ms),
            route=asked.route,
            signature=asked.signature,
        )

    def _ask(self, message: Queued) -> "_Choice":
        way = self.ways.choose(_parcel(message))
        held = None if way.route is None else self._held_for(message, way.route)
        waiting, signature = message.waiting, None
        if way.route is not None:
            waiting = self._on_the_way(message, way, way.route)
            signature = self.ways.signature(way.route)
        asked = _Choice(
            way=way,
            route=None if held else way.route,
            obstacle=held or way.obstacle,
            waiting=waiting,
            signature=signature,
        )
        self.asked[message.waiting.id] = asked
        return asked

    def foretell(self, conn: sqlite3.Connection, histories: Histories, *, now_ms: int) -> None:
        """Reads how often answers come in between; `foresee` needs it."""
        self.answers_a_ms = {
            each: histories.answers_a_ms(conn, each, self.hours, now_ms=now_ms)
            for each in self.histories
        }

    def foresee(self, message: Queued, *, now_ms: int) -> Planned:
        """As `plan`, but with the answers that will go before it: each begins its pause anew."""
        return self.foreseen(self.plan(message, now_ms=now_ms), now_ms=now_ms)

    def foreseen(self, entry: Planned, *, now_ms: int) -> Planned:
        later_ms = self._interrupted_until(entry, now_ms=now_ms)
        if later_ms is None:
            return entry
        asked = self.asked[entry.queued.waiting.id]
        waiting = replace(asked.waiting, not_before_ms=later_ms)
        later = self._planned(entry.queued, asked, waiting, now_ms=now_ms)
        reason = entry.reason if later.reason in OWN_TIME else later.reason
        return replace(later, reason=reason)

    def _interrupted_until(self, entry: Planned, *, now_ms: int) -> int | None:
        """None when it waits for no pause, or when no answer is expected before it."""
        if entry.route is None or entry.expected_ms is None or entry.queued.waiting.is_reply:
            return None
        if entry.reason not in _PAUSES:
            return None
        return interrupted_until(
            entry.expected_ms,
            last_ms=self.histories[entry.route.device_id].last_ms,
            answers_a_ms=self.answers_a_ms.get(entry.route.device_id, 0.0),
            now_ms=now_ms,
        )

    def _held_for(self, message: Queued, route: Route) -> Reason | None:
        """A reason whose end nobody knows."""
        if message.blocked:
            return Reason.LOOKING
        is_list = message.waiting.kind is MessageClass.LIST
        is_abroad = self.ways.is_abroad(route)
        return Reason.ROAMING if is_list and is_abroad else None

    def _on_the_way(self, message: Queued, way: Way, route: Route) -> Waiting:
        waiting = message.waiting
        if way.from_ms > waiting.not_before_ms:
            waiting = replace(waiting, not_before_ms=way.from_ms)
        if route.channel.counts_parts:
            parts = route.channel.parts_of(self.ways.text_on(route, message.text))
            waiting = replace(waiting, parts=parts, sms=True)
        return waiting

    def _slot(self, message: Queued, device_id: str, waiting: Waiting, *, now_ms: int) -> Turn:
        history, profile = self.histories[device_id], self.profiles[device_id]
        slot = earliest(waiting, history, profile, self.hours, now_ms=now_ms)
        held_until = self.held.get((message.contact_id, waiting.kind), 0)
        if slot.at_ms is not None and slot.at_ms < held_until:
            return Turn(at_ms=held_until, brake=Reason.BUSY)
        return slot

    def hold_back(self, entry: Planned) -> None:
        """First in, first out: later ones to this person do not overtake what will soon leave."""
        if is_soon(entry) and entry.expected_ms is not None:
            key = (entry.queued.contact_id, entry.queued.waiting.kind)
            self.held[key] = max(self.held.get(key, 0), entry.expected_ms)

    def assume(self, entry: Planned) -> None:
        self.hold_back(entry)
        if entry.route is None or entry.expected_ms is None:
            return
        left = entry.queued.waiting.left_at(entry.expected_ms)
        self.histories[entry.route.device_id].add(left)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """Which way a message takes, and how it counts on it. `route` None: none that can be known."""

    way: Way
    route: Route | None
    obstacle: Reason | None
    waiting: Waiting
    signature: str | None

    @property
    def device_id(self) -> str:
        return self.route.device_id if self.route else ""


def _parcel(message: Queued) -> Parcel:
    return Parcel(
        identity=message.waiting.identity,
        text=message.text,
        kind=message.waiting.kind,
        wanted=message.wanted,
        on_whatsapp=message.on_whatsapp,
        bound_to=message.bound_to,
        prefers=message.prefers,
    )


def _reason(message: Queued, slot: Turn, way: Way, *, now_ms: int) -> Reason | None:
    """Until a later route may be taken, the obstacle is the reason; after that, the fallback."""
    brake = own_time(message.tries) if slot.brake is Reason.NOT_BEFORE else slot.brake
    if way.obstacle and slot.brake in (None, Reason.NOT_BEFORE):
        return way.obstacle if way.from_ms > now_ms else brake or Reason.FALLBACK
    return brake
