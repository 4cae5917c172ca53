"""How much stands in the views of the inbox that one does something about, on each line."""

import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from appliance.desk.access.group_limits import HIDDEN

MOST = 100
"""So many messages that did not arrive are counted on a line: there is enough to do by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCounts:
    """`waiting`: who waits for an answer and is not put away. `mine`: what whoever looks has and is
    neither done nor put away, and where a note names them that they have not seen. `missing`:
    messages that did not arrive, or may not have, MOST at most.
    """

    line_id: str
    waiting: int
    mine: int
    missing: int


def view_counts(
    conn: sqlite3.Connection, staff_id: str, line_ids: Collection[str], hidden: Collection[str]
) -> Sequence[LineCounts]:
    """In the order of the lines; without the conversations that are hidden. Only who waits, and
    what stands in the other two, is looked at in the indexes, however much was said.
    """
    about = {
        "lines": json.dumps(list(line_ids)),
        "staff_id": staff_id,
        "hidden": json.dumps(sorted(hidden)),
        "most": MOST,
    }
    return [LineCounts(**dict(row)) for row in conn.execute(_COUNTS, about)]


_COUNTS = f"""
SELECT line.value AS line_id, (
  SELECT count(*) FROM conversation c INDEXED BY conversation_waiting
  WHERE c.line_id = line.value AND c.waiting_ms IS NOT NULL
) - (
  SELECT count(*) FROM casework w INDEXED BY casework_later
  CROSS JOIN conversation c ON c.id = w.conversation_id
  WHERE w.line_id = line.value AND w.returns IS NOT NULL AND c.waiting_ms IS NOT NULL
) AS waiting, (
  SELECT count(*) FROM (
    SELECT w.conversation_id FROM casework w INDEXED BY casework_open
    WHERE w.assignee_id = :staff_id AND w.line_id = line.value AND w.done_ms IS NULL
    AND w.returns IS NULL AND w.conversation_id NOT IN {HIDDEN}
    UNION SELECT c.id FROM note_mention named INDEXED BY note_mention_unseen
    CROSS JOIN note n ON n.id = named.note_id CROSS JOIN conversation c ON c.id = n.conversation_id
    WHERE named.staff_id = :staff_id AND named.seen_ms IS NULL AND c.line_id = line.value
    AND c.id NOT IN {HIDDEN})
) AS mine, (
  SELECT count(*) FROM (
    SELECT 1 FROM not_arrived n INDEXED BY not_arrived_line
    CROSS JOIN message m ON m.id = n.message_id
    WHERE n.line_id = line.value AND m.conversation_id NOT IN {HIDDEN}
    ORDER BY n.since_ms DESC LIMIT :most)
) AS missing
FROM json_each(:lines) line ORDER BY line.key
"""  # noqa: S608 -- our own words
