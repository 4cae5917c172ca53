"""What still leaves to people whose words may mean STOP, while nobody has decided.

A message that a colleague writes by hand since then leaves, because they have read those words.
Lists, rules and other software wait, and so does what a colleague had planned before.
"""

import sqlite3
from collections.abc import Mapping

from appliance.messages import MessageClass
from appliance.reasons import Reason
from appliance.store import messages
from appliance.store.store import Tx

# The few open questions are read first: SQLite would otherwise read all messages.
_ASKED = """
SELECT asked.contact_id, max(s.asked_id) AS id FROM near_stop s INDEXED BY near_stop_open
CROSS JOIN message asked ON asked.id = s.message_id
WHERE s.decision IS NULL AND asked.line_id = ? AND asked.contact_id IS NOT NULL
GROUP BY asked.contact_id
"""
_ABOUT = "SELECT id, line_id, contact_id, staff_id, class FROM message WHERE id = ?"
_WAITING = """
SELECT id, reason FROM message WHERE line_id = ? AND state = 'queued'
AND state IN ('queued', 'sending', 'unconfirmed') AND contact_id = ?
"""


def asked(conn: sqlite3.Connection, line_id: str) -> Mapping[str, str]:
    """For each such person on the line the id since which a decision about them is open.

    The words may stand in an older message that was changed.
    """
    return {row["contact_id"]: row["id"] for row in conn.execute(_ASKED, (line_id,))}


def holds(
    asked_id: str | None, *, message_id: str, staff_id: str | None, kind: MessageClass
) -> bool:
    """True when a message waits for that decision; `asked_id` None: no decision is open."""
    by_hand = staff_id is not None and kind is not MessageClass.LIST
    return asked_id is not None and not (by_hand and message_id > asked_id)


def waits(conn: sqlite3.Connection, message_id: str) -> bool:
    """Whether this message waits for a decision."""
    row = conn.execute(_ABOUT, (message_id,)).fetchone()
    return holds(
        asked(conn, row["line_id"]).get(row["contact_id"]),
        message_id=row["id"],
        staff_id=row["staff_id"],
        kind=MessageClass(row["class"]),
    )


def put_off(tx: Tx, line_id: str, contact_id: str) -> None:
    """Their waiting messages on this line wait until somebody has decided."""
    for row in tx.conn.execute(_WAITING, (line_id, contact_id)).fetchall():
        if row["reason"] != Reason.CLOCK_WRONG:
            messages.plan(tx, row["id"], expected_ms=None, reason=Reason.NEAR_STOP)


def let_go(tx: Tx, line_id: str, contact_id: str) -> None:
    """Somebody decided; another such message of theirs may still be open."""
    if contact_id in asked(tx.conn, line_id):
        return
    for row in tx.conn.execute(_WAITING, (line_id, contact_id)).fetchall():
        if row["reason"] == Reason.NEAR_STOP:
            messages.plan(tx, row["id"], expected_ms=None, reason=None)
