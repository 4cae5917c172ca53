"""What head office knows of the time after a copy that was put back: what left since."""

from collections.abc import Sequence

from appliance.messages import MessageState
from appliance.queue import restored
from appliance.reasons import Reason
from appliance.store import messages
from appliance.store.store import Tx

MAY_HAVE_LEFT = frozenset(
    {
        *(MessageState.SENDING, MessageState.UNCONFIRMED, MessageState.SENT),
        *(MessageState.DELIVERED, MessageState.READ),
    }
)


def doubt(tx: Tx, there: Sequence[tuple[str, MessageState]]) -> int:
    """Messages and the state that the office saw them in: those that wait here are in doubt, as
    if their attempt had been cut off; those that were withdrawn are withdrawn. How many changed.
    """
    return sum(_doubt(tx, message_id, state) for message_id, state in there)


def _doubt(tx: Tx, message_id: str, state: MessageState) -> bool:
    if messages.state_of(tx.conn, message_id) is not MessageState.QUEUED:
        return False
    if state in MAY_HAVE_LEFT:
        return restored.doubt(tx, message_id)
    if state is MessageState.CANCELLED:
        moved = messages.move(tx, message_id, state, reason=Reason.BY_PERSON)
        return moved is not None
    return False
