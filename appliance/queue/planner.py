"""The thread that keeps every waiting message's expected time and reason true.

It plans only what changed, and in detail only what is near. The time of a round and its number of
writes are limited: the next round continues.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from appliance.errors import StoreError
from appliance.messages import MessageState
from appliance.queue import crowding, rows
from appliance.queue.changes import ChangeFeed
from appliance.queue.clock_watch import ClockWatch
from appliance.queue.far_plan import distant_plan
from appliance.queue.pacing import MINUTE_MS, Profile
from appliance.queue.plan import plan_line
from appliance.queue.planned import Planned
from appliance.queue.stored_history import Histories
from appliance.reasons import Reason
from appliance.store import lines, messages
from appliance.store.lines import Line
from appliance.store.store import Store, Tx
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

REPLAN_S = 2.0
"""Real seconds between rounds when nothing asked for one."""

REST_S = 0.1
"""Real seconds between two rounds, however often a round is asked for: software posts in bursts."""

ROUND_S = 0.5
"""Real seconds after which a round begins no other line."""

MAX_WRITTEN = 500
"""Changes after which a round begins no other line; each change is an event that others read."""

NEAR = 40
"""Messages of a lane that are planned in detail."""

FAR = 2000
"""Messages of a lane, behind those, whose time is estimated; behind these the promise stays."""

AGAIN_MS = MINUTE_MS // 2
"""A line on which nothing happens is planned again after this: time alone changes things too."""

FAR_AGAIN_MS = 5 * MINUTE_MS
FAR_WRITTEN = 200

TOLERANCE_MS = 5_000
"""An expected time that moves by less than this is not announced again."""

TOLERANCE = 0.05
FAR_TOLERANCE = 0.1
"""The same as a share of the wait: a wait of hours is not announced again for each minute."""


@dataclass(slots=True)
class _Kept:
    """What is remembered of a line. `due_ms`: when its first message may leave."""

    planned_ms: int | None = None
    far_ms: int | None = None
    due_ms: int | None = None

    def needs_plan(self, now_ms: int) -> bool:
        planned_ms = self.planned_ms
        if planned_ms is None or not 0 <= now_ms - planned_ms < AGAIN_MS:
            return True
        return self.due_ms is not None and planned_ms < self.due_ms <= now_ms

    def needs_far_plan(self, now_ms: int) -> bool:
        return self.far_ms is None or not 0 <= now_ms - self.far_ms < FAR_AGAIN_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Promise:
    """The new expected time and reason of a message."""

    message_id: str
    expected_ms: int | None
    reason: Reason | None


class Planner:
    """`due` is called with a line's id when something on it may leave now."""

    def __init__(self, store: Store, profile: Profile, due: Callable[[str], None]) -> None:
        self._store = store
        self._profile = profile
        self._clock_watch = ClockWatch(store)
        self._due = due
        self._feed = ChangeFeed()
        self._kept: dict[str, _Kept] = {}
        self._histories = Histories()
        self._asked = threading.Event()
        self._stopping = threading.Event()
        self._unkept = Trouble(log, "the plan could not be kept", level=logging.ERROR)
        self._unmade = Trouble(log, "the plan could not be made", level=logging.ERROR)
        self._thread = threading.Thread(target=self._run, name="planner", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._asked.set()
        self._thread.join()

    def ask(self) -> None:
        """Asks for a round now: something was accepted, cancelled or came back."""
        self._asked.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._asked.wait(REPLAN_S)
            self._asked.clear()
            try:
                self.round()
            except StoreError as exc:
                self._unkept.met(exc)
            except Exception as exc:
                self._unmade.met("Balie itself failed", exc=exc)
            else:
                self._unkept.over()
                self._unmade.over()
            self._stopping.wait(REST_S)

    def round(self) -> None:
        """Plans the lines on which something changed, as many as a round may."""
        if self._clock_watch.stands_wrong():
            return
        now_ms = self._store.clock.now_ms()
        self._note_changes()
        until_s, written = time.monotonic() + ROUND_S, 0
        for line in self._oldest_plan_first():
            kept = self._kept.setdefault(line.id, _Kept())
            if kept.needs_plan(now_ms):
                if time.monotonic() > until_s or written > MAX_WRITTEN:
                    continue
                written += self._keep(line, kept, now_ms)
            if kept.due_ms is not None and kept.due_ms <= now_ms:
                self._due(line.id)

    def _note_changes(self) -> None:
        changes = self._store.read(self._feed.read)
        if changes.freed:
            self._store.write(partial(_let_go, message_ids=changes.freed))
        for line_id, kept in self._kept.items():
            if changes.lines is None or line_id in changes.lines:
                kept.planned_ms = None

    def _oldest_plan_first(self) -> Iterator[Line]:
        def age(line: Line) -> int:
            kept = self._kept.get(line.id)
            return (kept and kept.planned_ms) or 0

        return iter(sorted(self._store.read(lines.lines), key=age))

    def _keep(self, line: Line, kept: _Kept, now_ms: int) -> int:
        """Makes one line's plan true; gives how many messages got a new time or reason."""
        stale = self._store.read(
            lambda conn: rows.too_old(conn, line.id, now_ms=now_ms, limit=FAR_WRITTEN)
        )
        if stale:
            self._store.write(partial(_expire, message_ids=stale))
        near = self._store.read(
            lambda conn: plan_line(
                conn,
                line,
                self._profile,
                now_ms=now_ms,
                horizon=NEAR,
                histories=self._histories,
            )
        )
        promises = [_promise(entry) for entry in near if _has_changed(entry, now_ms)]
        if near and kept.needs_far_plan(now_ms):
            far = self._far(line, near, now_ms)
            promises += far[:FAR_WRITTEN]
            kept.far_ms = now_ms if len(far) <= FAR_WRITTEN else None
        self._announce(line.id, promises)
        kept.due_ms = min((each.expected_ms for each in near if each.expected_ms), default=None)
        kept.planned_ms = now_ms if len(stale) < FAR_WRITTEN else None
        return len(stale) + len(promises)

    def _far(self, line: Line, near: Sequence[Planned], now_ms: int) -> Sequence[_Promise]:
        """New promises for messages far behind whose old promises are wrong."""
        plan = self._store.read(
            lambda conn: distant_plan(
                conn,
                line,
                self._profile,
                near,
                now_ms=now_ms,
                limit=FAR,
                histories=self._histories,
            )
        )
        return [
            _Promise(message_id=each.id, expected_ms=expected_ms, reason=reason)
            for each, expected_ms, reason in plan
            if _is_off(each.expected_ms, expected_ms, now_ms, FAR_TOLERANCE)
        ]

    def _announce(self, line_id: str, promises: Sequence[_Promise]) -> None:
        if promises:
            write = partial(_write, line_id=line_id, promises=promises)
            self._store.write(write, durable=False)  # a promise that is lost is made again


def _expire(tx: Tx, message_ids: Sequence[str]) -> None:
    for message_id in message_ids:
        messages.move(tx, message_id, MessageState.EXPIRED, reason=Reason.TOO_OLD)


def _let_go(tx: Tx, message_ids: Sequence[str]) -> None:
    for message_id in message_ids:
        messages.plan(tx, message_id, expected_ms=None, reason=None)


def _write(tx: Tx, line_id: str, promises: Sequence[_Promise]) -> None:
    crowded = (each.message_id for each in promises if each.reason is Reason.NEWCOMERS)
    if (first := next(crowded, None)) is not None:
        crowding.tell(tx, line_id, first)
    for each in promises:
        messages.plan(tx, each.message_id, expected_ms=each.expected_ms, reason=each.reason)


def _promise(entry: Planned) -> _Promise:
    return _Promise(
        message_id=entry.queued.waiting.id, expected_ms=entry.expected_ms, reason=entry.reason
    )


def _has_changed(entry: Planned, now_ms: int) -> bool:
    if entry.queued.reason != entry.reason:
        return True
    return _is_off(entry.queued.expected_ms, entry.expected_ms, now_ms, TOLERANCE)


def _is_off(known: int | None, expected: int | None, now_ms: int, tolerance: float) -> bool:
    if known is None or expected is None:
        return known is not expected
    if known <= now_ms and expected <= now_ms:
        return False
    allowed = max(TOLERANCE_MS, int((expected - now_ms) * tolerance))
    return abs(known - expected) > allowed
