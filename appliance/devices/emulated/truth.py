"""The truth log: what really left a phone, written when the network takes it and only then."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """`to` is a number or a group's jid; `parts` is None for WhatsApp."""

    at_ms: int
    phone: str
    number: str
    channel: str
    to: str
    text: str
    id: str
    parts: int | None = None

    def as_json(self) -> dict[str, Any]:
        facts = asdict(self)
        if self.parts is None:
            del facts["parts"]
        return facts


class TruthLog:
    """In memory, and in a file of one JSON line a message when a path is given."""

    def __init__(self, path: Path | None = None) -> None:
        self._departures: list[Departure] = []
        self._file = path.open("a", encoding="utf-8") if path else None

    def record(self, departure: Departure) -> None:
        self._departures.append(departure)
        if self._file is not None:
            self._file.write(json.dumps(departure.as_json(), ensure_ascii=False) + "\n")
            self._file.flush()

    def items(self, *, since_ms: int = 0) -> list[Departure]:
        """What left at `since_ms` or later, in the order in which it left."""
        return [d for d in self._departures if d.at_ms >= since_ms]

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
