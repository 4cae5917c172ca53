"""What is kept between two requests of one log-in, under a key that serves once.

What a browser keeps it can send again, so it gets the key alone. A restart ends them all; people
then begin once more.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

from appliance.clock import Clock
from appliance.desk.access.bearer import new_token, token_hash

T = TypeVar("T")
MOST = 1_000
"""Kept at once; somebody who only begins must not fill the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _KeptValue(Generic[T]):
    value: T
    ends_ms: int


class KeptOnce(Generic[T]):
    """For the event loop."""

    def __init__(self, clock: Clock, *, life_ms: int) -> None:
        self._clock = clock
        self._life_ms = life_ms
        self._kept: dict[str, _KeptValue[T]] = {}

    def keep(self, value: T) -> str:
        """The key."""
        key, now_ms = new_token(), self._clock.now_ms()
        alive = {each: kept for each, kept in self._kept.items() if kept.ends_ms > now_ms}
        self._kept = dict(list(alive.items())[-(MOST - 1) :])
        self._kept[token_hash(key)] = _KeptValue(value=value, ends_ms=now_ms + self._life_ms)
        return key

    def take(self, key: str) -> T | None:
        """Once; None when it is not there, or too old."""
        kept = self._kept.pop(token_hash(key), None)
        return kept.value if kept and kept.ends_ms > self._clock.now_ms() else None
