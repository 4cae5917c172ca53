"""A message that had left does not arrive: the service at the other end said so."""

from appliance.devices.news_protocol import NotArrived
from appliance.messages import MessageState
from appliance.reasons import Reason
from appliance.store import messages
from appliance.store.store import Tx


def keep(tx: Tx, device_id: str, told: NotArrived) -> None:
    """Only of an attempt that this device made; that it left is then no doubt any more."""
    row = tx.conn.execute(
        "SELECT message_id FROM attempt WHERE id = ? AND device_id = ?",
        (told.attempt_id, device_id),
    ).fetchone()
    if row is not None:
        facts = {"attempt_id": told.attempt_id, "seen": told.words}
        why = Reason.NOT_DELIVERED
        messages.move(tx, row["message_id"], MessageState.FAILED, reason=why, facts=facts)
