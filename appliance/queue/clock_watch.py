"""What waits while the clock is known to be wrong, and the time it gets back afterwards."""

import logging
from dataclasses import dataclass, field

from appliance.reasons import Reason
from appliance.store import high_water, messages
from appliance.store.store import Store, Tx

log = logging.getLogger(__name__)

AT_ONCE = 500
"""Waiting messages that one transaction updates; the next round updates more."""


@dataclass(slots=True, kw_only=True)
class _Standstill:
    """The times by which rows were written: when it began, and at the last look."""

    since_ms: int
    now_ms: int


@dataclass(slots=True)
class ClockWatch:
    """Used by the planner's thread only."""

    store: Store
    _standstill: _Standstill | None = field(default=None, init=False)

    def stands_wrong(self) -> bool:
        """True when nothing may be planned by this clock; then what waits gets that reason."""
        if self.store.read(high_water.clock_is_wrong(self.store.clock)):
            self._stand_still()
            return True
        if self._standstill is not None:
            span = self._standstill
            log.warning("the clock is right again; sending goes on")
            self.store.write(lambda tx: _give_back(tx, span))
            self._standstill = None
        return False

    def _stand_still(self) -> None:
        now_ms = self.store.read(
            lambda conn: max(self.store.clock.now_ms(), high_water.read_mark(conn))
        )
        if self._standstill is None:
            log.error("the clock is wrong; nothing is sent until it is right. See: balie doctor")
            self._standstill = _Standstill(since_ms=now_ms, now_ms=now_ms)
        self._standstill.now_ms = now_ms
        self.store.write(_announce)


def _announce(tx: Tx) -> None:
    waiting = tx.conn.execute(
        "SELECT id FROM message WHERE state = 'queued' AND reason IS NOT ? LIMIT ?",
        (Reason.CLOCK_WRONG, AT_ONCE),
    ).fetchall()
    for row in waiting:
        messages.plan(tx, row[0], expected_ms=None, reason=Reason.CLOCK_WRONG)


def _give_back(tx: Tx, span: _Standstill) -> None:
    """A message that was accepted by the wrong clock must not become too old by its correction."""
    lost_ms = tx.now_ms - span.now_ms
    tx.conn.execute(
        "UPDATE message SET expires_ms = expires_ms + ? WHERE state = 'queued' AND reason = ?"
        " AND created_ms >= ? AND created_ms <= ?",
        (lost_ms, Reason.CLOCK_WRONG, span.since_ms, span.now_ms),
    )
