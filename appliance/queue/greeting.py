"""A welcome never comes after a colleague's answer: it goes first, or it is taken back."""

from appliance.messages import MessageState
from appliance.reasons import Reason
from appliance.store import messages
from appliance.store.store import Tx

_WAITING = """
SELECT m.id FROM welcome w JOIN message m ON m.id = w.message_id
WHERE w.line_id = ? AND w.contact_id = ? AND m.state = 'queued' AND m.bound_to IS NULL
"""

_ANSWERED = """
SELECT 1 FROM message w JOIN message a ON a.conversation_id = w.conversation_id
  AND a.happened_ms >= w.happened_ms AND a.id > w.id
WHERE w.id = :id AND w.rule = 'welcome' AND w.bound_to IS NULL
AND a.direction = 'out' AND a.rule IS NULL AND a.class = 'reply'
AND a.state NOT IN ('cancelled', 'expired', 'refused', 'failed')
AND (a.state <> 'queued' OR a.tries > 0 OR coalesce(a.not_before_ms, 0) <= :now)
LIMIT 1
"""


def take_back(tx: Tx, line_id: str, contact_id: str) -> None:
    """Somebody answers them now. A part of a welcome may have left: then the rest follows."""
    for row in tx.conn.execute(_WAITING, (line_id, contact_id)).fetchall():
        messages.move(tx, row["id"], MessageState.CANCELLED, reason=Reason.ANSWERED)


def is_late(tx: Tx, message_id: str) -> bool:
    """True of a welcome that did not get through at first, and was answered before meanwhile."""
    values = {"id": message_id, "now": tx.now_ms}
    return tx.conn.execute(_ANSWERED, values).fetchone() is not None
