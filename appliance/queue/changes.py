"""Which lines need a new plan. The event log tells it, because it holds every change."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.events import EventKind
from appliance.queue.rows import PARKED
from appliance.reasons import Reason
from appliance.store import events

_MATTER = (
    EventKind.MESSAGE_STATE,
    EventKind.MESSAGE_RECEIVED,
    EventKind.MESSAGE_CHANGED,
    EventKind.CONSENT_RECORDED,
    EventKind.NEAR_STOP,
    EventKind.CONTACT_JOINED,
    EventKind.CONTACT_SPLIT,
    EventKind.DEVICE_STATUS,
    EventKind.DEVICE_ENROLLED,
    EventKind.LINE_ADDED,
    EventKind.LINE_CHANGED,
    EventKind.LINE_STOPPED,
    EventKind.LINE_RESUMED,
    EventKind.LIST_SEND,
)
_KINDS = ", ".join(f"'{kind.value}'" for kind in _MATTER)

_LINES = f"""
SELECT DISTINCT line_id FROM event_log
  WHERE seq > :after AND seq <= :until AND kind IN ({_KINDS}) AND line_id IS NOT NULL
UNION SELECT route.line_id FROM event_log e JOIN route USING (device_id)
  WHERE seq > :after AND seq <= :until AND kind IN ({_KINDS}) AND e.line_id IS NULL
UNION SELECT line.id FROM event_log e JOIN line USING (branch_id)
  WHERE seq > :after AND seq <= :until AND e.kind = '{EventKind.BRANCH_CHANGED.value}'
"""  # noqa: S608 -- our own words

_FREED = f"""
SELECT m.id FROM message m INDEXED BY message_parked
CROSS JOIN conversation c ON c.id = m.conversation_id
WHERE m.state = 'queued' AND m.reason IN {PARKED} AND m.reason = '{Reason.UNANSWERED}'
AND c.last_in_ms > m.created_ms
"""  # noqa: S608 -- our own words
_FREED_BY = f"""
SELECT m.id FROM message m WHERE m.state = 'queued' AND m.reason = '{Reason.UNANSWERED}'
AND m.conversation_id IN (SELECT DISTINCT conversation_id FROM event_log
  WHERE seq > :after AND seq <= :until AND (kind = 'message.received'
    OR kind = 'message.changed' AND facts ->> 'change' = 'words'))
"""  # noqa: S608 -- our own words


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """`lines` None: everything may have changed. `freed`: parked messages whose contact wrote."""

    lines: frozenset[str] | None
    freed: tuple[str, ...]


class ChangeFeed:
    """One reader of the log with a cursor in memory; its first read reports everything."""

    def __init__(self) -> None:
        self._seq: int | None = None

    def read(self, conn: sqlite3.Connection) -> Changes:
        """The changes since the last call. Not for two threads."""
        after, until = self._seq, events.last_seq(conn)
        self._seq = until
        if after is None or until < after:
            return Changes(lines=None, freed=tuple(_ids(conn, _FREED, 0, until)))
        if until == after:
            return Changes(lines=frozenset(), freed=())
        return Changes(
            lines=frozenset(_ids(conn, _LINES, after, until)),
            freed=tuple(_ids(conn, _FREED_BY, after, until)),
        )


def _ids(conn: sqlite3.Connection, sql: str, after: int, until: int) -> Iterator[str]:
    return (str(row[0]) for row in conn.execute(sql, {"after": after, "until": until}))
