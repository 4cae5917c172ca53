"""Taking back what a client of SMSGate asked to send."""

from appliance.desk.access.sight import Sight
from appliance.desk.outgoing import sending
from appliance.desk.outgoing.sending import Author
from appliance.desk.smsgate import requests
from appliance.desk.smsgate.requests import Request
from appliance.errors import Refused
from appliance.messages import MessageState
from appliance.reasons import Reason
from appliance.store.store import Tx


def cancel(tx: Tx, sight: Sight, token_id: str, request_id: str) -> Request:
    """Cancels those of its messages that wait and are in sight; gives it as it is then. A second
    time changes nothing. Raises NotFound, and Refused when none of them waits any more.
    """
    found = requests.own(tx.conn, sight, token_id, request_id)
    in_state = {each.message_id: each.message_state for each in found.recipients}
    waiting = [each for each, state in in_state.items() if state is MessageState.QUEUED]
    if not waiting and MessageState.CANCELLED not in in_state.values():
        raise Refused(Reason.CANNOT_CANCEL, "This message is being sent, has left or has ended.")
    for message_id in waiting:
        if message_id is not None:
            sending.cancel(tx, message_id, Author(token_id=token_id))
    return requests.own(tx.conn, sight, token_id, request_id)
