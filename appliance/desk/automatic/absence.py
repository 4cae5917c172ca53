"""A colleague who is away: until when, and what those read who have a conversation with them."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from appliance.desk.access.rights import Permission
from appliance.desk.automatic import texts
from appliance.errors import InvalidInput
from appliance.events import EventKind
from appliance.store.store import Tx

MOST_DAYS = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """`until_ms` is when they are back."""

    staff_id: str
    name: str
    until_ms: int
    text: str


def of_staff(conn: sqlite3.Connection, staff_id: str, now_ms: int) -> Absence | None:
    """None while they are here."""
    row = conn.execute(_OF_STAFF, (staff_id, now_ms)).fetchone()
    return Absence(**dict(row)) if row else None


def of_conversation(conn: sqlite3.Connection, conversation_id: str, now_ms: int) -> Absence | None:
    """Of the colleague who has it, or who had it until their own log-out or the day's end."""
    if conn.execute("SELECT 1 FROM absence WHERE until_ms > ?", (now_ms,)).fetchone() is None:
        return None
    row = conn.execute(_OWNER, {"id": conversation_id}).fetchone()
    return of_staff(conn, row["staff_id"], now_ms) if row else None


def in_branch(conn: sqlite3.Connection, branch_id: str, now_ms: int) -> Sequence[Absence]:
    """Those who are away of those who may answer there, by name."""
    about = {"branch": branch_id, "right": Permission.INBOX_WRITE.value, "now": now_ms}
    return [Absence(**dict(row)) for row in conn.execute(_IN_BRANCH, about)]


def go(tx: Tx, staff_id: str, back: str, text: str, zone: str) -> None:
    """`back` is the day on which they are back, as a page says it. Raises InvalidInput."""
    until_ms = _begins_ms(back, zone)
    if not tx.now_ms < until_ms <= tx.now_ms + MOST_DAYS * 86_400_000:
        raise InvalidInput("back", "Choose a day from tomorrow on, at most a year away.")
    checked = texts.checked_one(text, "absence_text")
    tx.conn.execute(
        "INSERT INTO absence (staff_id, until_ms, text) VALUES (?, ?, ?) ON CONFLICT (staff_id)"
        " DO UPDATE SET until_ms = excluded.until_ms, text = excluded.text",
        (staff_id, until_ms, checked),
    )
    tx.emit(EventKind.STAFF_CHANGED, staff_id=staff_id, facts={"changed": "absence"})


def come_back(tx: Tx, staff_id: str) -> None:
    """Nothing happens where they were not away."""
    gone = tx.conn.execute("DELETE FROM absence WHERE staff_id = ?", (staff_id,))
    if gone.rowcount:
        tx.emit(EventKind.STAFF_CHANGED, staff_id=staff_id, facts={"changed": "absence-ended"})


def _begins_ms(day: str, zone: str) -> int:
    try:
        begins = datetime.combine(date.fromisoformat(day), time(), ZoneInfo(zone))
    except ValueError:
        return 0
    return int(begins.timestamp() * 1000)


_OF_STAFF = """
SELECT a.staff_id, staff.name, a.until_ms, a.text FROM absence a
JOIN staff ON staff.id = a.staff_id
WHERE a.staff_id = ? AND a.until_ms > ? AND staff.disabled_ms IS NULL
"""
_IN_BRANCH = """
SELECT DISTINCT a.staff_id, staff.name, a.until_ms, a.text FROM absence a
JOIN staff ON staff.id = a.staff_id AND staff.disabled_ms IS NULL
JOIN staff_grant g ON g.staff_id = staff.id AND g.permission = :right
  AND (g.branch_id IS NULL OR g.branch_id = :branch)
WHERE a.until_ms > :now ORDER BY staff.name
"""
# Whose it is; else from whom it went back by itself, if nobody has taken it since.
_OWNER = """
SELECT assignee_id AS staff_id FROM casework
WHERE conversation_id = :id AND assignee_id IS NOT NULL
UNION ALL
SELECT went.facts ->> 'from' FROM (
  SELECT e.facts FROM conversation_event of CROSS JOIN event e ON e.seq = of.event_seq
  JOIN event_kind k ON k.code = e.kind
  WHERE of.conversation_id = :id AND k.name = 'conversation.assigned'
  ORDER BY of.event_seq DESC LIMIT 1) went
WHERE went.facts ->> 'why' IN ('log-out', 'day-end')
AND NOT EXISTS (SELECT 1 FROM casework WHERE conversation_id = :id AND assignee_id IS NOT NULL)
LIMIT 1
"""
