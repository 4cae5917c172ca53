"""What a box tells: events, the slices that they name, and how the box is. JSON comes in through
`from_json`, which raises Malformed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from appliance.events import Event
from appliance.office.reading import (
    MAX_INT,
    MAX_MS,
    MIN_MS,
    Fields,
    Malformed,
    base64_of,
    bytes_of,
    is_utf8,
    is_whole,
)
from appliance.slices import Privacy, Slice, Value

MAX_EVENTS = 500
MAX_BATCH_BYTES = 8 * 1024 * 1024
"""Of a batch as JSON, unpacked."""
MAX_RESTORES = 100
"""Of one box that are told."""
EVENT_VERSION = 1
"""`v` of an event: what its facts mean. An office reads all of the last 24 months."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEvent:
    """An event as a box tells it. `kind` is a word: a newer box may have one that is not known."""

    seq: int
    at_ms: int
    kind: str
    branch_id: str | None = None
    line_id: str | None = None
    conversation_id: str | None = None
    contact_id: str | None = None
    message_id: str | None = None
    device_id: str | None = None
    staff_id: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    v: int = EVENT_VERSION

    @classmethod
    def of(cls, event: Event) -> "ToldEvent":
        ids = {name: getattr(event, name) for name in _IDS}
        return cls(
            seq=event.seq, at_ms=event.at_ms, kind=event.kind.value, facts=event.facts, **ids
        )

    def as_json(self) -> dict[str, Any]:
        ids = {name: getattr(self, name) for name in _IDS}
        told = {"seq": self.seq, "at_ms": self.at_ms, "kind": self.kind}
        return {**told, **ids, "facts": dict(self.facts), "v": self.v}

    @classmethod
    def from_json(cls, found: object) -> "ToldEvent":
        read = Fields(found, "an event")
        return cls(
            seq=read.number("seq", least=1),
            at_ms=read.time("at_ms"),
            kind=read.id("kind"),
            facts=read.facts("facts"),
            v=read.number("v", least=1),
            **{name: read.id_or_none(name) for name in _IDS},
        )


_IDS = (
    "branch_id",
    "line_id",
    "conversation_id",
    "contact_id",
    "message_id",
    "device_id",
    "staff_id",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Descent:
    """The epoch before a restore, and the last sequence of it that the copy had."""

    epoch: str
    seq: int

    def as_json(self) -> dict[str, Any]:
        return {"epoch": self.epoch, "seq": self.seq}

    @classmethod
    def from_json(cls, found: Fields) -> "Descent":
        return cls(epoch=found.id("epoch"), seq=found.number("seq"))


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxFacts:
    """How a box is. `ill` counts lines; `disk` is a share in use of 0 to 1; `head` is the last
    sequence of its log; `privacy` the box's own choice; `address` what browsers open there;
    `staff_version` that of the office's list of colleagues that it has.
    """

    version: str
    lines: int
    ill: int
    queue: int
    oldest_waiting_ms: int | None
    disk: float | None
    backup_ms: int | None
    head: int
    privacy: Privacy
    address: str | None = None
    staff_version: int = 0

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, found: object) -> "BoxFacts":
        read = Fields(found, "the facts")
        disk = read.all.get("disk")
        if disk is not None and not (isinstance(disk, int | float) and 0 <= disk <= 1):
            raise read.wrong("disk")
        return cls(
            version=read.text("version", most=100),
            lines=read.number("lines"),
            ill=read.number("ill"),
            queue=read.number("queue"),
            oldest_waiting_ms=read.time_or_none("oldest_waiting_ms"),
            disk=None if disk is None else float(disk),
            backup_ms=read.time_or_none("backup_ms"),
            head=read.number("head"),
            privacy=privacy_of(read),
            address=_address(read),
            staff_version=read.number_or_none("staff_version") or 0,
        )


def _address(read: Fields) -> str | None:
    """People open it from the office's pages."""
    found = read.text_or_none("address", most=500)
    if found is not None and not found.startswith(("https://", "http://")):
        raise read.wrong("address")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """All events from `first` to `last`; numbers between them may be missing. One without events
    has `last` = `first` - 1: a sign of life, or slices that no event names. `told_as` is the choice
    of privacy by which it was made; None: the box has not said, and keeps to the one that counts.
    `descent` is told with the first batch of an epoch; `before` are all restores of this box, the
    newest first, so that an office which was itself put back to an earlier day knows the box again.
    """

    epoch: str
    first: int
    last: int
    events: Sequence[ToldEvent]
    slices: Sequence[Slice]
    sent_ms: int
    facts: BoxFacts
    descent: Descent | None = None
    told_as: Privacy | None = None
    before: Sequence[Descent] = ()

    @property
    def ancestors(self) -> Sequence[Descent]:
        """The newest first."""
        return (*self.before, *(() if self.descent is None else (self.descent,)))

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"epoch": self.epoch, "first": self.first, "last": self.last}
        if self.told_as is not None:
            told["told_as"] = self.told_as
        if self.descent is not None:
            told["descent"] = self.descent.as_json()
        if self.before:
            told["before"] = [each.as_json() for each in self.before]
        return {
            **told,
            "events": [each.as_json() for each in self.events],
            "slices": [slice_as_json(each) for each in self.slices],
            "sent_ms": self.sent_ms,
            "facts": self.facts.as_json(),
        }

    @classmethod
    def from_json(cls, read: Fields) -> "Batch":
        found = cls(
            epoch=read.id("epoch"),
            first=read.number("first", least=1),
            last=read.number("last"),
            events=[ToldEvent.from_json(each) for each in read.items("events", most=MAX_EVENTS)],
            slices=[slice_from_json(each) for each in read.items("slices", most=100_000)],
            sent_ms=read.time("sent_ms"),
            facts=BoxFacts.from_json(read.all.get("facts")),
            descent=_descent(read),
            told_as=None if read.all.get("told_as") is None else privacy_of(read, "told_as"),
            before=_before(read),
        )
        found._must_be_in_order()
        return found

    def _must_be_in_order(self) -> None:
        before = self.first - 1
        for each in self.events:
            if not before < each.seq <= self.last:
                raise Malformed("its events are not in order between “first” and “last”")
            before = each.seq
        if self.last < self.first - 1 or (not self.events and self.last >= self.first):
            raise Malformed("“last” is not the last of its events")


def _descent(read: Fields) -> Descent | None:
    if read.all.get("descent") is None:
        return None
    return Descent.from_json(read.part("descent"))


def _before(read: Fields) -> Sequence[Descent]:
    if read.all.get("before") is None:
        return ()
    told = read.items("before", most=MAX_RESTORES)
    return [Descent.from_json(Fields(each, "a restore")) for each in told]


def slice_as_json(given: Slice) -> dict[str, Any]:
    return {
        "table": given.table,
        "of": _row_as_json(given.of),
        "rows": [_row_as_json(each) for each in given.rows],
    }


def slice_from_json(found: object) -> Slice:
    read = Fields(found, "a slice")
    rows = [_row_from_json(each) for each in read.items("rows", most=100_000)]
    if not all(rows):
        raise Malformed("a row of a slice is empty")
    of = _row_from_json(read.all.get("of"))
    if any(row.get(name) != value for row in rows for name, value in of.items()):
        raise Malformed("a slice has rows of something else")
    return Slice(table=read.id("table"), of=of, rows=rows)


def _row_as_json(row: Mapping[str, Value]) -> dict[str, Any]:
    return {
        name: {"b": base64_of(value)} if isinstance(value, bytes) else value
        for name, value in row.items()
    }


def _row_from_json(found: object) -> Mapping[str, Value]:
    return {name: _value(name, each) for name, each in Fields(found, "a row").all.items()}


def _value(name: str, found: object) -> Value:
    if isinstance(found, dict) and set(found) == {"b"}:
        return bytes_of(found["b"], "b")
    if isinstance(found, str) and is_utf8(found):
        return found
    if found is None or isinstance(found, float):
        return found
    least, most = (MIN_MS, MAX_MS) if name.endswith("_ms") else (-MAX_INT, MAX_INT)
    if is_whole(found) and least <= found <= most:
        return found
    raise Malformed("a row holds what no column can hold")


def privacy_of(read: Fields, name: str = "privacy") -> Privacy:
    try:
        return Privacy(read.text(name, most=20))
    except ValueError:
        raise read.wrong(name) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """How far the office has everything, and what the company chose for privacy."""

    cursor: int
    privacy: Privacy

    def as_json(self) -> dict[str, Any]:
        return {"cursor": self.cursor, "privacy": self.privacy}

    @classmethod
    def from_json(cls, read: Fields) -> "Pushed":
        return cls(cursor=read.number("cursor"), privacy=privacy_of(read))
