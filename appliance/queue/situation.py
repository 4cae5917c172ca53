"""The situation of a line for one decision: which way a message takes, and when its turn comes."""

import sqlite3
from dataclasses import dataclass, field, replace

from appliance.devices import device_facts
from appliance.messages import MessageClass
from appliance.queue.estimate import interrupted_until
from appliance.queue.history import History
from appliance.queue.lanes import Queued
from appliance.queue.office_hours import OfficeHours, hours_of
from appliance.queue.pacing import HOUR_MS, Profile, Turn, Waiting, earliest
from appliance.queue.planned import OWN_TIME, Planned, is_soon, own_time
from appliance.queue.profile import profile_of, profile_on
from appliance.queue.routing import Parcel, Way, Ways
from appliance.queue.stored_history import Histories
from appliance.reasons import Reason
from appliance.store import branches
from appliance.store.lines import Line
from appliance.store.routes import Route

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
        if message.undecided or message.paused:
            reason = Reason.NEAR_STOP if message.undecided else Reason.PAUSED
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
            signature = self.ways.added(way.route, has_files=message.has_files)
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
            text = self.ways.text_on(route, message.text, has_files=message.has_files)
            parts = route.channel.parts_of(text)
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
        has_files=message.has_files,
    )


def _reason(message: Queued, slot: Turn, way: Way, *, now_ms: int) -> Reason | None:
    """Until a later route may be taken, the obstacle is the reason; after that, the fallback."""
    brake = own_time(message.tries) if slot.brake is Reason.NOT_BEFORE else slot.brake
    if way.obstacle and slot.brake in (None, Reason.NOT_BEFORE):
        return way.obstacle if way.from_ms > now_ms else brake or Reason.FALLBACK
    return brake
