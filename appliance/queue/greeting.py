"""What a rule says never comes after a colleague's answer: it goes first, or it is taken back."""

from appliance.messages import MessageState
from appliance.queue.pacing import AUTOMATIC_RULES, QUIET_MS
from appliance.reasons import Reason
from appliance.store import messages
from appliance.store.store import Tx

_WAITING = f"""
SELECT m.id FROM conversation c JOIN message m INDEXED BY message_by_rule
  ON m.conversation_id = c.id AND m.rule IS NOT NULL
WHERE c.line_id = ? AND c.contact_id = ? AND m.rule IN {AUTOMATIC_RULES}
  AND m.state = 'queued' AND m.bound_to IS NULL
"""  # noqa: S608 -- our own words

_ANSWERED = f"""
SELECT 1 FROM message w JOIN message a ON a.conversation_id = w.conversation_id
WHERE w.id = :id AND w.rule IN {AUTOMATIC_RULES} AND w.bound_to IS NULL
AND a.direction = 'out' AND a.rule IS NULL AND a.class <> 'list'
AND (a.class = 'reply' OR a.token_id IS NULL AND a.sent_ms IS NOT NULL)
AND a.state NOT IN ('cancelled', 'expired', 'refused', 'failed')
AND (a.state <> 'queued' OR a.tries > 0 OR coalesce(a.not_before_ms, 0) <= :now)
AND (a.id > w.id OR a.state IN ('queued', 'sending') OR a.sent_ms > :quiet)
LIMIT 1
"""  # noqa: S608 -- our own words


def take_back(tx: Tx, line_id: str, contact_id: str) -> None:
    """Somebody answers them now. A part of it may have left: then the rest follows."""
    for row in tx.conn.execute(_WAITING, (line_id, contact_id)).fetchall():
        messages.move(tx, row["id"], MessageState.CANCELLED, reason=Reason.ANSWERED)


def is_late(tx: Tx, message_id: str) -> bool:
    """True of one that was answered meanwhile, or whose turn comes within minutes of an answer that
    a colleague had planned before.
    """
    values = {"id": message_id, "now": tx.now_ms, "quiet": tx.now_ms - QUIET_MS}
    return tx.conn.execute(_ANSWERED, values).fetchone() is not None
