"""The thread that keeps every waiting message's expected time and reason true.

It plans only what changed, and in detail only what is near. What it finds is a forecast in memory;
only what is news to somebody is written and announced (`queue/news.py`). The time of a round and
its number of writes are limited: the next round continues.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from appliance.errors import StoreError
from appliance.messages import MessageState
from appliance.queue import crowding, promise, rows
from appliance.queue.changes import ChangeFeed
from appliance.queue.clock_watch import ClockWatch
from appliance.queue.far_plan import distant_plan
from appliance.queue.news import is_news
from appliance.queue.pacing import MINUTE_MS, Profile
from appliance.queue.plan import plan_line
from appliance.queue.planned import Planned
from appliance.queue.stored_history import Histories
from appliance.reasons import Reason
from appliance.store import lines, messages
from appliance.store.forecast import Correction, Outlook
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
FAR_TOLERANCE = 0.1
"""The share of its wait by which the steady rate may be off: less is not known better."""


@dataclass(slots=True)
class _Kept:
    """What is remembered of a line. `due_ms`: when its first message may leave.

    `far` is what its last plan found out about those far behind.
    """

    planned_ms: int | None = None
    far_ms: int | None = None
    due_ms: int | None = None
    far: Mapping[str, Correction] = field(default_factory=dict)

    def needs_plan(self, now_ms: int) -> bool:
        planned_ms = self.planned_ms
        if planned_ms is None or not 0 <= now_ms - planned_ms < AGAIN_MS:
            return True
        return self.due_ms is not None and planned_ms < self.due_ms <= now_ms

    def needs_far_plan(self, now_ms: int) -> bool:
        return self.far_ms is None or not 0 <= now_ms - self.far_ms < FAR_AGAIN_MS


class Planner:
    """`due` is called with a line's id when something on it may leave now. It reads `histories`
    first: whoever shares them finds them read.
    """

    def __init__(
        self,
        store: Store,
        profile: Profile,
        due: Callable[[str], None],
        histories: Histories | None = None,
    ) -> None:
        self._store = store
        self._profile = profile
        self._clock_watch = ClockWatch(store)
        self._due = due
        self._feed = ChangeFeed()
        self._kept: dict[str, _Kept] = {}
        self._histories = histories or Histories()
        self._asked = threading.Event()
        self._stopping = threading.Event()
        self._unkept = Trouble(log, "the plan could not be kept", level=logging.ERROR)
        self._unmade = Trouble(log, "the plan could not be made", level=logging.ERROR)
        self._thread = threading.Thread(target=self._run, name="planner", daemon=True)

    def start(self) -> None:
        self._store.submit(lambda tx: promise.share(tx, self._histories), durable=False)
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
        found = dict(map(_found, near))
        news = _news(found, now_ms)
        if near and kept.needs_far_plan(now_ms):
            kept.far = self._far(line, near, now_ms)
            far_news = _news(kept.far, now_ms)
            news |= dict(islice(far_news.items(), FAR_WRITTEN))
            kept.far_ms = now_ms if len(far_news) <= FAR_WRITTEN else None
        self._announce(line.id, news)
        # What has come near since the last plan of those far behind is known better now.
        self._store.forecast.correct(line.id, {**kept.far, **found})
        kept.due_ms = min((each.expected_ms for each in near if each.expected_ms), default=None)
        kept.planned_ms = now_ms if len(stale) < FAR_WRITTEN else None
        return len(stale) + len(news)

    def _far(self, line: Line, near: Sequence[Planned], now_ms: int) -> Mapping[str, Correction]:
        """For messages far behind, where what they were promised is off."""
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
        found = {
            each.id: Correction(
                Outlook(each.expected_ms, each.reason), Outlook(expected_ms, reason)
            )
            for each, expected_ms, reason in plan
        }
        return {key: each for key, each in found.items() if _is_off(each, now_ms)}

    def _announce(self, line_id: str, news: Mapping[str, Outlook]) -> None:
        if news:
            write = partial(_write, line_id=line_id, news=news)
            self._store.write(write, durable=False)  # a promise that is lost is made again


def _expire(tx: Tx, message_ids: Sequence[str]) -> None:
    for message_id in message_ids:
        messages.move(tx, message_id, MessageState.EXPIRED, reason=Reason.TOO_OLD)


def _let_go(tx: Tx, message_ids: Sequence[str]) -> None:
    for message_id in message_ids:
        messages.plan(tx, message_id, expected_ms=None, reason=None)


def _write(tx: Tx, line_id: str, news: Mapping[str, Outlook]) -> None:
    crowded = (key for key, told in news.items() if told.reason is Reason.NEWCOMERS)
    if (first := next(crowded, None)) is not None:
        crowding.tell(tx, line_id, first)
    for message_id, told in news.items():
        messages.plan(tx, message_id, expected_ms=told.expected_ms, reason=told.reason)


def _found(entry: Planned) -> tuple[str, Correction]:
    queued = entry.queued
    promised = Outlook(queued.expected_ms, queued.reason)
    return queued.waiting.id, Correction(promised, Outlook(entry.expected_ms, entry.reason))


def _news(found: Mapping[str, Correction], now_ms: int) -> dict[str, Outlook]:
    return {
        message_id: each.known
        for message_id, each in found.items()
        if is_news(each.promised, each.known, now_ms=now_ms)
    }


def _is_off(far: Correction, now_ms: int) -> bool:
    promised_ms, known_ms = far.promised.expected_ms, far.known.expected_ms
    if promised_ms is None or known_ms is None or far.promised.reason != far.known.reason:
        return far.promised != far.known
    return abs(promised_ms - known_ms) > (known_ms - now_ms) * FAR_TOLERANCE
