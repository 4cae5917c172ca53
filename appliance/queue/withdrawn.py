"""What of a list leaves no more because somebody cancelled its send.

What waited then ended with it. What a device had in hand ends here if it comes back to the queue:
after a failed try, an answer that it never left, or one of its files.
"""

import sqlite3
from typing import Any

from appliance.messages import MessageState
from appliance.reasons import Reason
from appliance.store import messages
from appliance.store.messages import Moved
from appliance.store.store import Tx


def holds(conn: sqlite3.Connection, message_id: str) -> bool:
    """Whether its send was cancelled."""
    return conn.execute(_CANCELLED, (message_id,)).fetchone() is not None


def requeue(tx: Tx, message_id: str, **about: Any) -> Moved | None:
    """It waits again, or ends when its send was cancelled meanwhile. `about` is what
    `messages.move` takes; the result is that of the move back to the queue.
    """
    moved = messages.move(tx, message_id, MessageState.QUEUED, **about)
    if moved is not None and holds(tx.conn, message_id):
        messages.move(tx, message_id, MessageState.CANCELLED, reason=Reason.BY_PERSON)
    return moved


_CANCELLED = """
SELECT 1 FROM list_send_item i CROSS JOIN list_send s ON s.id = i.send_id
WHERE i.message_id = ? AND s.state = 'cancelled'
"""
