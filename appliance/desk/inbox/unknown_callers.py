"""Calls of people with whom the line has no conversation, such as of a withheld number: no thread
shows them.
"""

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from appliance.channels import Channel
from appliance.clock import MS_PER_S
from appliance.ids import earliest_id
from appliance.phone_numbers import readable

SHOWN_MS = 12 * 3600 * MS_PER_S
"""Nobody can answer such a call: it is shown for a working day."""
MOST = 3
"""A line that is called all day must not push its conversations off the screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCall:
    """`number` is empty where the caller withheld it. `channel` None: over the mobile network."""

    id: str
    line_id: str
    number: str
    contact_id: str | None
    at_ms: int
    channel: Channel | None

    @property
    def readable(self) -> str:
        return readable(self.number)


def unknown_calls(
    conn: sqlite3.Connection, line_ids: Collection[str], *, now_ms: int
) -> Sequence[UnknownCall]:
    """The last ones of each line, the newest first."""
    from_ms = now_ms - SHOWN_MS
    # A call is kept when it was missed or later.
    shared = {"first_id": earliest_id(from_ms), "from_ms": from_ms, "most": MOST}
    found = [
        UnknownCall(
            id=row["id"],
            line_id=line_id,
            number=row["value"],
            contact_id=row["contact_id"],
            at_ms=row["at_ms"],
            channel=Channel.named(row["channel"]) if row["channel"] else None,
        )
        for line_id in line_ids
        for row in conn.execute(_UNKNOWN, {"line": line_id, **shared})
    ]
    return sorted(found, key=lambda call: (call.at_ms, call.id), reverse=True)


_UNKNOWN = """
SELECT c.id, c.value, c.at_ms, c.channel, n.contact_id
FROM missed_call c INDEXED BY missed_call_line
LEFT JOIN contact_identity n ON n.value = c.value AND n.scheme = c.scheme
WHERE c.line_id = :line AND c.id >= :first_id AND c.at_ms >= :from_ms AND NOT EXISTS
  (SELECT 1 FROM conversation t WHERE t.line_id = c.line_id AND t.contact_id = n.contact_id)
ORDER BY c.id DESC LIMIT :most
"""
