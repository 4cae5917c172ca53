"""Messages that did not arrive, or may not have: they stand here until somebody has seen to them,
or until it is proven that they left after all.
"""

from appliance.events import EventKind
from appliance.messages import MessageState
from appliance.store.listed import MISSING
from appliance.store.store import Tx


def follow(tx: Tx, message_id: str, line_id: str, *, to: MessageState) -> None:
    """The message enters this state."""
    if to in MISSING:
        tx.conn.execute(
            "INSERT OR IGNORE INTO not_arrived (message_id, line_id, since_ms) VALUES (?, ?, ?)",
            (message_id, line_id, tx.now_ms),
        )
    else:
        tx.conn.execute("DELETE FROM not_arrived WHERE message_id = ?", (message_id,))


def settle(tx: Tx, message_id: str, *, staff_id: str, again: str | None = None) -> bool:
    """Somebody has seen to it; `again` is the message that they sent instead. False where it stood
    there no more.
    """
    gone = tx.conn.execute("DELETE FROM not_arrived WHERE message_id = ?", (message_id,))
    if not gone.rowcount:
        return False
    row = tx.conn.execute(
        "SELECT line_id, conversation_id, contact_id FROM message WHERE id = ?", (message_id,)
    ).fetchone()
    facts = {"again": again} if again else {}
    tx.emit(
        EventKind.MESSAGE_SETTLED,
        **dict(row),
        message_id=message_id,
        staff_id=staff_id,
        facts=facts,
    )
    return True
