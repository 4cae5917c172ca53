"""Messages since somebody last wrote, as SQL that several statements share."""

SINCE_HEARD = """(b.sent_ms > coalesce(c.last_in_ms, 0) OR (b.sent_ms = c.last_in_ms AND b.id >
  (SELECT max(i.id) FROM message i WHERE i.conversation_id = c.id
   AND i.happened_ms = c.last_in_ms AND i.direction = 'in' AND i.origin = 'person')))"""
"""Whether the message `b` left since then in its conversation `c`.

Messages of the same moment, as after a clock was put right, are ordered by id.
"""
