"""Does what head office asks: the id of a command, what it does and the event that says so are one
transaction, so a command that comes again, in whatever order, is known and done no more.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from appliance.desk.outgoing.room import Room
from appliance.desk.privacy.erasing import again
from appliance.errors import InvalidInput, LineFull, NotFound, Refused, StoreError
from appliance.events import EventKind
from appliance.office.at_box import asking_itself, asking_people
from appliance.office.link import CommandKind, CommandOutcome, Link, OfficeCommand
from appliance.office.reading import Fields, Malformed
from appliance.office.troubles import CommandRefused, LinkAway, LinkError, LinkHeld
from appliance.queue.gate import ConsentGate
from appliance.reasons import Reason
from appliance.slices import Privacy
from appliance.store import office_commands, office_link
from appliance.store.feed import known_epoch
from appliance.store.office_link import OfficeLink
from appliance.store.store import Store, Tx

log = logging.getLogger(__name__)

FIRST_WAIT_S, MOST_WAIT_S = 0.5, 15.0
Facts = Mapping[str, Any]
Effect = Callable[[Tx], Facts]


def _no_way(_: str | None) -> str:
    return "no-way"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxCounter:
    """What a command may need of this box. `planned` wakes the planner; `make_copy` begins a copy
    and returns at once; `update` asks root for a version, or for the newest, and gives the code of
    why not, or an empty one.
    """

    store: Store
    gate: ConsentGate
    room: Room
    planned: Callable[[], None]
    make_copy: Callable[[], None]
    update: Callable[[str | None], str] = _no_way


class Taker:
    """Used by the thread of the link alone."""

    def __init__(
        self,
        counter: BoxCounter,
        link: Link,
        fetch: Callable[[OfficeCommand], Any],
    ) -> None:
        """`fetch` answers a command of that kind."""
        self._counter = counter
        self._store = counter.store
        self._link = link
        self._fetch = fetch
        self._wait_s = FIRST_WAIT_S

    async def go_on(self) -> None:
        """Until it is cancelled. Raises LinkUnknown, StruckOff and StoreError."""
        while True:
            try:
                await self._turn()
            except LinkAway as exc:
                wait_s = self._wait_s if exc.retry_after_s is None else exc.retry_after_s
                self._wait_s = min(2 * self._wait_s, MOST_WAIT_S)
                await asyncio.sleep(wait_s)
            except LinkHeld:  # of two boxes with one identity nobody is believed yet
                await asyncio.sleep(MOST_WAIT_S)
            else:
                self._wait_s = FIRST_WAIT_S

    async def _turn(self) -> None:
        known = self._store.read(office_link.link)
        if known is None:
            await asyncio.sleep(FIRST_WAIT_S)
            return
        epoch = self._store.read(known_epoch)
        commands = await self._link.commands(known.command_n, epoch)
        for command in sorted(commands, key=lambda each: each.n):
            await self._do(command)

    async def _do(self, command: OfficeCommand) -> None:
        if self._store.read(lambda conn: office_commands.is_known(conn, command.id)):
            await self._written(lambda tx: office_commands.came_to(tx, command.n))
            return
        try:
            if command.kind == CommandKind.FETCH and self._may_fetch(command):
                await self._fetch(command)
            elif command.kind == CommandKind.BACKUP:
                self._counter.make_copy()
            if command.kind == CommandKind.UPDATE:
                await self._update(command)
            else:
                await self._done(command)
        except (sqlite3.OperationalError, StoreError, LinkError):
            raise
        except Exception:
            log.exception("command %s of head office failed", command.kind)
            await self._written(partial(self._keep, command, why="internal-error", facts={}))
        self._counter.planned()

    def _may_fetch(self, command: OfficeCommand) -> bool:
        """The box keeps its choice itself, whatever an office asks, and who reads is one of it."""
        try:
            self._store.read(lambda conn: asking_people.must_be_told(conn, command.by))
        except (NotFound, Refused):
            return False
        known = self._store.read(office_link.link)
        is_open = known is not None and known.struck_off_ms is None
        shows = known is not None and known.narrower is not Privacy.FIGURES
        return is_open and shows and not _is_late(self._store, command)

    async def _done(self, command: OfficeCommand) -> None:
        work = partial(self._take, command)
        if command.kind != CommandKind.HAPPENED:
            await self._written(work)
            return
        # It waits for taps at people who withdrew, which may take a while: in another thread.
        await asyncio.to_thread(self._take_happened, command)

    async def _update(self, command: OfficeCommand) -> None:
        """Root is asked before it is noted, so a crash in between asks it again, for the same."""

        def allowed(conn: sqlite3.Connection) -> None:
            if _is_late(self._store, command):
                raise CommandRefused(Reason.TOO_LATE)
            asking_itself.may_update(conn, command.by, self._store.clock.now_ms())

        try:
            self._store.read(allowed)
            version = Fields(command.body, "the body").text_or_none("version", most=100)
        except (Malformed, NotFound, Refused, CommandRefused) as exc:
            found: Exception | None = exc
        else:
            why = await asyncio.to_thread(self._counter.update, version)
            found = CommandRefused(why) if why else None

        def effect(_: Tx) -> Facts:
            if found is not None:
                raise found
            return {}

        await self._written(partial(self._take, command, effect=effect))

    def _take_happened(self, command: OfficeCommand) -> None:
        known = self._store.read(office_link.link)
        body = Fields(command.body, "the body")
        try:
            found = self._store.read(
                lambda conn: asking_itself.withdrawn(known, body, conn) if known else ()
            )
        except Malformed:
            self._store.write(partial(self._keep, command, why="invalid-input", facts={}))
            return
        identities = tuple(each.identity for each in found)
        effect = partial(asking_itself.happened, body=body, withdrawals=found)
        work = partial(self._take, command, effect=effect)
        self._counter.gate.write(self._store, identities, work)
        again.make_nobody(self._store)

    def _take(self, command: OfficeCommand, tx: Tx, *, effect: Effect | None = None) -> None:
        """One transaction: what it does is undone where it is refused; that it is, is kept."""
        known = office_link.link(tx.conn)
        if known is None or office_commands.is_known(tx.conn, command.id):
            return
        why: str | None = None
        facts: Facts = {}
        try:
            with tx.whole():
                facts = (effect or self._effect(command, known))(tx)
        except Refused as exc:
            why = str(exc.code)
        except CommandRefused as exc:
            why = str(exc.why)
        except NotFound:
            why = "not-found"
        except (InvalidInput, Malformed):
            why = "invalid-input"
        except LineFull:
            why = "line-full"
        self._keep(command, tx, why=why, facts=facts)

    def _effect(self, command: OfficeCommand, known: OfficeLink) -> Effect:
        """Raises CommandRefused for what is too late, and for what this version does not know."""
        kind, body = command.kind, Fields(command.body, "the body")
        if kind == CommandKind.STRIKE_OFF:
            return asking_itself.strike_off
        if kind == CommandKind.STAFF:
            return lambda tx: asking_itself.staff(tx, known, body)
        if _is_late(self._store, command):
            raise CommandRefused(Reason.TOO_LATE)
        if kind == CommandKind.FETCH:
            return lambda tx: asking_people.must_be_told(tx.conn, command.by)
        if kind == CommandKind.BACKUP:
            return lambda _: {}
        if kind == CommandKind.SEND:
            return lambda tx: asking_people.send(
                tx, asking_people.who_asks(tx, command.by), body, command, self._counter.room
            )
        if (of_people := asking_people.OF_PEOPLE.get(kind)) is not None:
            return lambda tx: of_people(tx, asking_people.who_asks(tx, command.by), body)
        raise CommandRefused(Reason.UNKNOWN_KIND)

    def _keep(self, command: OfficeCommand, tx: Tx, *, why: str | None, facts: Facts) -> None:
        outcome = CommandOutcome.DONE if why is None else CommandOutcome.REFUSED
        kind = command.kind[:40]
        office_commands.keep(tx, command.id, command.n, kind, outcome=outcome, why=why)
        told = {"command": command.id, "n": command.n, "kind": kind, "outcome": outcome}
        more = {"why": why, **facts}
        tx.emit(
            EventKind.OFFICE_COMMAND,
            facts={**told, **{name: each for name, each in more.items() if each is not None}},
        )

    async def _written(self, work: Callable[[Tx], object]) -> None:
        await asyncio.wrap_future(self._store.submit(work))


def _is_late(store: Store, command: OfficeCommand) -> bool:
    return command.expires_ms is not None and store.clock.now_ms() >= command.expires_ms
