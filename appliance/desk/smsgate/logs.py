"""The newest events, as a client of SMSGate reads that gateway's log: ids, never a text."""

import sqlite3
from collections.abc import Sequence

from appliance.desk.access.sight import Sight
from appliance.events import Event
from appliance.store import events

MOST = 500
"""So many of the newest are looked through: who wants all of them follows `/api/v1/events`."""


def newest(
    conn: sqlite3.Connection, sight: Sight, from_ms: int | None, to_ms: int | None
) -> Sequence[Event]:
    """Those in sight, oldest first."""
    recent = events.after(conn, max(events.last_seq(conn) - MOST, 0), limit=MOST)
    return [
        each
        for each in recent
        if (from_ms is None or each.at_ms >= from_ms)
        and (to_ms is None or each.at_ms < to_ms)
        and sight.sees_event(conn, each)
    ]
