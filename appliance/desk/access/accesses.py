"""Who was shown whose data: each read is reported to a sink that is given at the start.

A change has its event, with who made it, in the transaction of the change. A read leaves no event,
so only this module knows of it; the sink keeps it where the company has switched that on.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from appliance.store.readings import ReadingKind, Thing
from appliance.store.store import ReaderPool

T = TypeVar("T")


class Readable(Protocol):
    """What is read from: a database, or one that is opened for each read."""

    async def aread(
        self, work: Callable[[sqlite3.Connection], T], pool: ReaderPool = ReaderPool.PAGES
    ) -> T: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A person whose data was shown, the conversation it was shown from, or both.

    A group is a conversation without a contact. `listed`: no more than a line of a list, with a
    name and perhaps a few words.
    """

    contact_id: str | None = None
    conversation_id: str | None = None
    listed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A member of staff, a token, or the secret address of a calendar."""

    staff_id: str | None = None
    token_id: str | None = None
    feed_id: str | None = None

    @property
    def name(self) -> str:
        """As the log of reading has it."""
        if self.feed_id:
            return f"feed:{self.feed_id}"
        return f"staff:{self.staff_id}" if self.staff_id else f"token:{self.token_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accessed:
    """`thing` None: the conversation, else the person. `words` is what was searched for,
    `ahead` while it was still being typed.
    """

    who: Reader
    what: ReadingKind
    contact_id: str | None = None
    conversation_id: str | None = None
    thing: Thing | None = None
    listed: bool = False
    words: str = ""
    ahead: bool = False


Sink = Callable[[Accessed], None]
"""Called in the event loop, so it returns at once."""


@dataclass(slots=True, kw_only=True)
class Accesses:
    """The reads of one request. Each person and conversation is reported once, however many of its
    reads show them. Without a sink nothing is looked up for the reports.
    """

    store: Readable
    who: Reader
    sink: Sink | None
    _told: set[tuple[str | None, str | None]] = field(default_factory=set)

    async def read(
        self,
        work: Callable[[sqlite3.Connection], T],
        shown: Callable[[T], Iterable[Shown]],
        pool: ReaderPool = ReaderPool.PAGES,
        *,
        what: ReadingKind = ReadingKind.READ,
        thing: Thing | None = None,
    ) -> T:
        """What `work` found; `shown` says whose data that is, `what` and `thing` how."""
        return await self.found(self.store.aread(work, pool), shown, what=what, thing=thing)

    async def found(
        self,
        reading: Awaitable[T],
        shown: Callable[[T], Iterable[Shown]],
        *,
        what: ReadingKind = ReadingKind.READ,
        thing: Thing | None = None,
    ) -> T:
        """As `read`, of what is read elsewhere, together with what others see."""
        found = await reading
        if self.sink is not None:
            for each in shown(found):
                self._tell(self.sink, each, what, thing)
        return found

    def tell(
        self, what: ReadingKind, thing: Thing, *, words: str = "", ahead: bool = False
    ) -> None:
        """Of what is nobody's in particular: a search for `words`, figures, the log itself."""
        if self.sink is not None:
            self.sink(Accessed(who=self.who, what=what, thing=thing, words=words, ahead=ahead))

    def _tell(self, sink: Sink, shown: Shown, what: ReadingKind, thing: Thing | None) -> None:
        whom = (shown.contact_id, shown.conversation_id)
        if whom in self._told or whom == (None, None):
            return
        self._told.add(whom)
        sink(
            Accessed(
                who=self.who,
                what=what,
                contact_id=shown.contact_id,
                conversation_id=shown.conversation_id,
                thing=thing,
                listed=shown.listed,
            )
        )
