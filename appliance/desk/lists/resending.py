"""Whom a send is repeated to: those who got it neither by it nor by a repetition of it."""

import sqlite3
from collections.abc import Sequence


def left_out(conn: sqlite3.Connection, send_id: str) -> Sequence[str]:
    """Those who did not get it and will not, in its order: refused, or ended on the way.

    Nobody whose other contact, with the same personnel number, got it or waits for it.
    """
    reached: set[str] = set()
    for row in conn.execute(_REACHED, (send_id,)):
        reached |= _known_by(row)
    rows = conn.execute(_LEFT_OUT, (send_id,))
    wanted = [row["contact_id"] for row in rows if reached.isdisjoint(_known_by(row))]
    return list(dict.fromkeys(wanted))


def _known_by(row: sqlite3.Row) -> set[str]:
    personnel = row["personnel_number"]
    return {row["contact_id"]} | ({f"personnel {personnel.casefold()}"} if personnel else set())


# A joined contact has no messages any more: those are of whom it was joined into.
_LEFT_OUT = """
WITH RECURSIVE item (position, id) AS (
  SELECT i.position, coalesce(m.contact_id, i.contact_id)
  FROM list_send_item i LEFT JOIN message m ON m.id = i.message_id
  WHERE i.send_id = ? AND (i.message_id IS NULL
    OR m.state IN ('failed', 'refused', 'expired', 'cancelled'))
  UNION SELECT item.position, k.joined_into FROM item CROSS JOIN contact k ON k.id = item.id
  WHERE k.joined_into IS NOT NULL)
SELECT k.id AS contact_id, k.personnel_number FROM item CROSS JOIN contact k ON k.id = item.id
WHERE k.joined_into IS NULL ORDER BY item.position
"""
# All sends of one family are to one list: `list_send_list` finds those that repeat one of it.
_REACHED = """
WITH RECURSIVE above (id, list_id, resends) AS (
  SELECT id, list_id, resends FROM list_send WHERE id = ?
  UNION SELECT s.id, s.list_id, s.resends FROM above CROSS JOIN list_send s ON s.id = above.resends
), family (id, list_id) AS (
  SELECT id, list_id FROM above
  UNION SELECT s.id, s.list_id FROM family CROSS JOIN list_send s
  ON s.list_id = family.list_id AND s.resends = family.id)
SELECT k.id AS contact_id, k.personnel_number
FROM family f CROSS JOIN list_send_item i ON i.send_id = f.id
CROSS JOIN message m ON m.id = i.message_id
CROSS JOIN contact k ON k.id = coalesce(m.contact_id, i.contact_id)
WHERE m.state IN ('queued', 'sending', 'unconfirmed', 'sent', 'delivered', 'read')
UNION SELECT k.id, k.personnel_number
FROM family f CROSS JOIN list_send_unmade u ON u.send_id = f.id
CROSS JOIN contact k ON k.id = u.contact_id
"""
