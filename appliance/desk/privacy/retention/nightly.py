"""The run of each night."""

import logging

from appliance.store import holds, readings, retention_runs, terms
from appliance.store.store import Tx
from appliance.store.terms import DAY_MS

log = logging.getLogger(__name__)

LEAP_MS = 3 * DAY_MS
"""Since the night before: a clock that leapt ahead would let go of what is not old. A box that was
off for so long waits one night more.
"""
_LOOKED = "retention.looked"


def begin(tx: Tx) -> None:
    """Ends holds whose time is over, and begins a run where an officer has said terms, or where the
    log of reading has entries that are older than its own.
    """
    holds.end_over(tx)
    before_ms = _looked(tx)
    if tx.clock_is_wrong or not _has_work(tx):
        return
    if before_ms is not None and tx.now_ms - before_ms > LEAP_MS:
        log.warning("nothing is let go of tonight: the clock is days ahead of the night before")
        return
    retention_runs.begin(tx)


def _has_work(tx: Tx) -> bool:
    if terms.house(tx.conn).saved_ms is not None:
        return True
    return readings.has_any_before(tx.conn, tx.now_ms - readings.KEEP_DAYS * DAY_MS)


def _looked(tx: Tx) -> int | None:
    """When this was asked the last time before now."""
    row = tx.conn.execute("SELECT value FROM meta WHERE name = ?", (_LOOKED,)).fetchone()
    tx.conn.execute(
        "INSERT INTO meta (name, value) VALUES (?1, ?2)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (_LOOKED, str(tx.now_ms)),
    )
    return None if row is None else int(row["value"])
