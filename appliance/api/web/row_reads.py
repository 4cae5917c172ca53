"""Rows of the list that changed, read for all who wait for them at that moment.

An event is news to each open page at once. Their rows are read together, in one turn of the reading
thread, so what does not depend on who reads is read once. What comes meanwhile is the next turn.
"""

import asyncio
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from appliance.desk.access import sessions
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.inbox import overview
from appliance.desk.inbox.overview import ConversationRow, InboxLine
from appliance.desk.inbox.view_counts import LineCounts, ViewCounts
from appliance.store.store import ReaderPool, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRows:
    """Whose session asks, and for the rows of which conversations and of all with which people."""

    staff_id: str
    token: str
    now_ms: int
    conversations: frozenset[str]
    people: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsFound:
    """Empty for a session that has ended: nothing is shown any more. `several`: there are more
    lines in sight than these.
    """

    rows: Sequence[ConversationRow] = ()
    gone: Sequence[str] = ()
    lines: Sequence[InboxLine] = ()
    several: bool = False
    counts: Sequence[LineCounts] = ()

    @property
    def shown(self) -> Iterable[Shown]:
        return [
            Shown(contact_id=row.contact_id, conversation_id=row.id, listed=True)
            for row in self.rows
        ]


@dataclass(slots=True)
class RowReads:
    """Used by the event loop only."""

    _store: Store
    _waiting: dict[asyncio.Future[RowsFound], AskedRows] = field(default_factory=dict)
    _turns: asyncio.Task[None] | None = None

    async def find(self, asked: AskedRows) -> RowsFound:
        """Raises StoreError."""
        found: asyncio.Future[RowsFound] = asyncio.get_running_loop().create_future()
        self._waiting[found] = asked
        if self._turns is None:
            self._turns = asyncio.create_task(self._take_turns(), name="row-reads")
        return await found

    async def _take_turns(self) -> None:
        try:
            while self._waiting:
                waiting, self._waiting = self._waiting, {}
                await self._take_turn(waiting)
        finally:
            self._turns = None

    async def _take_turn(self, waiting: Mapping[asyncio.Future[RowsFound], AskedRows]) -> None:
        try:
            found = await self._store.aread(
                lambda conn: _find_all(conn, list(waiting.values())), ReaderPool.LIVE
            )
        except Exception as exc:
            for each in waiting:
                if not each.done():
                    each.set_exception(exc)
            return
        for each, rows in zip(waiting, found, strict=True):
            if not each.done():  # its page was closed
                each.set_result(rows)


def _find_all(conn: sqlite3.Connection, asked: Sequence[AskedRows]) -> Sequence[RowsFound]:
    """In their order. Most have heard of the same events."""
    alike: dict[tuple[frozenset[str], frozenset[str]], list[AskedRows]] = {}
    for each in asked:
        alike.setdefault((each.conversations, each.people), []).append(each)
    found = {
        each: rows
        for group in alike.values()
        for each, rows in zip(group, _find(conn, group), strict=True)
    }
    return [found[each] for each in asked]


def _find(conn: sqlite3.Connection, asked: Sequence[AskedRows]) -> Iterator[RowsFound]:
    """For readers who ask for the same. The rights are asked after the rows: what they hold was
    still within them.
    """
    ids = sorted(asked[0].conversations | overview.conversations_with(conn, asked[0].people))
    rows = overview.rows_for(conn, sorted({each.staff_id for each in asked}), ids)
    rights = [_rights_of(conn, each) for each in asked]
    reading = {
        each.staff_id: own for each, own in zip(asked, rights, strict=True) if own is not None
    }
    lines, counts = overview.lines_for(conn, reading), ViewCounts(conn)
    for each, own in zip(asked, rights, strict=True):
        if own is None:
            yield RowsFound()
        else:
            yield _seen(rows[each.staff_id], ids, own, lines[each.staff_id], each.staff_id, counts)


def _rights_of(conn: sqlite3.Connection, asked: AskedRows) -> Rights | None:
    session = sessions.find(conn, asked.token, asked.now_ms)
    if session is None or not session.rights.has(Permission.INBOX_READ):
        return None
    return session.rights


def _seen(
    rows: Mapping[str, ConversationRow],
    ids: Sequence[str],
    rights: Rights,
    lines: Sequence[InboxLine],
    staff_id: str,
    counts: ViewCounts,
) -> RowsFound:
    readable = [line.id for line in lines]
    return RowsFound(
        rows=[
            row
            for row in rows.values()
            if row.line_id in readable and not rights.groups.hides(row.id)
        ],
        gone=[each for each in ids if each not in rows],
        lines=lines,
        counts=counts.of(staff_id, readable, rights.groups.hidden),
    )
