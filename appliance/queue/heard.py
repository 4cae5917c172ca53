"""What was said since somebody was last heard, in words of SQL that several statements share."""

SINCE_HEARD = """(b.sent_ms > coalesce(c.last_in_ms, 0) OR (b.sent_ms = c.last_in_ms AND b.id >
  (SELECT max(i.id) FROM message i WHERE i.conversation_id = c.id
   AND i.happened_ms = c.last_in_ms AND i.direction = 'in' AND i.origin = 'person')))"""
"""Whether the message `b` left since then in its conversation `c`.

Of one moment, as after a clock that was ahead has been put right, the ids keep the order.
"""
