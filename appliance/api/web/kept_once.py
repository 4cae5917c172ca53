"""What is kept between two requests of one log-in, under a key that serves once.

What a browser keeps it can send again, so it gets the key alone. A restart ends them all; people
then begin once more.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Generic, TypeVar

from appliance.addresses import network_of
from appliance.clock import Clock
from appliance.desk.access.bearer import new_token, token_hash

T = TypeVar("T")
MOST = 1_000
"""Kept at once; somebody who only begins must not fill the memory."""
MOST_OF_NETWORK = 50
"""Of these; somebody who only begins pushes out what they began, not what others did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _KeptValue(Generic[T]):
    value: T
    ends_ms: int
    network: str


class KeptOnce(Generic[T]):
    """For the event loop."""

    def __init__(self, clock: Clock, *, life_ms: int) -> None:
        self._clock = clock
        self._life_ms = life_ms
        self._kept: dict[str, _KeptValue[T]] = {}

    def keep(self, value: T, *, address: str) -> str:
        """The key. `address` is where the request came from."""
        key, now_ms, network = new_token(), self._clock.now_ms(), network_of(address)
        self._kept = {each: kept for each, kept in self._kept.items() if kept.ends_ms > now_ms}
        self._make_room(network)
        kept = _KeptValue(value=value, ends_ms=now_ms + self._life_ms, network=network)
        self._kept[token_hash(key)] = kept
        return key

    def take(self, key: str) -> T | None:
        """Once; None when it is not there, or too old."""
        kept = self._kept.pop(token_hash(key), None)
        return kept.value if kept and kept.ends_ms > self._clock.now_ms() else None

    def _make_room(self, network: str) -> None:
        """The oldest of this network goes, or of the one that has most."""
        counts = Counter(kept.network for kept in self._kept.values())
        if counts[network] >= MOST_OF_NETWORK:
            self._drop_oldest(network)
        elif len(self._kept) >= MOST:
            self._drop_oldest(counts.most_common(1)[0][0])

    def _drop_oldest(self, network: str) -> None:
        del self._kept[next(key for key, kept in self._kept.items() if kept.network == network)]
