"""The first promise: when a message that is accepted now will leave, the same as the plan will say.

It uses the code of the plan, but begins from the promises to the messages before instead of
planning those again. So its cost does not grow with the queue. A message that is accepted later
and leaves before it changes its time in the planner's next round only.
"""

import sqlite3
from bisect import insort
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from appliance.channels import Channel
from appliance.messages import MessageClass
from appliance.queue import rows
from appliance.queue.heard import SINCE_HEARD
from appliance.queue.history import Left
from appliance.queue.lanes import CLASSES, LANES, Lane, Queued
from appliance.queue.pacing import DEFAULT_PROFILE, GREETINGS, HOUR_MS, Profile, Waiting
from appliance.queue.planned import PASSING, Planned, held_behind, lanes_behind
from appliance.queue.routing import device_obstacle
from appliance.queue.situation import Situation
from appliance.queue.stored_history import Histories
from appliance.reasons import Reason
from appliance.store import events, forecast
from appliance.store.contacts import identity_of
from appliance.store.lines import Line
from appliance.store.store import Tx

REMEMBERED_MS = 1_000
"""A line's promises are read again after this, or when something happened on it."""

NEWEST = 200
"""Promises of a lane that a new one begins from: no ceiling of a day reaches further back."""

LAST_SAID = 8
"""Messages of a conversation that a first promise looks at; the plan looks at all."""

ROUNDS = 8
"""Times that a new one is worked out anew, because others leave before it without holding it up."""

_MEMORY = "promises"

_SAID = f"""
SELECT b.direction, b.answering, b.sent_ms, length(b.text) AS length, {SINCE_HEARD} AS since_heard
FROM conversation c CROSS JOIN message b ON b.id IN (
  SELECT s.id FROM message s WHERE s.conversation_id = c.id
  ORDER BY s.happened_ms DESC, s.id DESC LIMIT :last)
WHERE c.id = :conversation ORDER BY b.happened_ms DESC, b.id DESC
"""  # noqa: S608 -- our own words

_PROMISED = f"""
SELECT m.id, m.scheme, m.value, coalesce(m.contact_id, m.conversation_id) AS contact_id, m.class,
       m.answering, m.wanted, m.text,
       {forecast.EXPECTED_MS} AS expected_ms, {forecast.REASON} AS reason,
       m.not_before_ms, m.answering = 0 AND c.last_in_ms IS NULL AS first,
       coalesce(m.rule IN {GREETINGS}, 0) AS greets
FROM message m INDEXED BY message_waiting CROSS JOIN conversation c ON c.id = m.conversation_id
WHERE m.line_id = ? AND m.class = ? AND m.answering = ? AND m.state IN {rows.WAITING}
  AND m.state = 'queued' AND m.expected_ms IS NOT NULL
ORDER BY m.id DESC LIMIT ?
"""  # noqa: S608 -- our own words
_SAME_LINE = """
SELECT 1 FROM event_log WHERE seq > ? AND (line_id = ? OR line_id IS NULL) LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """A message that is about to be kept. `last_in_ms`: when its contact last wrote. Of a post in a
    group its conversation stands for the contact.

    `undecided`: the contact's words may mean STOP, so it waits until somebody has decided.
    """

    waiting: Waiting
    contact_id: str
    conversation_id: str
    last_in_ms: int | None
    text: str
    wanted: Channel | None
    on_whatsapp: bool | None
    prefers: Channel | None = None
    undecided: bool = False
    has_files: bool = False

    def queued(self, waiting: Waiting) -> Queued:
        return Queued(
            waiting=waiting,
            contact_id=self.contact_id,
            text=self.text,
            wanted=self.wanted,
            on_whatsapp=self.on_whatsapp,
            expected_ms=None,
            reason=None,
            tries=0,
            blocked=False,
            prefers=self.prefers,
            undecided=self.undecided,
            has_files=self.has_files,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Promised:
    """One that stands before others. `hours` until the calendar lets it leave; `closed` are the
    lanes in which nothing leaves before it.
    """

    left: Left
    contact_id: str
    kind: MessageClass
    hours: int
    closed: frozenset[Lane]
    passing: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a new message stands; this decides which messages are before it."""

    lane: Lane
    hours: int

    def follows(self, other: _Promised) -> bool:
        if other.hours != self.hours:
            return other.hours < self.hours
        return CLASSES.index(other.kind) <= CLASSES.index(self.lane.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """The promise for a message, and its place when the promise was made."""

    entry: Planned
    place: _Place

    def as_promised(self) -> _Promised | None:
        """None when nobody can know when it leaves: then it is before no other message."""
        queued, expected_ms = self.entry.queued, self.entry.expected_ms
        if expected_ms is None:
            return None
        return _Promised(
            left=queued.waiting.left_at(expected_ms),
            contact_id=queued.contact_id,
            kind=queued.waiting.kind,
            hours=self.place.hours,
            closed=held_behind(self.entry),
            passing=self.entry.reason in PASSING,
        )


@dataclass(slots=True, kw_only=True)
class _Before:
    """What stands before a place in the queue.

    `until_ms`: when the last message that holds up the place's lane leaves; `situation` is the
    line's after that. `loose` are messages that hold up no lane and leave later, in their order.
    """

    situation: Situation
    until_ms: int
    loose: list[_Promised]

    def foresee(self, message: Queued, *, now_ms: int) -> Planned:
        """Behind those who leave before it can; of very many, behind them all."""
        entry = self.situation.foresee(message, now_ms=now_ms)
        if not self.loose or not _leaves_behind(entry, self.loose[0]):
            return entry
        situation, rest = _copied(self.situation), deque(self.loose)
        for rounds_left in reversed(range(ROUNDS)):
            while rest and (not rounds_left or _leaves_behind(entry, rest[0])):
                _assume(situation, rest.popleft())
            entry = situation.foresee(message, now_ms=now_ms)
            if not rest or not _leaves_behind(entry, rest[0]):
                break
        return entry


def _leaves_behind(entry: Planned, other: _Promised) -> bool:
    return entry.expected_ms is not None and entry.expected_ms >= other.left.at_ms


def _copied(situation: Situation) -> Situation:
    copies = {device: each.copy() for device, each in situation.histories.items()}
    return replace(situation, histories=copies, held=situation.held.copy())


@dataclass(slots=True, kw_only=True)
class _Ahead:
    """What a line has promised, and for each place what stands before it.

    `closed`: nothing can leave the line now, whatever it is.
    """

    situation: Situation
    closed: bool
    read_ms: int
    seq: int
    promised: list[_Promised]
    places: dict[_Place, _Before] = field(default_factory=dict)

    def is_fresh(self, conn: sqlite3.Connection, now_ms: int) -> bool:
        if not 0 <= now_ms - self.read_ms < REMEMBERED_MS:
            return False
        seq, since = events.last_seq(conn), self.seq
        self.seq = seq
        if seq == since:
            return True
        values = (since, self.situation.line.id)
        return seq > since and conn.execute(_SAME_LINE, values).fetchone() is None

    def plan(self, message: Queued, *, now_ms: int) -> Promise:
        place = _Place(message.lane, self.situation.hours_ahead(message, now_ms=now_ms))
        entry = self._before(place).foresee(message, now_ms=now_ms)
        return Promise(entry=entry, place=place)

    def _before(self, place: _Place) -> _Before:
        if place not in self.places:
            before = [each for each in self.promised if place.follows(each)]
            before.sort(key=_at_ms)
            holding = (each.left.at_ms for each in before if place.lane in each.closed)
            until_ms = max(holding, default=0)
            situation = _copied(self.situation)
            for each in before:
                _hold(situation, each)
                if each.left.at_ms <= until_ms:
                    _assume(situation, each)
            loose = [each for each in before if each.left.at_ms > until_ms]
            self.places[place] = _Before(situation=situation, until_ms=until_ms, loose=loose)
        return self.places[place]

    def keep(self, promise: Promise) -> None:
        """From now on it stands before each message that is accepted later."""
        promised = promise.as_promised()
        if promised is None:
            return
        self.promised.append(promised)
        for place in [each for each in self.places if each.follows(promised)]:
            before = self.places[place]
            if place.lane not in promised.closed and promised.left.at_ms > before.until_ms:
                _hold(before.situation, promised)
                insort(before.loose, promised, key=_at_ms)
            elif before.loose or not _is_in_order(before.situation, promised):
                del self.places[place]  # to be made again when it is asked for
            else:
                _hold(before.situation, promised)
                _assume(before.situation, promised)
                before.until_ms = max(before.until_ms, promised.left.at_ms)


def _is_in_order(situation: Situation, promised: _Promised) -> bool:
    return all(each.last_ms <= promised.left.at_ms for each in situation.histories.values())


def _at_ms(promised: _Promised) -> int:
    return promised.left.at_ms


def _assume(situation: Situation, promised: _Promised) -> None:
    """Counts on all devices, so that the new message is not promised before it on any."""
    for history in situation.histories.values():
        history.add(promised.left)


def _hold(situation: Situation, promised: _Promised) -> None:
    if promised.passing:
        key = (promised.contact_id, promised.kind)
        situation.held[key] = max(situation.held.get(key, 0), promised.left.at_ms)


def first_promise(
    tx: Tx, line: Line, coming: Coming, profile: Profile = DEFAULT_PROFILE
) -> Promise:
    """For a message that is not kept yet; call `note_promise` once it is."""
    ahead = _ahead(tx, line, profile)
    if ahead.closed:
        entry = ahead.situation.plan(coming.queued(coming.waiting), now_ms=tx.now_ms)
        return Promise(entry=entry, place=_Place(entry.queued.lane, 0))
    message = coming.queued(with_past(tx.conn, coming))
    return ahead.plan(message, now_ms=tx.now_ms)


def note_promise(tx: Tx, line: Line, promise: Promise) -> None:
    """The message was kept with this promise."""
    ahead = _remembered(tx).by_line[line.id]
    ahead.keep(promise)
    ahead.seq += 1  # the event that it was kept


def with_past(conn: sqlite3.Connection, coming: Coming) -> Waiting:
    """Adds what the pacing needs to know of the conversation before."""
    waiting = coming.waiting
    if waiting.typed and not waiting.is_begun:
        return waiting
    about = {"conversation": coming.conversation_id, "last": LAST_SAID}
    said = conn.execute(_SAID, about).fetchall()
    if waiting.is_begun:
        sent = [row for row in said if row["sent_ms"] is not None]
        unanswered = sum(not row["answering"] and row["since_heard"] for row in sent)
        first = coming.last_in_ms is None and not sent
        return replace(waiting, unanswered=unanswered, first=first)
    heard = next((row["length"] for row in said if row["direction"] == "in"), 0)
    return replace(waiting, heard_length=heard) if waiting.answering else waiting


@dataclass(slots=True)
class _Remembered:
    histories: Histories = field(default_factory=Histories)
    by_line: dict[str, _Ahead] = field(default_factory=dict)

    def forget_before(self, at_ms: int) -> None:
        self.by_line = {
            line_id: each for line_id, each in self.by_line.items() if each.read_ms > at_ms
        }


def share(tx: Tx, histories: Histories) -> None:
    """Promises are made from these from now on; another thread may have read them already."""
    tx.memory[_MEMORY] = _Remembered(histories=histories)


def _remembered(tx: Tx) -> _Remembered:
    found: _Remembered = tx.memory.setdefault(_MEMORY, _Remembered())
    return found


def _ahead(tx: Tx, line: Line, profile: Profile) -> _Ahead:
    remembered = _remembered(tx)
    known = remembered.by_line.get(line.id)
    if known is None or not known.is_fresh(tx.conn, tx.now_ms):
        known = _read(tx, line, profile, remembered.histories)
        remembered.forget_before(tx.now_ms - REMEMBERED_MS)
        remembered.by_line[line.id] = known
    return known


def _read(tx: Tx, line: Line, profile: Profile, histories: Histories) -> _Ahead:
    situation = Situation.of(tx.conn, line, profile, histories, now_ms=tx.now_ms)
    situation.foretell(tx.conn, histories, now_ms=tx.now_ms)
    seq = events.last_seq(tx.conn)
    return _Ahead(
        situation=situation,
        closed=_is_closed(situation),
        read_ms=tx.now_ms,
        seq=seq,
        promised=list(_promised(tx, situation)),
    )


def _is_closed(situation: Situation) -> bool:
    devices = situation.ways.devices
    return all(
        situation.line.stops(each.device_id)
        or device_obstacle(devices[each.device_id], each.channel)
        for each in situation.ways.routes
    )


def _promised(tx: Tx, situation: Situation) -> Iterator[_Promised]:
    """`first` is said of all in a conversation in which nobody was heard, and `greets` of all that
    rules answer: of one that Balie spoke in before, too much is counted, which only makes the
    promise of a stranger later.
    """
    opens_ms = situation.hours.open_from(tx.now_ms) or tx.now_ms
    for lane in LANES:
        values = (situation.line.id, lane.kind.value, int(lane.answering), NEWEST)
        begun = not lane.answering and lane.kind in (MessageClass.AUTOMATIC, MessageClass.LIST)
        found = tx.conn.execute(_PROMISED, values).fetchall()
        for row in found:
            from_ms = max(row["not_before_ms"] or 0, opens_ms if begun else 0)
            yield _Promised(
                left=_left(row, tx.now_ms),
                contact_id=row["contact_id"],
                kind=lane.kind,
                hours=max(0, from_ms - tx.now_ms) // HOUR_MS,
                closed=lanes_behind(lane, Reason.of(row["reason"])),
                passing=row["reason"] in PASSING,
            )


def _left(row: sqlite3.Row, now_ms: int) -> Left:
    wanted = Channel.named(row["wanted"]) if row["wanted"] else None
    return Left(
        at_ms=max(row["expected_ms"], now_ms),
        identity=identity_of(row),
        answering=bool(row["answering"]),
        parts=wanted.parts_of(row["text"]) if wanted else 1,
        sms=wanted is not None and wanted.counts_parts,
        first=bool(row["first"]),
        greets=bool(row["greets"]),
    )
