"""The truth log: what really left a phone, written when the network takes it and only then."""

import json
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """`phone` is an ADB serial or a modem's IMEI, `to` a number or a group's jid. What a bot or a
    mailbox sent has that one's own address in `phone` and `number`.

    `parts` is None for WhatsApp. `sha256` is that of the file that left with it, None without one;
    `text` is its caption then.
    """

    at_ms: int
    phone: str
    number: str
    channel: str
    to: str
    text: str
    id: str
    parts: int | None = None
    sha256: str | None = None

    def as_json(self) -> dict[str, Any]:
        unsaid = [name for name in ("parts", "sha256") if getattr(self, name) is None]
        return {name: value for name, value in asdict(self).items() if name not in unsaid}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartDeparture:
    """One part that the network took from a modem; `id` is the id of the whole message.

    A part that left twice stands here twice. `reference` and `wide` are those of the header, None
    for a message of one part; `mr` is TP-MR as the modem gave it.
    """

    at_ms: int
    phone: str
    number: str
    to: str
    text: str
    id: str
    part: int
    parts: int
    reference: int | None
    wide: bool
    mr: int


class TruthLog:
    """In memory; whole messages also in a file, one JSON line each, when a path is given. Usable
    from every thread.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._departures: list[Departure] = []
        self._parts: list[PartDeparture] = []
        self._file = path.open("a", encoding="utf-8") if path else None

    def record(self, departure: Departure) -> None:
        line = json.dumps(departure.as_json(), ensure_ascii=False)
        with self._lock:
            self._departures.append(departure)
            if self._file is not None:
                self._file.write(line + "\n")
                self._file.flush()

    def record_part(self, part: PartDeparture) -> None:
        self._parts.append(part)

    def parts(self, *, since_ms: int = 0) -> list[PartDeparture]:
        """Parts that modems sent, those of unfinished messages too."""
        return [part for part in self._parts if part.at_ms >= since_ms]

    def items(self, *, since_ms: int = 0) -> list[Departure]:
        """What left at `since_ms` or later, in the order in which it left."""
        return [d for d in self._departures if d.at_ms >= since_ms]

    def close(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
