"""Follows the log of this box and tells head office: one batch in flight, from a durable cursor.

The cursor moves only when the office has said that it has everything up to there. What a power cut
takes back of it is told again, and passed over there.
"""

import asyncio
import random
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from appliance.office.at_box.standing import LinkStanding
from appliance.office.at_box.telling import Teller, Telling
from appliance.office.batch import BoxFacts, Pushed
from appliance.office.link import SIGN_OF_LIFE_S, Link
from appliance.office.troubles import LinkAway, LinkBehind, LinkHeld
from appliance.store import events, office_link, restoring
from appliance.store.feed import epoch_of, known_epoch
from appliance.store.office_link import OfficeLink
from appliance.store.store import Store, Tx

GATHER_S = 0.02
"""What is committed within this time is told together."""
PAUSE_S = 0.25
"""Between two batches of a box that is busy: what happens alone is told at once, and of what goes
on each batch tells some. A batch costs the office as much as a dozen events.
"""
POLL_S = 1.0
"""How soon what another process wrote is noticed."""
FIRST_WAIT_S, MOST_WAIT_S = 0.5, 15.0
"""With the time that a try takes until it fails this is less than half a minute."""
HELD_WAIT_S = 20.0
_KEEP_EVERY_S = 5.0
"""The cursor stands in the database this soon while little is told."""
_KEEP_EVERY = 500


@dataclass(slots=True)
class _KeptTold:
    """What of the cursor stands in the database."""

    seq: int = 0
    at_s: float = 0.0


class Pusher:
    """Used by the thread of the link alone."""

    def __init__(
        self,
        store: Store,
        link: Link,
        facts: Callable[[sqlite3.Connection, OfficeLink], BoxFacts],
        standing: LinkStanding,
    ) -> None:
        self._store = store
        self._link = link
        self._facts = facts
        self._standing = standing
        self._teller = Teller()
        self._seq: int | None = None
        self._kept = _KeptTold()
        self._said_s = 0.0
        self._wait_s = FIRST_WAIT_S
        self.news = asyncio.Event()

    async def go_on(self) -> None:
        """Until it is cancelled. Raises LinkUnknown, StruckOff and StoreError."""
        await self._written(epoch_of)
        while True:
            try:
                more = await self._turn()
            except LinkBehind as exc:
                await self._fall_back(exc.cursor)
            except LinkHeld as exc:
                await self._held(exc.why)
            except LinkAway as exc:
                await self._away(exc)
            else:
                await (asyncio.sleep(0) if more else self._rest())

    async def finish(self) -> None:
        """Keeps the cursor."""
        if self._seq is not None:
            await self._keep_cursor()

    async def _turn(self) -> bool:
        """Whether there is more to tell at once."""
        self.news.clear()
        telling = self._store.read(self._next)
        if telling is None:
            return False
        batch = telling.batch
        if not (batch.events or batch.slices or telling.more) and not self._is_silent_long():
            return False
        sent = replace(batch, sent_ms=self._store.clock.now_ms())
        pushed = await self._link.push(sent)
        self._said_s, self._wait_s = time.monotonic(), FIRST_WAIT_S
        if batch.slices and not batch.events and pushed.cursor > batch.last:
            # The office has more than was known here, and passed over what is told as older.
            self._teller.lost()
            telling = replace(telling, ends=False)
        else:
            self._teller.arrived()
        await self._take(telling, pushed)
        return telling.more

    def _next(self, conn: sqlite3.Connection) -> Telling | None:
        known = office_link.link(conn)
        if known is None:
            return None
        if self._seq is None:
            self._seq = self._kept.seq = known.event_seq
        known = replace(known, event_seq=self._seq)
        self._standing.behind = max(events.last_seq(conn) - self._seq, 0)
        return self._teller.next(conn, known, self._facts(conn, known))

    async def _take(self, telling: Telling, pushed: Pushed) -> None:
        """The office has everything up to its cursor."""
        batch, went_back = telling.batch, pushed.cursor < telling.batch.first - 1
        known = self._store.read(office_link.link)
        if known is None:
            return
        ahead = batch.last if known.epoch != batch.epoch else batch.facts.head
        self._seq = min(pushed.cursor, max(batch.last, ahead))
        now_ms = self._store.clock.now_ms()
        self._standing.seen_ms, self._standing.trouble = now_ms, None
        self._standing.behind = max(batch.facts.head - self._seq, 0)
        is_other = (known.held, known.office_privacy) != (None, pushed.privacy)
        if known.struck_off_ms is not None:
            await self._written(office_link.take_back)
        if known.epoch != batch.epoch or telling.ends or went_back or is_other:
            await self._written(lambda tx: self._note(tx, telling, pushed, went_back=went_back))
        if self._is_cursor_old():
            await self._keep_cursor()

    def _note(self, tx: Tx, telling: Telling, pushed: Pushed, *, went_back: bool) -> None:
        known, epoch = office_link.link(tx.conn), telling.batch.epoch
        if known is None:
            return
        if known.epoch != epoch:
            office_link.change(tx, epoch=epoch, told_privacy=None, rows_to_seq=0)
            restoring.forget_descent(tx)
        if went_back:  # the office was put back from a copy: it lacks rows, too
            office_link.change(tx, rows_to_seq=0)
        if telling.ends:
            told, to_seq = telling.told_as, self._teller.rows_to_seq
            office_link.change(tx, told_privacy=told, rows_to_seq=to_seq)
        if known.office_privacy is not pushed.privacy:
            office_link.change(tx, office_privacy=pushed.privacy)
        office_link.hold(tx, None)
        self._set_cursor(tx)

    async def _fall_back(self, cursor: int) -> None:
        """The office has less than was thought: everything is told from there, with its rows; and
        where it has nothing, every row that there is.
        """
        is_greeting = self._store.read(_is_new_epoch)
        self._teller.anew(greets_after=cursor if is_greeting else None)
        if not is_greeting:
            self._seq = cursor
            has_nothing = {"told_privacy": None} if not cursor else {}
            await self._written(
                lambda tx: office_link.change(tx, rows_to_seq=0, event_seq=cursor, **has_nothing)
            )
        await asyncio.sleep(_about(FIRST_WAIT_S))

    async def _held(self, why: str) -> None:
        self._standing.trouble = "held"
        self._teller.anew()
        await self._written(lambda tx: office_link.hold(tx, why))
        await asyncio.sleep(_about(HELD_WAIT_S))

    async def _away(self, exc: LinkAway) -> None:
        self._standing.trouble = exc.why
        self._teller.lost()
        if exc.why == "timeout":
            self._teller.too_slow()
        wait_s = self._wait_s if exc.retry_after_s is None else exc.retry_after_s
        self._wait_s = min(2 * self._wait_s, MOST_WAIT_S)
        await asyncio.sleep(_about(wait_s))

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(POLL_S):
                await self.news.wait()
        except TimeoutError:
            return
        await asyncio.sleep(max(GATHER_S, self._said_s + PAUSE_S - time.monotonic()))

    def _is_silent_long(self) -> bool:
        return time.monotonic() - self._said_s >= SIGN_OF_LIFE_S

    def _is_cursor_old(self) -> bool:
        moved = (self._seq or 0) - self._kept.seq
        waited_s = time.monotonic() - self._kept.at_s
        return moved >= _KEEP_EVERY or (moved > 0 and waited_s >= _KEEP_EVERY_S)

    async def _keep_cursor(self) -> None:
        await self._written(self._set_cursor)

    def _set_cursor(self, tx: Tx) -> None:
        seq = self._seq or 0
        office_link.change(tx, event_seq=seq, seen_ms=self._standing.seen_ms)
        self._kept.seq, self._kept.at_s = seq, time.monotonic()

    async def _written(self, work: Callable[[Tx], object]) -> None:
        await asyncio.wrap_future(self._store.submit(work, durable=False))


def _is_new_epoch(conn: sqlite3.Connection) -> bool:
    known = office_link.link(conn)
    return known is not None and known.epoch != known_epoch(conn)


def _about(wait_s: float) -> float:
    """A hundred boxes that lost the office at one moment do not come back at one."""
    return wait_s * random.uniform(0.8, 1.2)  # noqa: S311 -- no secret hangs on it
