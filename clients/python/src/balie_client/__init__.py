"""Balie's API for Python: send, read, follow what happens, and trust what comes in.

`Balie` is for plain code, `AsyncBalie` has the same methods for asyncio.
"""

from balie_client.aio import AsyncBalie
from balie_client.client import Balie
from balie_client.models import Accepted, Contact, Conversation, Event, Line, Message
from balie_client.problems import (
    ConsentRequired,
    Invalid,
    MayNot,
    NotFound,
    NotNow,
    OptedOut,
    Problem,
    Refused,
)
from balie_client.webhooks import verified

__all__ = [
    "Accepted",
    "AsyncBalie",
    "Balie",
    "ConsentRequired",
    "Contact",
    "Conversation",
    "Event",
    "Invalid",
    "Line",
    "MayNot",
    "Message",
    "NotFound",
    "NotNow",
    "OptedOut",
    "Problem",
    "Refused",
    "verified",
]
