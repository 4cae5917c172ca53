"""What came by SMS, as a client of SMSGate reads it, newest first."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.channels import Channel
from appliance.desk.access.sight import Sight
from appliance.desk.smsgate import paging
from appliance.desk.smsgate.paging import Span, lines_in_sight


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """`recipient` is the number of the line."""

    id: str
    sender: str
    recipient: str
    text: str
    created_ms: int
    contact_id: str | None
    conversation_id: str


def inbox(
    conn: sqlite3.Connection, sight: Sight, span: Span, line: str | None
) -> Sequence[Received]:
    """`line` is an id or a number, None for all in sight."""
    places = [
        {"line": each, "channel": Channel.SMS.name} for each in lines_in_sight(conn, sight, line)
    ]
    seqs = paging.page(conn, _STRETCH, places, span)
    rows = conn.execute(_RECEIVED, (json.dumps(list(seqs)),))
    return [Received(**dict(row)) for row in rows]


# With the plus SQLite does not put the line's id into the expression of the index.
_STRETCH = """
SELECT seq FROM message INDEXED BY message_came
WHERE substr(line_id, -6) = substr(:line, -6) AND +line_id = :line AND channel = :channel
AND direction = 'in' AND seq >= :first AND seq < :last
"""
_RECEIVED = """
SELECT m.id, m.value AS sender, line.number AS recipient, m.text, m.created_ms, m.contact_id,
  m.conversation_id
FROM json_each(?) f
CROSS JOIN message m ON m.seq = f.value
CROSS JOIN line ON line.id = m.line_id
ORDER BY f.key
"""
