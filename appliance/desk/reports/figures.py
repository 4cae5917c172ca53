"""How much there is of each thing, read from the database when it is asked for.

However many messages there are, a reading costs what waits and what changed since the one before.
"""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.lines import crowd
from appliance.desk.reports.message_counts import MessageCounts
from appliance.devices import device_facts
from appliance.messages import direction_of
from appliance.store import copy_places, lines
from appliance.store.copy_places import DrillTold, PlaceTold
from appliance.store.incidents import IncidentKind, open_ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`oldest_ms`: since when the oldest message of the queue waits. `signals` are in dBm and
    `credits` in cents, by the device's id. `incidents` are the open ones, by kind. `copies` are the
    places that copies are to come to, `drill` is the last try to open one.
    """

    messages: Sequence[tuple[str, str, int]]
    devices: Sequence[tuple[str, str, int]]
    signals: Sequence[tuple[str, int]]
    credits: Sequence[tuple[str, int]]
    oldest_ms: int | None
    newcomers: int
    now_ms: int
    incidents: Sequence[tuple[str, int]] = ()
    copies: Sequence[PlaceTold] = ()
    drill: DrillTold | None = None


def read_figures(conn: sqlite3.Connection, now_ms: int, counts: MessageCounts) -> Figures:
    """All of one moment."""
    conn.execute("BEGIN")
    try:
        return _read(conn, now_ms, counts)
    finally:
        if conn.in_transaction:  # an error may have ended it
            conn.execute("ROLLBACK")


def _read(conn: sqlite3.Connection, now_ms: int, counts: MessageCounts) -> Figures:
    devices = conn.execute(
        "SELECT kind, state, count(*) FROM device WHERE removed_ms IS NULL GROUP BY kind, state"
    )
    told = conn.execute("SELECT id, facts FROM device WHERE removed_ms IS NULL ORDER BY id")
    signals = [(row["id"], device_facts.read(row["facts"]).signal_dbm) for row in told]
    credit = conn.execute(
        "SELECT id, balance_cents FROM device"
        " WHERE removed_ms IS NULL AND balance_cents IS NOT NULL ORDER BY id"
    )
    oldest = conn.execute(_OLDEST).fetchone()
    return Figures(
        messages=[
            (direction_of(state).value, state.value, count)
            for state, count in counts.read(conn).items()
        ],
        devices=[(row[0], row[1], row[2]) for row in devices],
        signals=[(device_id, dbm) for device_id, dbm in signals if dbm is not None],
        credits=[(row[0], row[1]) for row in credit],
        oldest_ms=None if oldest is None else oldest[0],
        newcomers=sum(crowd.waiting(conn, line.id) for line in lines.lines(conn)),
        now_ms=now_ms,
        incidents=_incidents(conn),
        copies=copy_places.places(conn),
        drill=copy_places.drill(conn),
    )


def _incidents(conn: sqlite3.Connection) -> Sequence[tuple[str, int]]:
    """Also the kinds of which none is open."""
    found = Counter(each.kind for each in open_ones(conn))
    return [(kind.value, found[kind]) for kind in IncidentKind]


# Ids sort by time, and the index has them; the times themselves are in the rows.
_OLDEST = """
SELECT created_ms FROM message WHERE id = (
  SELECT min(id) FROM message INDEXED BY message_waiting
  WHERE state IN ('queued', 'sending', 'unconfirmed') AND state = 'queued')
"""
