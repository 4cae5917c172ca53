"""The plan of a line: for each waiting message when it is expected, and why not now."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush

from appliance.channels import Channel
from appliance.queue.lanes import Lane, Queued, by_class
from appliance.queue.pacing import Profile
from appliance.queue.planned import Planned, held_behind, steps_aside
from appliance.queue.rows import Reading
from appliance.queue.situation import Situation
from appliance.queue.stored_history import Histories
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
    waiting: Sequence[Queued], situation: Situation, *, now_ms: int
) -> Iterator[Planned]:
    """Each as if those before it had left as planned; `situation` takes that for granted after it.

    Each lane of `waiting` is in the queue's order. Whoever needs no more of them need not ask for
    the rest. It comes to what one decision after another would, but for two: of several devices one
    is planned as if it held up the others' lanes, and where a ceiling puts something aside for
    long, what counts several parts may meet another ceiling first.
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

    def take_first(self, situation: Situation, *, now_ms: int) -> Planned | None:
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

    def _first(self, situation: Situation, *, now_ms: int) -> Planned | None:
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
    situation: Situation,
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
