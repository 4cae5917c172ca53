"""When and over what somebody last wrote, as SQL that several statements share."""

import sqlite3

from appliance.channels import Channel

SINCE_HEARD = """(b.sent_ms > coalesce(c.last_in_ms, 0) OR (b.sent_ms = c.last_in_ms AND b.id >
  (SELECT max(i.id) FROM message i WHERE i.conversation_id = c.id
   AND i.happened_ms = c.last_in_ms AND i.direction = 'in' AND i.origin = 'person')))"""
"""Whether the message `b` left since then in its conversation `c`.

Messages of the same moment, as after a clock was put right, are ordered by id.
"""

# A signature says that it left from another number: who answers there did not choose the channel.
_OVER = """(SELECT i.channel FROM message i WHERE i.conversation_id = {conversation}
  AND i.direction = 'in' AND i.origin = 'person' AND NOT EXISTS (SELECT 1 FROM attempt a
    WHERE a.message_id = (SELECT o.id FROM message o WHERE o.conversation_id = i.conversation_id
      AND o.direction = 'out' AND o.sent_ms IS NOT NULL
      AND (o.happened_ms, o.id) < (i.happened_ms, i.id)
      ORDER BY o.happened_ms DESC, o.id DESC LIMIT 1)
    AND a.signature IS NOT NULL AND a.channel = i.channel)
  ORDER BY i.happened_ms DESC, i.id DESC LIMIT 1)"""

PREFERS = f"""iif(m.class <> 'list' AND (m.answering OR m.staff_id IS NOT NULL),
  {_OVER.format(conversation="m.conversation_id")}, NULL)"""
"""The channel that the message `m` takes where it can: an answer takes the one on which they last
wrote, also a colleague's that comes days later.
"""


def heard_over(conn: sqlite3.Connection, line_id: str, contact_id: str) -> Channel | None:
    """The channel on which they last wrote to this line; None if they never did."""
    row = conn.execute(_HEARD_OVER, (line_id, contact_id)).fetchone()
    return Channel.named(row[0]) if row and row[0] else None


_HEARD_OVER = f"""
SELECT {_OVER.format(conversation="c.id")} FROM conversation c
WHERE c.line_id = ? AND c.contact_id = ?
"""  # noqa: S608 -- our own words
