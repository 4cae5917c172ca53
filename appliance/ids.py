"""Identities: UUIDv7 (RFC 9562 §5.7), so that rows of many appliances can meet and sort by time."""

import secrets
import threading
import uuid

_COUNTER_MAX = 0xFFF  # the twelve bits of rand_a, used as a counter (RFC 9562 §6.2, method 1)


class _Sequence:
    """Time and counter of the last id: ids of one process sort in the order they were made."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ms = 0
        self._count = 0

    def go_on_after(self, ms: int, count: int) -> None:
        with self._lock:
            self._ms, self._count = max((self._ms, self._count), (ms, count))

    def next(self, now_ms: int) -> tuple[int, int]:
        with self._lock:
            if now_ms > self._ms:
                self._ms, self._count = now_ms, secrets.randbelow(_COUNTER_MAX // 2)
            elif self._count < _COUNTER_MAX:
                self._count += 1
            else:
                self._ms, self._count = self._ms + 1, 0
            return self._ms, self._count


_sequence = _Sequence()


def new_id(now_ms: int) -> str:
    """A UUIDv7 that sorts after every earlier one of this process, whatever the clock does."""
    ms, count = _sequence.next(now_ms)
    value = (ms << 80) | (0x7 << 76) | (count << 64) | (0b10 << 62) | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def id_of(then_ms: int) -> str:
    """A UUIDv7 for what happened before Balie came to know of it: it sorts by that time."""
    value = (max(then_ms, 0) << 80) | (0x7 << 76) | (0b10 << 62) | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def earliest_id(ms: int) -> str:
    """Sorts before every id that is made at this time."""
    return str(uuid.UUID(int=max(ms, 0) << 80))


def sort_after(known: str) -> None:
    """Makes every later id of this process sort after this one of an earlier process."""
    value = uuid.UUID(known).int
    _sequence.go_on_after(value >> 80, (value >> 64) & _COUNTER_MAX)


def is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
