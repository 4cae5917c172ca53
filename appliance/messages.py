"""Messages: their words, their states, and which state may follow which."""

import re
import unicodedata
from enum import Enum

from appliance.characters import is_blank
from appliance.errors import InvalidInput

MAX_TEXT = 4096
"""Characters; more is refused at the door."""

_UNSENDABLE = re.compile("[\x00\ud800-\udfff]")


class Direction(Enum):
    IN = "in"
    OUT = "out"


class Origin(Enum):
    """Who speaks in an incoming message. Only a person agrees, waits and is answered."""

    PERSON = "person"
    #: The network's or a program's own words, such as that a voicemail waits.
    NOTICE = "notice"
    #: What is for a machine: a setting, a link to a picture message, orders for the SIM.
    TECHNICAL = "technical"


class MessageClass(Enum):
    """Who began it: the order of the queue and the brakes that apply follow from this."""

    #: An answer to somebody who wrote in the last 24 hours.
    REPLY = "reply"
    #: Begun by Balie, by a rule or by other software.
    AUTOMATIC = "automatic"
    #: One of many from a send list.
    LIST = "list"
    #: The one message that an opt-out or a call allows.
    CONFIRMATION = "confirmation"

    #: An Enum's own hash is a function in Python, and a plan asks for it at every step.
    __hash__ = object.__hash__


class MessageState(Enum):
    #: Accepted and durable; waits for its turn.
    QUEUED = "queued"
    #: Claimed by one device; an attempt exists.
    SENDING = "sending"
    #: The outcome is not known; the device is asked.
    UNCONFIRMED = "unconfirmed"
    #: Proven to have left.
    SENT = "sent"
    #: Proven to have arrived.
    DELIVERED = "delivered"
    #: Proven to have been read.
    READ = "read"
    #: Proven not delivered, no more tries.
    FAILED = "failed"
    #: Accepted earlier, but a rule now forbids it.
    REFUSED = "refused"
    #: Too old to be worth sending.
    EXPIRED = "expired"
    #: Withdrawn by a person or an opt-out before it left.
    CANCELLED = "cancelled"
    #: Every incoming message.
    RECEIVED = "received"


_S = MessageState

TRANSITIONS: dict[MessageState, frozenset[MessageState]] = {
    _S.QUEUED: frozenset({_S.SENDING, _S.CANCELLED, _S.EXPIRED, _S.REFUSED, _S.FAILED}),
    _S.SENDING: frozenset(
        {_S.SENT, _S.QUEUED, _S.FAILED, _S.UNCONFIRMED, _S.REFUSED, _S.CANCELLED}
    ),
    _S.UNCONFIRMED: frozenset({_S.SENT, _S.QUEUED, _S.FAILED}),
    _S.SENT: frozenset({_S.DELIVERED, _S.READ, _S.FAILED}),
    _S.DELIVERED: frozenset({_S.READ}),
    _S.READ: frozenset(),
    _S.FAILED: frozenset({_S.DELIVERED}),
    _S.REFUSED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.RECEIVED: frozenset(),
}


def direction_of(state: MessageState) -> Direction:
    """The schema checks it of every message."""
    return Direction.IN if state is MessageState.RECEIVED else Direction.OUT


def clean_text(text: str) -> str:
    """The text in NFC, otherwise unharmed.

    Raises InvalidInput when nobody would see anything of it, when it is longer than MAX_TEXT
    characters, or holds a NUL or a lone surrogate, which no phone can carry.
    """
    if _UNSENDABLE.search(text):
        sentence = "The text holds a character that no phone can send (NUL or half an emoji)."
        raise InvalidInput("text", sentence)
    normal = unicodedata.normalize("NFC", text)
    if is_blank(normal):
        raise InvalidInput("text", "The text is empty. Write something to send.")
    if len(normal) > MAX_TEXT:
        sentence = f"The text has {len(normal)} characters; at most {MAX_TEXT} can be sent."
        raise InvalidInput("text", sentence)
    return normal
