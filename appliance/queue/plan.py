"""The plan of a line: for each waiting message when it is expected, and why not now."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from appliance.channels import Channel
from appliance.devices import device_facts
from appliance.messages import MessageClass
from appliance.queue import rows
from appliance.queue.estimate import Rhythm, interrupted_until
from appliance.queue.history import History
from appliance.queue.office_hours import OfficeHours, hours_of
from appliance.queue.pacing import HOUR_MS, Profile, Slot, earliest
from appliance.queue.past import Histories
from appliance.queue.profile import profile_of, profile_on
from appliance.queue.routing import Parcel, Way, Ways
from appliance.queue.rows import Lane, Reading
from appliance.reasons import Reason
from appliance.store import branches
from appliance.store.lines import Line
from appliance.store.routes import Route

HORIZON = 200
"""Messages of a lane that a plan shows to somebody who asks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """`expected_ms` None: nobody can know. `route` None: no route can carry it now. `reason` None:
    it may leave at once.

    `signature` is added to its text on that route.
    """

    queued: rows.Queued
    expected_ms: int | None
    reason: Reason | None
    route: Route | None
    signature: str | None = None


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
    desk = Desk.of(conn, line, profile, histories, now_ms=now_ms)
    desk.foretell(conn, histories, now_ms=now_ms)
    planned: list[Planned] = []
    aside: list[rows.Queued] = []
    people: set[str] = set()
    # Messages that the calendar holds for hours must not count as standing before those due now.
    for message in sorted(waiting, key=lambda each: desk.hours_ahead(each, now_ms=now_ms)):
        entry = desk.foresee(message, now_ms=now_ms)
        follows = message.contact_id in people and not message.waiting.is_reply
        if follows or steps_aside(entry):
            aside.append(message)
            people.add(message.contact_id)
            continue
        desk.assume(entry)
        planned.append(entry)
    for message in aside:
        entry = desk.foresee(message, now_ms=now_ms)
        desk.assume(entry)
        planned.append(entry)
    return planned


HOLDS_FEW = frozenset(
    {
        Reason.CEILING_DAY,
        Reason.CEILING_MONTH,
        Reason.FIRST_CONTACTS,
        Reason.NEWCOMERS,
        Reason.SMS_LIMIT,
    }
)
"""Brakes that hold some messages of a SIM for long; others are planned first and leave."""


def steps_aside(entry: Planned) -> bool:
    """True when others are planned before it. Replies step aside only if many new people wrote."""
    if entry.reason is Reason.NEWCOMERS:
        return True
    return entry.reason in HOLDS_FEW and not entry.queued.waiting.is_reply


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
    desk = Desk.of(conn, line, profile, histories or Histories(), now_ms=now_ms)
    closed: set[Lane] = set()
    for message in reading.in_order(closed):
        entry = desk.plan(message, now_ms=now_ms)
        desk.hold_back(entry)
        due = entry.expected_ms is not None and entry.expected_ms <= now_ms
        if due and _is_for(entry.route, device_id, channels):
            return entry
        # Another device is paced by itself: its pause does not hold this one.
        if not due and entry.route is not None and entry.route.device_id == device_id:
            closed |= _held_behind(entry)
    return None


def distant_plan(
    conn: sqlite3.Connection,
    line: Line,
    profile: Profile,
    near: Sequence[Planned],
    *,
    now_ms: int,
    limit: int,
    histories: Histories,
) -> Sequence[tuple[rows.Distant, int | None, Reason | None]]:
    """For those behind `near` in their lanes, `limit` a lane: a time by the steady rate.

    The route of each is looked up. What leaves a whole lane without a time leaves them without one,
    too.
    """
    ways = Ways.of(conn, line)
    hours = hours_of(branches.branch(conn, line.branch_id))
    rhythm = Rhythm.after(line, profile, hours, now_ms=now_ms)
    devices = {entry.route.device_id for entry in near if entry.route}
    rates = (histories.answers_a_ms(conn, each, hours, now_ms=now_ms) for each in devices)
    rhythm.answers_a_ms = max(rates, default=0.0)
    for entry in sorted(near, key=lambda each: each.expected_ms or 0):
        if entry.expected_ms is not None and entry.reason is not Reason.NOT_BEFORE:
            rhythm.left(entry.expected_ms, answering=entry.queued.waiting.answering)
    found: list[tuple[rows.Distant, int | None, Reason | None]] = []
    for lane in rows.LANES:
        last = _last_ready(near, lane)
        if last is None:
            continue
        behind = rows.distant(conn, line.id, lane, after=last.queued.waiting.id, limit=limit)
        for each in behind:
            way = ways.choose(_parcel_of(each))
            if way.route is None:
                found.append((each, None, way.obstacle))
            elif last.expected_ms is None and last.reason in _HOLDS_THE_LANE:
                found.append((each, None, last.reason))
            else:
                found.append((each, *_by_rhythm(each, rhythm)))
    return found


_HOLDS_THE_LANE = (Reason.OFFICE_HOURS, Reason.ROAMING)


def _parcel_of(each: rows.Distant) -> Parcel:
    return Parcel(
        identity=each.identity,
        text=each.text,
        kind=each.lane.kind,
        wanted=each.wanted,
        on_whatsapp=each.on_whatsapp,
        bound_to=each.bound_to,
    )


def _by_rhythm(each: rows.Distant, rhythm: Rhythm) -> tuple[int, Reason | None]:
    at_ms, brake = rhythm.next(each.lane, len(each.text))
    if each.not_before_ms > at_ms:
        at_ms, brake = each.not_before_ms, Reason.NOT_BEFORE
    return at_ms, brake


def _last_ready(near: Sequence[Planned], lane: Lane) -> Planned | None:
    """The last message of a lane that was planned in detail and is neither parked nor for later."""
    aside = (Reason.UNANSWERED, Reason.NOT_BEFORE)
    ready = [each for each in near if each.queued.lane == lane and each.reason not in aside]
    return max(ready, key=lambda each: each.queued.waiting.id, default=None)


def _is_for(route: Route | None, device_id: str, channels: frozenset[Channel]) -> bool:
    return route is not None and route.device_id == device_id and route.channel in channels


_OF_THE_SIM = frozenset(
    {
        Reason.GAP,
        Reason.CEILING_MINUTE,
        Reason.CEILING_HOUR,
        Reason.CEILING_DAY,
        Reason.OFFICE_HOURS,
    }
)
"""Brakes that hold all later messages of the same lane, whoever they are for."""


def _held_behind(entry: Planned) -> frozenset[Lane]:
    """The lanes in which nothing may overtake this: its own, and those of later classes.

    Otherwise, among many messages, the one that drew the shortest pause would always go first.
    """
    message = entry.queued.waiting
    thumbs = entry.reason is Reason.TYPING and not message.is_reply
    if entry.reason not in _OF_THE_SIM and not thumbs:
        return frozenset()
    later = rows.CLASSES[rows.CLASSES.index(message.kind) :]
    kinds = (message.kind,) if message.is_reply else later
    calm = () if entry.reason is Reason.OFFICE_HOURS else (message.answering,)
    return frozenset(Lane(kind, answering) for kind in kinds for answering in {False, *calm})


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
"""Brakes that end by themselves within the hour."""


_PAUSES = frozenset({Reason.GAP, Reason.TYPING})


@dataclass(slots=True, kw_only=True)
class Desk:
    """The data for one decision, read once.

    `histories` grow as messages are assumed sent. `held` says for a person and a class until when
    later messages wait for an earlier one. `answers_a_ms` says how often answers will interrupt
    other messages of each SIM.
    """

    line: Line
    profiles: dict[str, Profile]
    ways: Ways
    histories: dict[str, History]
    hours: OfficeHours
    held: dict[tuple[str, MessageClass], int] = field(default_factory=dict)
    answers_a_ms: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        conn: sqlite3.Connection,
        line: Line,
        profile: Profile,
        histories: Histories,
        *,
        now_ms: int,
    ) -> "Desk":
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

    def hours_ahead(self, message: rows.Queued, *, now_ms: int) -> int:
        """Whole hours until the calendar lets it leave: its own time and the office's hours."""
        from_ms = max(now_ms, message.waiting.not_before_ms)
        if message.waiting.is_begun:
            from_ms = self.hours.open_from(from_ms) or from_ms
        return (from_ms - now_ms) // HOUR_MS

    def plan(self, message: rows.Queued, *, now_ms: int) -> Planned:
        if message.undecided:
            reason = Reason.NEAR_STOP
            return Planned(queued=message, expected_ms=None, reason=reason, route=None)
        way = self.ways.choose(_parcel(message))
        if way.route is None:
            return Planned(queued=message, expected_ms=None, reason=way.obstacle, route=None)
        if held := self._held_for(message, way.route):
            return Planned(queued=message, expected_ms=None, reason=held, route=None)
        slot = self._slot(message, way, way.route, now_ms=now_ms)
        return Planned(
            queued=message,
            expected_ms=slot.at_ms,
            reason=_reason(slot, way, now_ms=now_ms),
            route=way.route,
            signature=self.ways.signature(way.route),
        )

    def foretell(self, conn: sqlite3.Connection, histories: Histories, *, now_ms: int) -> None:
        """Reads how often answers come in between; `foresee` needs it."""
        self.answers_a_ms = {
            each: histories.answers_a_ms(conn, each, self.hours, now_ms=now_ms)
            for each in self.histories
        }

    def foresee(self, message: rows.Queued, *, now_ms: int) -> Planned:
        """As `plan`, but with the answers that will go before it: each restarts its pause."""
        entry = self.plan(message, now_ms=now_ms)
        later_ms = self._interrupted_until(entry, now_ms=now_ms)
        if later_ms is None:
            return entry
        waiting = replace(message.waiting, not_before_ms=later_ms)
        later = self.plan(replace(message, waiting=waiting), now_ms=now_ms)
        reason = entry.reason if later.reason is Reason.NOT_BEFORE else later.reason
        return replace(later, queued=message, reason=reason)

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

    def _held_for(self, message: rows.Queued, route: Route) -> Reason | None:
        """A reason whose end nobody knows."""
        if message.blocked:
            return Reason.LOOKING
        is_list = message.waiting.kind is MessageClass.LIST
        is_abroad = self.ways.is_abroad(route)
        return Reason.ROAMING if is_list and is_abroad else None

    def _slot(self, message: rows.Queued, way: Way, route: Route, *, now_ms: int) -> Slot:
        waiting = message.waiting
        if way.from_ms > waiting.not_before_ms:
            waiting = replace(waiting, not_before_ms=way.from_ms)
        if route.channel.counts_parts:
            parts = route.channel.parts_of(self.ways.text_on(route, message.text))
            waiting = replace(waiting, parts=parts, sms=True)
        history, profile = self.histories[route.device_id], self.profiles[route.device_id]
        slot = earliest(waiting, history, profile, self.hours, now_ms=now_ms)
        held_until = self.held.get((message.contact_id, waiting.kind), 0)
        if slot.at_ms is not None and slot.at_ms < held_until:
            return Slot(at_ms=held_until, brake=Reason.BUSY)
        return slot

    def hold_back(self, entry: Planned) -> None:
        """First in, first out: no later message to this person overtakes one that will soon
        leave.
        """
        soon = entry.reason in PASSING or entry.queued.tries > 0
        if soon and entry.expected_ms is not None:
            key = (entry.queued.contact_id, entry.queued.waiting.kind)
            self.held[key] = max(self.held.get(key, 0), entry.expected_ms)

    def assume(self, entry: Planned) -> None:
        self.hold_back(entry)
        if entry.route is None or entry.expected_ms is None:
            return
        left = entry.queued.waiting.left_at(entry.expected_ms)
        self.histories[entry.route.device_id].add(left)


def _parcel(message: rows.Queued) -> Parcel:
    return Parcel(
        identity=message.waiting.identity,
        text=message.text,
        kind=message.waiting.kind,
        wanted=message.wanted,
        on_whatsapp=message.on_whatsapp,
        bound_to=message.bound_to,
    )


def _reason(slot: Slot, way: Way, *, now_ms: int) -> Reason | None:
    """Until a later route may be taken, the obstacle is the reason; after that, the fallback."""
    if way.obstacle and slot.brake in (None, Reason.NOT_BEFORE):
        return way.obstacle if way.from_ms > now_ms else slot.brake or Reason.FALLBACK
    return slot.brake
