"""What Balie answers, as far as most programs look at it. Answers hold more than is named here."""

from dataclasses import dataclass, field
from typing import Any, TypedDict


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """It is kept, and leaves once. `expected_at` None: nobody can know when."""

    id: str
    state: str
    expected_at: str | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Ids and facts, never a text and never a number.

    `cursor` is where to go on. `kind` is `reset` when the events after the given cursor cannot be
    had any more, because a backup was put back: read everything anew.
    """

    kind: str
    cursor: str
    seq: int
    at: str | None = None
    line: str | None = None
    conversation: str | None = None
    contact: str | None = None
    message: str | None = None
    device: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


class Person(TypedDict):
    id: str | None
    number: str
    name: str | None


class Message(TypedDict):
    id: str
    direction: str
    line: str
    line_number: str
    conversation: str
    contact: Person
    channel: str | None
    text: str
    state: str
    reason: str | None
    author: str | None
    expected_at: str | None
    created_at: str
    happened_at: str
    sent_at: str | None
    delivered_at: str | None
    read_at: str | None


class Line(TypedDict):
    id: str
    number: str


class Contact(TypedDict):
    id: str
    name: str | None
    personnel_number: str | None
    labels: list[str]


class Conversation(TypedDict):
    id: str
    state: str
    labels: list[str]
    waiting_since: str | None
