"""The words of SMSGate for how far a message is."""

from collections.abc import Iterable, Mapping

from appliance.messages import MessageState

_S = MessageState

WORDS: Mapping[MessageState, str] = {
    _S.QUEUED: "Pending",
    _S.SENDING: "Processed",
    _S.UNCONFIRMED: "Processed",
    _S.SENT: "Sent",
    _S.DELIVERED: "Delivered",
    _S.READ: "Delivered",
    _S.FAILED: "Failed",
    _S.REFUSED: "Failed",
    _S.EXPIRED: "Failed",
    _S.CANCELLED: "Cancelled",
}
FAILED, CANCELLED = "Failed", "Cancelled"
ALL = tuple(dict.fromkeys(WORDS.values()))
"""Of a recipient and of the whole alike; the schema derives the whole (`smsgate_follows`)."""


def whole_of(words: Iterable[str]) -> str:
    """The whole of those alone who are in sight, as the schema derives it of all."""
    there = set(words)
    for each in ("Pending", CANCELLED, "Processed"):
        if each in there:
            return each
    return there.pop() if len(there) == 1 else "Sent"
