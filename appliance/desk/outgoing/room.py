"""How much more a line takes: software is refused when too many messages wait (configurable)."""

from appliance.config import DEFAULT_MAX_WAITING
from appliance.errors import LineFull
from appliance.queue import rows
from appliance.store import unmade
from appliance.store.store import Tx

RETRY_MIN_S, RETRY_MAX_S = 60, 3600
"""The bounds of the time after which a program is told to retry when a line is full: about one
message leaves a minute."""


class Room:
    """One for all transactions of a process; used in the writer's thread.

    Counting a long queue costs more than keeping a message. So a line is counted again only when
    the free places of the last count are used up; that count also finds what has left meanwhile.
    """

    def __init__(self, max_waiting: int = DEFAULT_MAX_WAITING) -> None:
        self._max_waiting = max_waiting
        self._free: dict[str, int] = {}

    def take(self, tx: Tx, line_id: str, count: int = 1) -> None:
        """Raises LineFull when there is no room for so many more."""
        free = self._free.get(line_id, 0)
        if free < count:
            waiting = rows.count_queued(tx.conn, line_id) + unmade.count_on(tx.conn, line_id)
            free = self._max_waiting - waiting
            if free < count:
                raise LineFull(waiting, retry_after_s=_retry_after_s(tx, line_id))
        self._free[line_id] = free - count


def _retry_after_s(tx: Tx, line_id: str) -> int:
    head_ms = rows.first_expected(tx.conn, line_id) or 0
    return min(max((head_ms - tx.now_ms) // 1000, RETRY_MIN_S), RETRY_MAX_S)
