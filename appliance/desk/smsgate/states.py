"""How far a message is, as SMSGate has it."""

from collections.abc import Iterable, Mapping

from appliance.messages import MessageState
from appliance.store.smsgate import SmsState

_S = MessageState

STATES: Mapping[MessageState, SmsState] = {
    _S.QUEUED: SmsState.PENDING,
    _S.SENDING: SmsState.PROCESSED,
    _S.UNCONFIRMED: SmsState.PROCESSED,
    _S.SENT: SmsState.SENT,
    _S.DELIVERED: SmsState.DELIVERED,
    _S.READ: SmsState.DELIVERED,
    _S.FAILED: SmsState.FAILED,
    _S.REFUSED: SmsState.FAILED,
    _S.EXPIRED: SmsState.FAILED,
    _S.CANCELLED: SmsState.CANCELLED,
}


def whole_of(states: Iterable[SmsState]) -> SmsState:
    """The whole of those alone who are in sight, as the schema derives it of all
    (`smsgate_follows`).
    """
    there = set(states)
    for each in (SmsState.PENDING, SmsState.CANCELLED, SmsState.PROCESSED):
        if each in there:
            return each
    return there.pop() if len(there) == 1 else SmsState.SENT
