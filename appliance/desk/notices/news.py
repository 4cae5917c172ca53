"""What there is to tell a colleague of a conversation: that somebody waits in it for them."""

import sqlite3
from dataclasses import dataclass

from appliance.desk.access.rights import Permission, rights_of
from appliance.desk.notices.choices import choice_of
from appliance.events import Event, EventKind
from appliance.store import branches, push
from appliance.store.care_marks import NOT_SHOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """`name` and `text`, who waits and what they wrote, are None unless the house wants them to be
    shown. `number` is None where the branch has one alone.
    """

    conversation_id: str
    branch: str
    number: str | None
    name: str | None
    text: str | None


def begins_a_wait(conn: sqlite3.Connection, event: Event) -> bool:
    """Whether with this event somebody began to wait for an answer, and still does."""
    if event.kind is not EventKind.MESSAGE_RECEIVED or event.message_id is None:
        return False
    return conn.execute(_FIRST, (event.message_id,)).fetchone() is not None


def news_for(
    conn: sqlite3.Connection, staff_id: str, conversation_id: str, now_ms: int
) -> News | None:
    """None where nobody waits there, where it is a colleague's, not for their eyes, or not what
    they want to be told now.
    """
    row = conn.execute(_WAITS, (conversation_id,)).fetchone()
    if row is None or row["assignee_id"] not in (None, staff_id):
        return None
    rights = rights_of(conn, staff_id)
    if not rights.may(Permission.INBOX_READ, row["branch_id"]):
        return None
    if rights.groups.hides(conversation_id):
        return None
    branch = branches.branch(conn, row["branch_id"])
    choice = choice_of(conn, staff_id)
    if not choice.wants(row["line_id"], now_ms=now_ms, zone=branch.settings.zone):
        return None
    shows = push.house(conn).shows_text
    return News(
        conversation_id=conversation_id,
        branch=branch.name,
        number=row["number"] if row["twins"] > 1 else None,
        name=row["name"] if shows else None,
        text=row["text"] if shows else None,
    )


_FIRST = """
SELECT 1 FROM message m JOIN conversation c ON c.id = m.conversation_id
WHERE m.id = ? AND c.waiting_ms = m.happened_ms AND NOT EXISTS (
  SELECT 1 FROM message before WHERE before.conversation_id = c.id AND before.direction = 'in'
  AND before.happened_ms = m.happened_ms AND before.id < m.id)
"""
"""A phone tells several messages at once, and then they have one time."""
_WAITS = f"""
SELECT c.line_id, line.branch_id, line.number, casework.assignee_id,
  coalesce(contact.office_name, contact.chosen_name) AS name,
  iif({NOT_SHOWN}, NULL, m.text) AS text,
  (SELECT count(*) FROM line twin WHERE twin.branch_id = line.branch_id
    AND twin.removed_ms IS NULL) AS twins
FROM conversation c JOIN line ON line.id = c.line_id
LEFT JOIN casework ON casework.conversation_id = c.id
LEFT JOIN contact ON contact.id = c.contact_id
LEFT JOIN message m ON m.id = c.news_id
WHERE c.id = ? AND c.waiting_ms IS NOT NULL
"""  # noqa: S608 -- our own words
