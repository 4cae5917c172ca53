"""How this box is, in few figures: what head office shows of each."""

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxFigures:
    """`ill` are lines that are stopped or cannot send now; `queue` counts what waits to be sent;
    `backup_ms` is when the newest copy somewhere was made.
    """

    lines: int
    ill: int
    queue: int
    oldest_waiting_ms: int | None
    backup_ms: int | None


def figures(conn: sqlite3.Connection) -> BoxFigures:
    return BoxFigures(**dict(conn.execute(_FIGURES).fetchone()))


_FIGURES = """
SELECT count(*) AS lines,
  count(*) FILTER (WHERE (stopped IS NOT NULL AND stopped_on IS NULL) OR NOT EXISTS (
    SELECT 1 FROM route JOIN device d ON d.id = device_id
    WHERE route.line_id = line.id AND d.channels LIKE '%"' || route.channel || '"%')) AS ill,
  (SELECT count(*) FROM message WHERE state IN ('queued', 'sending', 'unconfirmed')) AS queue,
  (SELECT min(waiting_ms) FROM conversation WHERE waiting_ms IS NOT NULL) AS oldest_waiting_ms,
  (SELECT max(made_ms) FROM copy_place) AS backup_ms
FROM line WHERE removed_ms IS NULL
"""
