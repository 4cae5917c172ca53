"""The lock between a tap and an opt-out of the same person.

A driver taps while it holds the contact's lock, after asking the ledger; an opt-out is committed
while its writer holds the same lock. So nothing leaves after an opt-out is committed, and the
lock of one person never makes another one wait. It is taken outside of transactions only.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary


class _Lock:
    """A lock that a weak dictionary can hold."""

    __slots__ = ("__weakref__", "lock")

    def __init__(self) -> None:
        self.lock = threading.Lock()


class ConsentGate:
    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: WeakValueDictionary[str, _Lock] = WeakValueDictionary()

    @contextmanager
    def holding(self, contact_id: str) -> Iterator[None]:
        """Keeps every tap and every opt-out of this person waiting until left."""
        with self._guard:
            lock = self._locks.setdefault(contact_id, _Lock())
        with lock.lock:
            yield
