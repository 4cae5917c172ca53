"""Identities: UUIDv7 (RFC 9562), so that rows of many appliances can meet and still sort by time."""

import os
import threading
import uuid

_lock = threading.Lock()
_last = 0


def new_id(now_ms: int) -> str:
    """A UUIDv7 that sorts after every earlier one of this process, even in one millisecond."""
    global _last  # noqa: PLW0603 -- the order of ids is a property of the process
    stamp = (now_ms & ((1 << 48) - 1)) << 80
    entropy = int.from_bytes(os.urandom(10), "big")
    candidate = stamp | (0x7 << 76) | (((entropy >> 64) & 0xFFF) << 64)
    candidate |= (0b10 << 62) | (entropy & ((1 << 62) - 1))
    with _lock:
        if candidate <= _last:
            candidate = _successor(_last)
        _last = candidate
    return str(uuid.UUID(int=candidate))


def _successor(value: int) -> int:
    """The next UUIDv7 after `value`, leaving the version and variant bits alone."""
    low = (value & ((1 << 62) - 1)) + 1
    high = value >> 64
    if low >> 62:
        low = 0
        high += 1 if (high & 0xFFF) < 0xFFF else (1 << 16) - 0xFFF
    return (high << 64) | (0b10 << 62) | low


def is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
