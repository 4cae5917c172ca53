"""Missed calls of the person whose thread is shown, at their places between the messages."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from appliance.channels import Channel
from appliance.desk.inbox.bubbles import Bubble, CallMark
from appliance.desk.inbox.thread import Conversation
from appliance.ids import earliest_id


def calls_of(
    conn: sqlite3.Connection, about: Conversation, *, from_ms: int, to_ms: int
) -> Sequence[CallMark]:
    """From one moment up to before another, oldest first."""
    values = {
        "line": about.line_id,
        "contact": about.contact_id,
        # A call is kept when it was missed or later.
        "first_id": earliest_id(from_ms),
        "from_ms": from_ms,
        "to_ms": to_ms,
    }
    return [
        CallMark(
            id=row["id"],
            at_ms=row["at_ms"],
            channel=Channel.named(row["channel"]) if row["channel"] else None,
        )
        for row in conn.execute(_CALLS, values)
    ]


def among(
    bubbles: Sequence[Bubble], calls: Sequence[CallMark]
) -> tuple[Sequence[Bubble], Sequence[CallMark]]:
    """The messages, each with the calls right above it; and the calls below them all."""
    left = list(calls)
    placed = []
    for bubble in bubbles:
        above = tuple(call for call in left if call.at_ms < bubble.at_ms)
        left = left[len(above) :]
        placed.append(replace(bubble, calls=above) if above else bubble)
    return placed, left


def came_since(conn: sqlite3.Connection, about: Conversation, seq: int) -> bool:
    """Whether they called since this event."""
    return conn.execute(_SINCE, (seq, about.contact_id)).fetchone() is not None


_CALLS = """
SELECT c.id, c.at_ms, c.channel FROM missed_call c INDEXED BY missed_call_line
WHERE c.line_id = :line AND c.id >= :first_id AND c.at_ms >= :from_ms AND c.at_ms < :to_ms
AND (c.value, c.scheme) IN
  (SELECT value, scheme FROM contact_identity WHERE contact_id = :contact)
ORDER BY c.at_ms, c.id
"""
_SINCE = """
SELECT 1 FROM event e JOIN event_kind k ON k.code = e.kind
WHERE e.seq > ? AND k.name = 'call.missed' AND e.contact_id = ? LIMIT 1
"""
