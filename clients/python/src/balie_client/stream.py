"""The stream of events, read line by line (WHATWG server-sent events)."""

import json
from dataclasses import dataclass, field

import httpx

from balie_client.models import Event

TIMEOUT = httpx.Timeout(30.0, read=45.0)
"""Balie says something every 15 seconds: after three silences the connection is dead."""
LONGEST_PAUSE_S = 30.0


def headers(cursor: str | None) -> dict[str, str]:
    said = {"Accept": "text/event-stream"}
    return said | {"Last-Event-ID": cursor} if cursor else said


@dataclass(slots=True)
class Place:
    """How far the stream was read. It goes on over connections."""

    cursor: str | None
    failures: int = 0
    _kind: str = ""
    _data: list[str] = field(default_factory=list)
    _id: str | None = None

    def begins(self) -> None:
        """Half an event of the connection before is no event."""
        self._kind, self._data, self._id = "", [], None

    def pause_s(self) -> float:
        """Before the next connection."""
        self.failures += 1
        return min(0.25 * 2.0**self.failures, LONGEST_PAUSE_S)

    def take(self, line: str) -> Event | None:
        """The event that this line ends."""
        if line:
            self._field(line)
            return None
        kind, data, cursor = self._kind, "\n".join(self._data), self._id or self.cursor or ""
        self.begins()
        if not data:
            return None
        self.cursor, self.failures = cursor, 0
        return None if kind == "hello" else _event(kind, cursor, json.loads(data))

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "event":
                self._kind = value
            case "data":
                self._data.append(value)
            case "id":
                self._id = value


def _event(kind: str, cursor: str, body: dict[str, object]) -> Event:
    known = {name: body[name] for name in Event.__dataclass_fields__ if name in body}
    return Event(**{**known, "kind": kind, "cursor": cursor})  # type: ignore[arg-type]
