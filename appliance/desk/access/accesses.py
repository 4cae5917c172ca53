"""Who was shown whose data: each read is reported to a sink that is given at the start. Ids only.

A change has its event, with who made it, in the transaction of the change. A read leaves no row, so
only this module knows of it. Nothing stores these reports yet.
"""

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

from appliance.store.store import ReaderPool, Store

T = TypeVar("T")


class Access(Enum):
    #: Somebody was shown it.
    READ = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A person whose data was shown, the conversation it was shown from, or both.

    A group is a conversation without a contact.
    """

    contact_id: str | None = None
    conversation_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A member of staff or a token."""

    staff_id: str | None = None
    token_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accessed:
    who: Reader
    what: Access
    contact_id: str | None
    conversation_id: str | None


Sink = Callable[[Accessed], None]
"""Called in the event loop, so it returns at once."""


@dataclass(slots=True, kw_only=True)
class Accesses:
    """The reads of one request. Each person and conversation is reported once, however many of its
    reads show them. Without a sink nothing is looked up for the reports.
    """

    store: Store
    who: Reader
    sink: Sink | None
    _told: set[Shown] = field(default_factory=set)

    async def read(
        self,
        work: Callable[[sqlite3.Connection], T],
        shown: Callable[[T], Iterable[Shown]],
        pool: ReaderPool = ReaderPool.PAGES,
    ) -> T:
        """What `work` found; `shown` says whose data that is."""
        found = await self.store.aread(work, pool)
        if self.sink is not None:
            for each in shown(found):
                self._tell(self.sink, each)
        return found

    def _tell(self, sink: Sink, shown: Shown) -> None:
        if shown in self._told or shown == Shown():
            return
        self._told.add(shown)
        sink(
            Accessed(
                who=self.who,
                what=Access.READ,
                contact_id=shown.contact_id,
                conversation_id=shown.conversation_id,
            )
        )
