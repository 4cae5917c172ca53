"""What is in doubt on devices that are away for long: a person decides it."""

import sqlite3

from appliance.queue.pacing import DAY_MS
from appliance.reasons import Reason
from appliance.store import messages
from appliance.store.store import Tx

GONE_AFTER_MS = DAY_MS
"""A device that has been away for so long may never come back."""

_AWAY = """
SELECT m.id FROM message m INDEXED BY message_doubt
CROSS JOIN attempt a ON a.id = (SELECT max(id) FROM attempt WHERE message_id = m.id)
CROSS JOIN device d ON d.id = a.device_id
WHERE m.state IN ('sending', 'unconfirmed') AND m.state = 'unconfirmed'
AND d.state IN ('absent', 'unauthorized', 'offline')
"""
_GONE = f"{_AWAY} AND m.reason IS NOT '{Reason.PERSON}' AND d.changed_ms <= ?"


def ask_about_the_gone(tx: Tx) -> None:
    """Lets a person decide the doubts of a device that is away for a day; it may, too, if back.

    Otherwise a lost phone would block all other messages to that contact for good.
    """
    found = tx.conn.execute(_GONE, (tx.now_ms - GONE_AFTER_MS,)).fetchall()
    for row in found:
        messages.plan(tx, row["id"], expected_ms=None, reason=Reason.DEVICE_GONE)


def is_still_gone(conn: sqlite3.Connection, message_id: str) -> bool:
    """Whether the device that has this message in doubt is away now."""
    return conn.execute(f"{_AWAY} AND m.id = ?", (message_id,)).fetchone() is not None
