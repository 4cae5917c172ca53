"""Never more than one message of a list a day to a person, unless they answered the last one.

It counts over all lines and lists, and over all contacts with one personnel number. A list refuses
whom another one writes to that day; where two meet all the same, as after a joining of contacts,
the later one ends when a device would take it.
"""

import json
import sqlite3
from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from appliance.store import branches, lines
from appliance.store.lines import Line
from appliance.store.store import Tx

NO_SEND = "~"
"""Comes after the id of each send."""


def day_around(zone: str, at_ms: int) -> tuple[int, int]:
    """The local day of this moment: when it begins, and when the next one does."""
    place = ZoneInfo(zone)
    day = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(place).date()
    begins, ends = (
        datetime.combine(each, time.min, place) for each in (day, day + timedelta(days=1))
    )
    return int(begins.timestamp() * 1000), int(ends.timestamp() * 1000)


def listed(
    conn: sqlite3.Connection,
    line: Line,
    contact_ids: Collection[str],
    span: tuple[int, int],
    *,
    before: str = NO_SEND,
) -> frozenset[str]:
    """Those of them to whom a list writes or may yet write on one of these days, and who have not
    answered it. `span`: from when until when; the days are those of the line's branch. Of messages
    that are not made yet, those of sends `before` this one count.
    """
    zone = branches.branch(conn, line.branch_id).settings.zone
    from_ms, until_ms = day_around(zone, span[0])[0], day_around(zone, max(span) - 1)[1]
    about = {
        "ids": json.dumps(list(contact_ids)),
        "from": from_ms,
        "until": until_ms,
        "before": before,
    }
    return frozenset(row["asked"] for row in conn.execute(_LISTED, about))


def forbid(tx: Tx, message_id: str) -> bool:
    """Whether another list wrote to them today, and they have not answered it."""
    row = tx.conn.execute(
        "SELECT class, contact_id, line_id FROM message WHERE id = ?", (message_id,)
    ).fetchone()
    if row["class"] != "list" or row["contact_id"] is None:
        return False
    branch = branches.branch(tx.conn, lines.line(tx.conn, row["line_id"]).branch_id)
    from_ms, until_ms = day_around(branch.settings.zone, tx.now_ms)
    about = {
        "ids": json.dumps([row["contact_id"]]),
        "message": message_id,
        "from": from_ms,
        "until": until_ms,
    }
    return tx.conn.execute(_LEFT, about).fetchone() is not None


# What is proven not to have arrived, or was withdrawn, is no message to them.
_UNANSWERED = """m.state <> 'failed' AND NOT EXISTS (SELECT 1 FROM conversation c
  WHERE c.contact_id = m.contact_id AND c.last_in_ms > m.sent_ms)"""
# Two branches may have entered one person, each with the same personnel number.
_THEMSELVES = """
WITH them (asked, id) AS (
  SELECT value, value FROM json_each(:ids)
  UNION SELECT mine.id, other.id FROM json_each(:ids) f CROSS JOIN contact mine ON mine.id = f.value
  CROSS JOIN contact other INDEXED BY contact_personnel
  ON other.personnel_number = mine.personnel_number COLLATE NOCASE)
"""
_LISTED = f"""
{_THEMSELVES}
SELECT them.asked FROM them CROSS JOIN message m INDEXED BY message_of_list
ON m.contact_id = them.id AND m.class = 'list'
WHERE m.sent_ms >= :from AND m.sent_ms < :until AND {_UNANSWERED}
UNION SELECT them.asked FROM them CROSS JOIN message m INDEXED BY message_of_list
ON m.contact_id = them.id AND m.class = 'list'
WHERE m.sent_ms IS NULL AND m.state IN ('queued', 'sending', 'unconfirmed')
AND coalesce(m.not_before_ms, m.created_ms) < :until AND coalesce(m.expires_ms, :until) > :from
UNION SELECT them.asked FROM them CROSS JOIN list_send_unmade u INDEXED BY list_send_unmade_contact
ON u.contact_id = them.id CROSS JOIN list_send s ON s.id = u.send_id
WHERE s.id < :before
AND coalesce(s.not_before_ms, s.created_ms) < :until AND s.deliver_until_ms > :from
"""  # noqa: S608 -- our own words
_LEFT = f"""
{_THEMSELVES}
SELECT 1 FROM them CROSS JOIN message m INDEXED BY message_of_list
ON m.contact_id = them.id AND m.class = 'list' AND m.id <> :message
WHERE m.sent_ms >= :from AND m.sent_ms < :until AND {_UNANSWERED}
UNION ALL SELECT 1 FROM them CROSS JOIN message m INDEXED BY message_of_list
ON m.contact_id = them.id AND m.class = 'list' AND m.id <> :message
WHERE m.sent_ms IS NULL AND (m.state IN ('sending', 'unconfirmed') OR m.state = 'queued'
  AND EXISTS (SELECT 1 FROM message_media f WHERE f.message_id = m.id AND f.left_by IS NOT NULL))
LIMIT 1
"""  # noqa: S608 -- our own words
