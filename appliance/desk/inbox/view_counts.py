"""How much stands in the views of the inbox that one does something about, on each line."""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
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
    return ViewCounts(conn).of(staff_id, line_ids, hidden)


class ViewCounts:
    """The counts of one moment, for one reader after the other: what is the same for several of
    them is counted once.
    """

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._waiting: dict[str, int] = {}
        self._missing: dict[str, dict[str, int]] = {}

    def of(
        self, staff_id: str, line_ids: Collection[str], hidden: Collection[str]
    ) -> Sequence[LineCounts]:
        """As `view_counts`."""
        left_out = json.dumps(sorted(hidden))
        waiting = self._known(self._waiting, _WAITING, line_ids)
        missing = self._known(
            self._missing.setdefault(left_out, {}), _MISSING, line_ids, hidden=left_out, most=MOST
        )
        mine = self._counted(_MINE, line_ids, hidden=left_out, staff_id=staff_id)
        return [
            LineCounts(line_id=each, waiting=waiting[each], mine=mine[each], missing=missing[each])
            for each in line_ids
        ]

    def _known(
        self, known: dict[str, int], statement: str, line_ids: Collection[str], **about: str | int
    ) -> Mapping[str, int]:
        if asked := [each for each in line_ids if each not in known]:
            known.update(self._counted(statement, asked, **about))
        return known

    def _counted(
        self, statement: str, line_ids: Collection[str], **about: str | int
    ) -> Mapping[str, int]:
        rows = self._conn.execute(statement, {"lines": json.dumps(list(line_ids)), **about})
        return {row["line_id"]: row["counted"] for row in rows}


_WAITING = """
SELECT line.value AS line_id, (
  SELECT count(*) FROM conversation c INDEXED BY conversation_waiting
  WHERE c.line_id = line.value AND c.waiting_ms IS NOT NULL
) - (
  SELECT count(*) FROM casework w INDEXED BY casework_later
  CROSS JOIN conversation c ON c.id = w.conversation_id
  WHERE w.line_id = line.value AND w.returns IS NOT NULL AND c.waiting_ms IS NOT NULL
) AS counted FROM json_each(:lines) line
"""
_MINE = f"""
SELECT line.value AS line_id, (
  SELECT count(*) FROM (
    SELECT w.conversation_id FROM casework w INDEXED BY casework_open
    WHERE w.assignee_id = :staff_id AND w.line_id = line.value AND w.done_ms IS NULL
    AND w.returns IS NULL AND w.conversation_id NOT IN {HIDDEN}
    UNION SELECT c.id FROM note_mention named INDEXED BY note_mention_unseen
    CROSS JOIN note n ON n.id = named.note_id CROSS JOIN conversation c ON c.id = n.conversation_id
    WHERE named.staff_id = :staff_id AND named.seen_ms IS NULL AND c.line_id = line.value
    AND c.id NOT IN {HIDDEN})
) AS counted FROM json_each(:lines) line
"""  # noqa: S608 -- our own words
_MISSING = f"""
SELECT line.value AS line_id, (
  SELECT count(*) FROM (
    SELECT 1 FROM not_arrived n INDEXED BY not_arrived_line
    CROSS JOIN message m ON m.id = n.message_id
    WHERE n.line_id = line.value AND m.conversation_id NOT IN {HIDDEN}
    ORDER BY n.since_ms DESC LIMIT :most)
) AS counted FROM json_each(:lines) line
"""  # noqa: S608 -- our own words
