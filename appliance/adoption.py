"""Words of adoption: what becomes of the chats that a phone had before Balie came."""

from enum import Enum


class AdoptionState(Enum):
    #: The phone's list of chats is walked along, a chat at a time.
    WALKING = "walking"
    #: Somebody holds it up; it goes on from there.
    PAUSED = "paused"
    #: Somebody ended it; what was taken over stays.
    STOPPED = "stopped"
    DONE = "done"


OPEN = frozenset({AdoptionState.WALKING, AdoptionState.PAUSED})
"""Of these a line has one at most."""


class ChatFate(Enum):
    """What became of one chat."""

    WAITING = "waiting"
    #: They wrote to the number: history and consent are kept.
    ADOPTED = "adopted"
    #: Their newest STOP stands: the history is kept, and nothing is written to them.
    STOPPED = "stopped"
    #: They never wrote: nothing of it is kept, and it stays closed.
    CLOSED = "closed"
    #: A group: its next post brings it into the inbox.
    GROUP = "group"
    #: The phone shows a name, and whose it is cannot be told: a person may know.
    UNKNOWN = "unknown"
    #: Several chats have this name.
    ALIKE = "alike"
    #: The phone did not show it, several times.
    FAILED = "failed"


FOR_A_PERSON = frozenset({ChatFate.UNKNOWN, ChatFate.ALIKE, ChatFate.FAILED})
