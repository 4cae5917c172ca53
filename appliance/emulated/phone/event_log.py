"""A log buffer of Android: what was written lately, and who follows it."""

import asyncio
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")

#: More than anybody asks for; the real buffer holds some hours.
_KEPT = 200


class EventLog(Generic[T]):
    """Belongs to the event loop of the wire once somebody follows it."""

    def __init__(self) -> None:
        self._kept: deque[T] = deque(maxlen=_KEPT)
        self._followers: set[asyncio.Queue[T | None]] = set()

    def write(self, entry: T) -> None:
        self._kept.append(entry)
        self._tell(entry)

    def last(self, count: int | None) -> list[T]:
        """The newest ones in their order; None gives all."""
        kept = list(self._kept)
        return kept if count is None else kept[len(kept) - min(count, len(kept)) :]

    def follow(self) -> "asyncio.Queue[T | None]":
        """What is written from now on; None when the log ends."""
        follower: asyncio.Queue[T | None] = asyncio.Queue()
        self._followers.add(follower)
        return follower

    def unfollow(self, follower: "asyncio.Queue[T | None]") -> None:
        self._followers.discard(follower)

    def clear(self) -> None:
        """`logcat -c`: who follows goes on."""
        self._kept.clear()

    def end(self) -> None:
        """The log's daemon ends, and starts anew with an empty buffer."""
        self._kept.clear()
        self._tell(None)

    def _tell(self, entry: T | None) -> None:
        for follower in self._followers:
            follower.put_nowait(entry)
