"""Two who answer at once: whoever began before a colleague's answer is asked once more."""

import sqlite3

from appliance.errors import Refused
from appliance.reasons import Reason


def check_alone(
    conn: sqlite3.Connection, conversation_id: str, *, since_id: str, staff_id: str
) -> None:
    """`since_id`: the newest message that they had seen when they began to type.

    Raises Refused when a colleague or a program has answered since.
    """
    values = {"conversation": conversation_id, "since": since_id, "me": staff_id}
    if conn.execute(_ANSWER, values).fetchone() is not None:
        raise Refused(
            Reason.ANSWERED_MEANWHILE,
            "A colleague has answered since you began.",
            remedy="Read it first. Send yours anyway if it still helps.",
        )


def was_accepted(conn: sqlite3.Connection, client_id: str) -> bool:
    """A browser asks twice for what it got no answer to: that was judged the first time."""
    found = conn.execute("SELECT 1 FROM message WHERE client_id = ?", (client_id,))
    return found.fetchone() is not None


# Whatever was accepted since then stands behind it in the thread, too.
_ANSWER = """
SELECT 1 FROM message since CROSS JOIN message m INDEXED BY message_thread
ON m.conversation_id = :conversation AND m.happened_ms >= since.created_ms
WHERE since.id = :since AND m.id > :since AND m.direction = 'out' AND m.rule IS NULL
AND m.staff_id IS NOT :me
AND m.state NOT IN ('failed', 'refused', 'expired', 'cancelled') LIMIT 1
"""
