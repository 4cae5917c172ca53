"""The lock between a tap and an opt-out of the same person.

A driver taps while it holds the lock of whom the message is for, after asking the ledger; an
opt-out is committed while its writer holds those of all identities of the person, as they are
known inside its own transaction. So nothing leaves after an opt-out is committed, even when two
contacts are joined between claim and tap, and the locks of one person never make another one
wait. They are taken outside of transactions only.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TypeVar
from weakref import WeakValueDictionary

from appliance.identities import Identity
from appliance.store import contacts
from appliance.store.store import Store, Tx

T = TypeVar("T")


class _Lock:
    """A lock that a weak dictionary can hold."""

    __slots__ = ("__weakref__", "lock")

    def __init__(self) -> None:
        self.lock = threading.Lock()


class _IdentitiesChanged(Exception):
    """Undoes the transaction, which is tried again under the right locks."""


class ConsentGate:
    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: WeakValueDictionary[Identity, _Lock] = WeakValueDictionary()

    @contextmanager
    def holding(self, *identities: Identity) -> Iterator[None]:
        """Keeps every tap for these, and every opt-out by one of them, waiting."""
        # All of them are kept here: what nobody refers to leaves the weak dictionary, held or not.
        # Always in one order, so nobody waits in a ring.
        locks = [self._lock_of(each) for each in sorted(set(identities))]
        with ExitStack() as stack:
            for each in locks:
                stack.enter_context(each.lock)
            yield

    def _lock_of(self, identity: Identity) -> _Lock:
        with self._guard:
            return self._locks.setdefault(identity, _Lock())

    def write(self, store: Store, identities: tuple[Identity, ...], work: Callable[[Tx], T]) -> T:
        """One transaction during which nobody taps for the people who are these.

        Blocks while one of them is being sent something. What `work` raises is passed on.
        """

        def checked(tx: Tx) -> T:
            if not set(contacts.with_their_others(tx.conn, identities)) <= set(held):
                raise _IdentitiesChanged
            return work(tx)

        while True:
            held = store.read(lambda conn: contacts.with_their_others(conn, identities))
            with self.holding(*held), suppress(_IdentitiesChanged):
                return store.write(checked)
