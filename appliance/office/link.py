"""The link between a box and head office: what goes over it, whatever carries it.

A box tells what happened by `push`: everything of its log from one sequence to another, in one
batch at a time, and the office answers how far it has it all. What people at the office want done
comes down as commands in the order of `n`; a command is over once an event of the box says so.
Both sides keep their own cursor in the transaction of what it counts, so everything may be said
again and nothing is done twice. JSON comes in through `from_json`, which raises Malformed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from appliance.office.batch import Batch, Pushed
from appliance.office.broker import BrokerPlace, place_in
from appliance.office.reading import Fields, Malformed, base64_of, plain

MAX_COMMANDS = 50
MAX_ANSWER_BYTES = 4 * 1024 * 1024
"""Of an answer to a `fetch`."""
HELD_OPEN_S = 25.0
"""So long the office holds a question for commands while there is none."""
SIGN_OF_LIFE_S = 15.0
RENEW_AFTER_MS = 30 * 24 * 3600 * 1000

JOIN = "/link/v1/join"
EVENTS = "/link/v1/events"
COMMANDS = "/link/v1/commands"
CREDENTIAL = "/link/v1/credential"
ANSWERS = "/link/v1/answers"
CA = "/link/v1/ca"


class CommandKind(StrEnum):
    SEND = "send"
    CANCEL = "cancel"
    CASE = "case"
    NOTE = "note"
    READ = "read"
    STAFF = "staff"
    FETCH = "fetch"
    BACKUP = "backup"
    UPDATE = "update"
    STRIKE_OFF = "strike-off"
    HAPPENED = "happened"


class CommandOutcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAsker:
    """Whose wish a command is: a colleague or a token of the office, by its id there."""

    staff: str | None = None
    token: str | None = None
    name: str = ""

    def as_json(self) -> dict[str, Any]:
        who = {"staff": self.staff} if self.token is None else {"token": self.token}
        return {**who, "name": self.name}

    @classmethod
    def from_json(cls, read: Fields) -> "CommandAsker":
        staff, token = read.id_or_none("staff"), read.id_or_none("token")
        if staff is not None and token is not None:
            raise Malformed("a command is of a colleague or of a token")
        return cls(staff=staff, token=token, name=read.text("name", most=200))


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeCommand:
    """`kind` is a word, because an office may be newer; one that is not known is refused. What
    neither a colleague nor a token asked for, the office asks itself: `by` has neither id.
    """

    n: int
    id: str
    kind: str
    expires_ms: int | None
    by: CommandAsker
    body: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        told = {"n": self.n, "id": self.id, "kind": self.kind, "expires_ms": self.expires_ms}
        return {**told, "by": self.by.as_json(), "body": dict(self.body)}

    @classmethod
    def from_json(cls, found: object) -> "OfficeCommand":
        read = Fields(found, "a command")
        return cls(
            n=read.number("n", least=1),
            id=read.id("id"),
            kind=read.id("kind"),
            expires_ms=read.number_or_none("expires_ms"),
            by=CommandAsker.from_json(read.part("by")),
            body=read.facts("body"),
        )


def commands_as_json(given: Sequence[OfficeCommand]) -> dict[str, Any]:
    return {"commands": [each.as_json() for each in given]}


def commands_from_json(read: Fields) -> Sequence[OfficeCommand]:
    """In the order in which they came, which a reader does not rely on."""
    return [OfficeCommand.from_json(each) for each in read.items("commands", most=MAX_COMMANDS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchAnswer:
    """What the box's own API said to a `fetch`."""

    status: int
    type: str
    body: bytes

    def as_json(self) -> dict[str, Any]:
        return {"status": self.status, "type": self.type, "body": base64_of(self.body)}

    @classmethod
    def from_json(cls, read: Fields) -> "FetchAnswer":
        status = read.number("status", least=100)
        if status >= 600:  # noqa: PLR2004 -- HTTP's statuses have three digits
            raise read.wrong("status")
        return cls(status=status, type=read.text("type", most=200), body=read.raw("body"))


def staff_to_sign(box: str, version: int, staff: Sequence[Mapping[str, Any]]) -> bytes:
    """What the office signs of a `staff` command: it is for this box and this version alone."""
    return plain({"box": box, "version": version, "staff": list(staff)})


class Link(Protocol):
    """A box's way to its office; each call is one question, and never asked again by the link.

    All raise LinkError as `office/troubles.py` draws it.
    """

    async def push(self, batch: Batch) -> Pushed: ...

    async def commands(self, after: int, epoch: str) -> Sequence[OfficeCommand]:
        """Those with a higher `n`; it waits for `HELD_OPEN_S` while there is none. `epoch` is that
        of the log, by which two boxes that show one credential are told apart.
        """
        ...

    async def answer(self, ask: str, answer: FetchAnswer) -> None: ...

    async def renew(self) -> "NewCredential": ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCredential:
    """With it comes the broker, where the office has one now: a new pass, or other servers."""

    credential: str
    renew_by_ms: int
    broker: BrokerPlace | None = None

    def as_json(self) -> dict[str, Any]:
        more = {} if self.broker is None else {"broker": self.broker.as_json()}
        return {"credential": self.credential, "renew_by_ms": self.renew_by_ms, **more}

    @classmethod
    def from_json(cls, read: Fields) -> "NewCredential":
        return cls(
            credential=read.text("credential", most=500),
            renew_by_ms=read.number("renew_by_ms"),
            broker=place_in(read),
        )
