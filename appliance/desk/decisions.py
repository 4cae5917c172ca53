"""What a person decides about a message whose outcome the device cannot tell."""

from enum import Enum

from appliance.errors import NotFound, Refused
from appliance.messages import MessageState
from appliance.store import messages
from appliance.store.store import Tx


class Decision(Enum):
    """What somebody saw on the phone; the values are those of the page's buttons."""

    LEFT = "left"
    SEND_AGAIN = "again"
    GIVE_UP = "give-up"


_LEADS_TO = {
    Decision.LEFT: MessageState.SENT,
    Decision.SEND_AGAIN: MessageState.QUEUED,
    Decision.GIVE_UP: MessageState.FAILED,
}


def decide(tx: Tx, message_id: str, decision: Decision, *, staff_id: str) -> None:
    """Settles it, with the name of who did.

    Only what waits for a person: while the device is still being asked, nobody is quicker.
    Raises NotFound, or Refused when it is settled already or still being looked up.
    """
    row = tx.conn.execute(
        "SELECT state, reason FROM message WHERE id = ?", (message_id,)
    ).fetchone()
    if row is None:
        raise NotFound("message")
    if (row["state"], row["reason"]) != (MessageState.UNCONFIRMED.value, "person"):
        raise Refused("nothing-to-decide", "This message does not wait for a person.")
    messages.move(
        tx,
        message_id,
        _LEADS_TO[decision],
        reason="decided" if decision is Decision.GIVE_UP else None,
        facts={"by": "person", "staff": staff_id, "decision": decision.value},
    )
