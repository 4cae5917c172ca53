"""What the log of reading is told, gathered for a moment and written together.

A page waits for none of it: who was shown what is put down in memory, and a second later all of it
is one transaction that does not wait for the disk. So a kill loses the last second at most.

One entry stands for a reader, a person and a thing during `SPELL_MS`: a page that is open asks for
its parts again with each message, which is no other look at it. Who stands in a list with a name
and a few words is not noted; who is opened is.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from appliance.desk.access.accesses import Accessed
from appliance.desk.privacy.log.searched import hashes_of
from appliance.errors import BalieError, SetupError
from appliance.store import readings
from appliance.store.house_key import HouseKey
from appliance.store.readings import ReadingKind, Thing
from appliance.store.store import ReaderPool, Store, Tx
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

GATHER_S = 1.0
SPELL_MS = 10 * 60_000
PROGRAM_SPELL_MS = 60 * 60_000
"""Of a program, which may ask for the same again every few seconds."""
AT_ONCE = 100
"""Entries of one transaction: an export of thousands holds up no reply."""
MOST = 50_000
"""Entries that wait while the disk keeps nothing, and that are remembered for the spell."""

Told = tuple[int, Accessed]


class ReadingNotes:
    """The sink of `Accesses`. For the event loop, but `finish`."""

    def __init__(self, store: Store, data_dir: Path) -> None:
        self._store = store
        self._data_dir = data_dir
        self._lost = Trouble(log, "who read what is not noted", level=logging.ERROR)
        about = "what is searched for is noted without its words"
        self._unhashed = Trouble(log, about, level=logging.ERROR)
        self._waiting: list[Told] = []
        self._told: dict[Accessed, int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None
        self._ended = False
        self._key: HouseKey | None = None
        self._turn = asyncio.Lock()

    def __call__(self, accessed: Accessed) -> None:
        if accessed.listed and accessed.what is ReadingKind.READ:
            return
        now_ms = self._store.clock.now_ms()
        if self._is_in_spell(accessed, now_ms) or len(self._waiting) >= MOST:
            return
        if accessed.what is ReadingKind.SEARCH:
            self._drop_typed_ahead(accessed)
        self._waiting.append((now_ms, accessed))
        self._write_soon()

    async def kept(self) -> None:
        """Returns once what was told until now stands in the log."""
        async with self._turn:
            await self._keep()

    def finish(self) -> None:
        """Writes what is left. Blocks; for when nothing is told any more."""
        self._ended = True
        try:
            told = self._take()
            hashes = self._store.read(partial(self._prepared, told)) if told else None
            if hashes is not None:
                self._store.write(partial(_note_all, told, hashes))
        except (BalieError, sqlite3.Error) as exc:
            self._lost.met(exc, exc=exc)

    def _is_in_spell(self, accessed: Accessed, now_ms: int) -> bool:
        spell_ms = PROGRAM_SPELL_MS if accessed.who.token_id else SPELL_MS
        last_ms = self._told.get(accessed)
        if last_ms is not None and 0 <= now_ms - last_ms < spell_ms:
            return True
        if len(self._told) >= MOST:
            self._told.clear()
        self._told[accessed] = now_ms
        return False

    def _drop_typed_ahead(self, later: Accessed) -> None:
        """What is dropped is not told: the same words are noted when they come again."""
        dropped = {each for _, each in self._waiting if _goes_on(each, later)}
        self._waiting = [each for each in self._waiting if each[1] not in dropped]
        for each in dropped:
            self._told.pop(each, None)

    def _write_soon(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(GATHER_S, self._begin_writing)

    def _begin_writing(self) -> None:
        self._timer = None
        self._writing = asyncio.get_running_loop().create_task(self.kept())

    async def _keep(self) -> None:
        if not self._waiting or self._ended:
            return
        told = self._take()
        try:
            hashes = await self._store.aread(partial(self._prepared, told), ReaderPool.LIVE)
            if hashes is None:
                self._told.clear()
                return
            while told:
                work = partial(_note_all, told[:AT_ONCE], hashes)
                await asyncio.wrap_future(self._store.submit(work, durable=False))
                told = told[AT_ONCE:]
        except (BalieError, sqlite3.Error) as exc:
            self._waiting = [*told, *self._waiting][:MOST]
            self._lost.met(exc, exc=exc)
            self._write_soon()
        else:
            self._lost.over()

    def _take(self) -> Sequence[Told]:
        told, self._waiting = self._waiting, []
        return told

    def _prepared(
        self, told: Sequence[Told], conn: sqlite3.Connection
    ) -> Mapping[str, Sequence[str]] | None:
        """None while the log is off. In a reader's thread, where a file may be read."""
        return self._hashes(told) if readings.is_on(conn) else None

    def _hashes(self, told: Sequence[Told]) -> Mapping[str, Sequence[str]]:
        searched = {each.words for _, each in told if each.words}
        if not searched:
            return {}
        try:
            self._key = self._key or HouseKey.of(self._data_dir)
        except SetupError as exc:
            self._unhashed.met(exc, exc=exc)
            return {}
        return {each: hashes_of(self._key, each) for each in searched}


def _goes_on(earlier: Accessed, later: Accessed) -> bool:
    """Whether this is the same search, typed further. One that was sent stays."""
    is_typed = earlier.ahead and earlier.who == later.who
    return is_typed and later.words.startswith(earlier.words)


def _note_all(told: Sequence[Told], hashes: Mapping[str, Sequence[str]], tx: Tx) -> None:
    for at_ms, each in told:
        readings.note(
            tx,
            each.who.name,
            each.what,
            contact_id=each.contact_id,
            conversation_id=each.conversation_id,
            thing=each.thing or (Thing.CONVERSATION if each.conversation_id else Thing.PERSON),
            at_ms=at_ms,
            words=hashes.get(each.words, ()),
        )
