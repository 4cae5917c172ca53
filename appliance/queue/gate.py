"""The lock between a tap and an opt-out of the same person.

A driver taps while it holds the lock of the message's number, after asking the ledger; an opt-out
is committed while its writer holds those of all numbers of the person, as they are known inside
its own transaction. So nothing leaves after an opt-out is committed, even when two contacts are
joined between claim and tap, and the locks of one person never make another one wait. They are
taken outside of transactions only.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TypeVar
from weakref import WeakValueDictionary

from appliance.store import contacts
from appliance.store.store import Store, Tx

T = TypeVar("T")


class _Lock:
    """A lock that a weak dictionary can hold."""

    __slots__ = ("__weakref__", "lock")

    def __init__(self) -> None:
        self.lock = threading.Lock()


class _NumbersChanged(Exception):
    """Undoes the transaction, which is tried again under the right locks."""


class ConsentGate:
    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: WeakValueDictionary[str, _Lock] = WeakValueDictionary()

    @contextmanager
    def holding(self, *numbers: str) -> Iterator[None]:
        """Keeps every tap for these numbers, and every opt-out by one of them, waiting."""
        # All of them are kept here: what nobody refers to leaves the weak dictionary, held or not.
        # Always in one order, so nobody waits in a ring.
        locks = [self._lock_of(number) for number in sorted(set(numbers))]
        with ExitStack() as stack:
            for each in locks:
                stack.enter_context(each.lock)
            yield

    def _lock_of(self, number: str) -> _Lock:
        with self._guard:
            return self._locks.setdefault(number, _Lock())

    def write(self, store: Store, numbers: tuple[str, ...], work: Callable[[Tx], T]) -> T:
        """One transaction during which nobody taps for the people with these numbers.

        Blocks while one of them is being sent something. What `work` raises is passed on.
        """

        def checked(tx: Tx) -> T:
            if not set(contacts.with_their_others(tx.conn, numbers)) <= set(held):
                raise _NumbersChanged
            return work(tx)

        while True:
            held = store.read(lambda conn: contacts.with_their_others(conn, numbers))
            with self.holding(*held), suppress(_NumbersChanged):
                return store.write(checked)
