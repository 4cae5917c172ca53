"""How much there is of each thing, read from the database when it is asked for."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.lines import crowd
from appliance.devices import device_facts
from appliance.store import lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`oldest_ms`: since when the oldest message of the queue waits. `signals` are in dBm and
    `credits` in cents, by the device's id.
    """

    messages: Sequence[tuple[str, str, int]]
    devices: Sequence[tuple[str, str, int]]
    signals: Sequence[tuple[str, int]]
    credits: Sequence[tuple[str, int]]
    oldest_ms: int | None
    newcomers: int
    now_ms: int


def read_figures(conn: sqlite3.Connection, now_ms: int) -> Figures:
    messages = conn.execute(
        "SELECT direction, state, count(*) FROM message GROUP BY direction, state"
    )
    devices = conn.execute(
        "SELECT kind, state, count(*) FROM device WHERE removed_ms IS NULL GROUP BY kind, state"
    )
    told = conn.execute("SELECT id, facts FROM device WHERE removed_ms IS NULL ORDER BY id")
    signals = [(row["id"], device_facts.read(row["facts"]).signal_dbm) for row in told]
    credit = conn.execute(
        "SELECT id, balance_cents FROM device"
        " WHERE removed_ms IS NULL AND balance_cents IS NOT NULL ORDER BY id"
    )
    oldest = conn.execute(
        "SELECT min(created_ms) FROM message"
        " WHERE state IN ('queued', 'sending', 'unconfirmed') AND state = 'queued'"
    )
    return Figures(
        messages=[(row[0], row[1], row[2]) for row in messages],
        devices=[(row[0], row[1], row[2]) for row in devices],
        signals=[(device_id, dbm) for device_id, dbm in signals if dbm is not None],
        credits=[(row[0], row[1]) for row in credit],
        oldest_ms=oldest.fetchone()[0],
        newcomers=sum(crowd.waiting(conn, line.id) for line in lines.lines(conn)),
        now_ms=now_ms,
    )
