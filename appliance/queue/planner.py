"""The thread that keeps every waiting message's expected time and reason true."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence

from appliance.errors import StoreError
from appliance.messages import MessageState
from appliance.queue.clock_watch import ClockWatch
from appliance.queue.pacing import Profile
from appliance.queue.plan import Planned, plan_line
from appliance.store import lines, messages
from appliance.store.store import Store, Tx

log = logging.getLogger(__name__)

REPLAN_S = 2.0
"""Real seconds between rounds when nothing asked for one."""

TOLERANCE_MS = 5_000
"""An expected time that moves by less is left as it was announced."""


class Planner:
    """`due` is called with a line's id when something on it may leave now."""

    def __init__(self, store: Store, profile: Profile, due: Callable[[str], None]) -> None:
        self._store = store
        self._profile = profile
        self._clock_watch = ClockWatch(store)
        self._due = due
        self._asked = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="planner", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self._asked.set()
        self._thread.join()

    def ask(self) -> None:
        """Asks for a round now: something was accepted, cancelled or came back."""
        self._asked.set()

    def _run(self) -> None:
        while not self._stopping:
            self._asked.wait(REPLAN_S)
            self._asked.clear()
            try:
                self.round()
            except StoreError as exc:
                log.error("the plan could not be kept: %s", exc)  # noqa: TRY400 -- the sentence says all
            except Exception:
                log.exception("the plan could not be made")

    def round(self) -> None:
        """One look at every line: strikes what is too old, writes what has changed."""
        if self._clock_watch.stands_wrong():
            return
        now_ms = self._store.clock.now_ms()
        for line in self._store.read(lines.lines):
            stale = self._store.read(lambda conn, line=line: _stale(conn, line.id, now_ms))  # type: ignore[misc]
            if stale:
                self._store.write(lambda tx, stale=stale: _expire(tx, stale))  # type: ignore[misc]
            plan = self._store.read(
                lambda conn, line=line: plan_line(conn, line, self._profile, now_ms=now_ms)  # type: ignore[misc]
            )
            changed = [entry for entry in plan if _has_changed(entry, now_ms)]
            if changed:
                self._store.write(lambda tx, changed=changed: _announce(tx, changed))  # type: ignore[misc]
            if any(entry.expected_ms is not None and entry.expected_ms <= now_ms for entry in plan):
                self._due(line.id)


def _stale(conn: sqlite3.Connection, line_id: str, now_ms: int) -> Sequence[str]:
    rows = conn.execute(
        "SELECT id FROM message WHERE line_id = ? AND state = 'queued' AND expires_ms <= ?",
        (line_id, now_ms),
    )
    return [row[0] for row in rows]


def _expire(tx: Tx, message_ids: Sequence[str]) -> None:
    for message_id in message_ids:
        messages.move(tx, message_id, MessageState.EXPIRED, reason="too-old")


def _has_changed(entry: Planned, now_ms: int) -> bool:
    known, expected = entry.queued.expected_ms, entry.expected_ms
    if (entry.queued.reason or "") != entry.reason or (known is None) != (expected is None):
        return True
    if known is None or expected is None:
        return False
    return abs(known - expected) > TOLERANCE_MS and not (known <= now_ms and expected <= now_ms)


def _announce(tx: Tx, plan: Sequence[Planned]) -> None:
    for entry in plan:
        messages.plan(
            tx, entry.queued.waiting.id, expected_ms=entry.expected_ms, reason=entry.reason or None
        )
