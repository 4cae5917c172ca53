"""At the end of the day nobody keeps a conversation that they were not there for."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from appliance.store import casework
from appliance.store.branch_settings import settings_of
from appliance.store.store import Tx


def release_absent(tx: Tx) -> None:
    """What somebody has who was not seen since midnight, and with which nothing was done since, is
    nobody's again. Asked at any hour it finds the same, so a box that was off at night misses none.
    """
    for conversation_id in list(_left(tx)):
        casework.release(tx, conversation_id, why="day-end")


def _left(tx: Tx) -> Iterator[str]:
    for row in tx.conn.execute(_CLAIMS).fetchall():
        settings = settings_of(row["settings"])
        midnight_ms = _midnight_ms(tx.now_ms, settings.zone)
        if settings.claims_go_back != "never" and max(row["seen_ms"], row["done_ms"]) < midnight_ms:
            yield str(row["conversation_id"])


def _midnight_ms(now_ms: int, zone: str) -> int:
    """When this day began there."""
    today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(zone)).date()
    return int(datetime.combine(today, time(), ZoneInfo(zone)).timestamp() * 1000)


_CLAIMS = """
SELECT w.conversation_id, branch.settings,
  coalesce((SELECT max(seen_ms) FROM session WHERE staff_id = w.assignee_id), 0) AS seen_ms,
  coalesce((SELECT e.at_ms FROM conversation_event of CROSS JOIN event e ON e.seq = of.event_seq
    WHERE of.conversation_id = w.conversation_id ORDER BY of.event_seq DESC LIMIT 1), 0) AS done_ms
FROM casework w INDEXED BY casework_open JOIN line ON line.id = w.line_id
JOIN branch ON branch.id = line.branch_id
WHERE w.assignee_id IS NOT NULL AND w.done_ms IS NULL
"""
