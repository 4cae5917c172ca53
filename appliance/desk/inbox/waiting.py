"""How many people wait for an answer: what the first view of the inbox shows."""

import json
import sqlite3
from collections.abc import Collection


def waiting_count(conn: sqlite3.Connection, line_ids: Collection[str]) -> int:
    """On these lines, without those that are put away. Both indexes are read alone."""
    (count,) = conn.execute(_WAITING, {"lines": json.dumps(list(line_ids))}).fetchone()
    return int(count)


_WAITING = """
SELECT (
  SELECT count(*) FROM json_each(:lines) line
  CROSS JOIN conversation c INDEXED BY conversation_waiting ON c.line_id = line.value
  WHERE c.waiting_ms IS NOT NULL
) - (
  SELECT count(*) FROM json_each(:lines) line
  CROSS JOIN casework w INDEXED BY casework_later ON w.line_id = line.value
  CROSS JOIN conversation c ON c.id = w.conversation_id
  WHERE w.returns IS NOT NULL AND c.waiting_ms IS NOT NULL
)
"""
