"""An office whose Balie can be killed and started again, and phones that log what really left."""

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import httpx

from appliance.channels import Channel
from appliance.clock import ScaledClock, SystemClock
from appliance.demo.children import PhoneChild, emulation, own_adb_server
from appliance.emulated.world.numbers import group_jid
from appliance.identities import tel
from appliance.runtime.balie import DATABASE
from appliance.store import branches, consent, contacts, conversations, devices, lines, routes
from appliance.store.connection import connect_reader
from appliance.store.consent import ConsentKind
from appliance.store.store import Store, Tx
from tests.crash import balie_child
from tests.running_demo import SETTLES_S, eventually

LEFT = {"sent", "delivered", "read"}

# The second that Balie needs to load is spent once for all of them.
_LOADED = multiprocessing.get_context("forkserver")
_LOADED.set_forkserver_preload([balie_child.__name__])


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The phones, and the clock that they share with every Balie of a test."""

    phones: Sequence[PhoneChild]
    control: str
    clock: ScaledClock

    def left(self) -> list[str]:
        """The texts that really left, and of files their hashes, once for each time that they
        did.
        """
        items = httpx.get(f"{self.control}/truth", timeout=60).raise_for_status().json()["items"]
        return [each.get("sha256") or each["text"] for each in items]

    def gather(self, phone: PhoneChild, group: str, *, sender: str) -> None:
        """Somebody posts in a group, which the phone has from then on."""
        body = {"kind": "message", "phone": phone.number, "from": sender, "group": group}
        said = {**body, "text": "Wie kan morgen?"}
        httpx.post(f"{self.control}/inject", json=said, timeout=60).raise_for_status()

    def fault(self, phone: PhoneChild, kind: str, **more: Any) -> None:
        body = {"phone": phone.number, "fault": kind, **more}
        httpx.post(f"{self.control}/fault", json=body, timeout=60).raise_for_status()


@contextmanager
def world(folder: Path, *, phones: int, speed: float) -> Iterator[World]:
    clock = ScaledClock(origin_ms=SystemClock().now_ms(), speed=speed)
    with (
        own_adb_server(folder / "adb"),
        emulation(
            phones=phones,
            traffic=False,
            speed=speed,
            origin_ms=clock.origin_ms,
            seed=1,
            truth=folder / "truth.jsonl",
        ) as emulated,
    ):
        yield World(phones=emulated.phones, control=emulated.control, clock=clock)


@dataclass(slots=True, kw_only=True)
class Office:
    """One data directory with a line for each phone. `group`: each has one of this name, in which
    the first of those who wrote is.
    """

    data: Path
    world: World
    phones: Sequence[PhoneChild]
    group: str = ""
    _child: ForkServerProcess | None = field(default=None, init=False)
    _commands: "Connection[dict[str, Any], str] | None" = field(default=None, init=False)

    def found(self, numbers: Sequence[str]) -> None:
        """Makes the database: the lines, and people who have just written to each."""
        store = Store(self.data / DATABASE, self.world.clock)
        try:
            store.write(lambda tx: _furnish(tx, self.phones, numbers))
            for phone in self.phones if self.group else ():
                self.world.gather(phone, self.group, sender=numbers[0])
                store.write(lambda tx, phone=phone: _knows_group(tx, phone, self.group))  # type: ignore[misc]
        finally:
            store.close()

    def start(self, step: str | None = None) -> None:
        self._commands, theirs = _LOADED.Pipe()
        self._child = _LOADED.Process(
            target=balie_child.run, args=(self.data, self.world.clock, step, theirs), daemon=True
        )
        self._child.start()
        theirs.close()

    def accept(self, message: dict[str, Any]) -> str | None:
        """The id of the acknowledged message; None when Balie died before that."""
        assert self._commands
        try:
            self._commands.send(message)
            return self._commands.recv()
        except (EOFError, ConnectionError):
            return None

    def died(self) -> None:
        """Waits until the process is killed at its step."""
        assert self._child
        self._child.join(SETTLES_S)
        assert self._child.exitcode == -signal.SIGKILL, self._story()
        self._close()

    def _story(self) -> str:
        """Why a step may not have been reached: where the messages are, and what Balie logged."""
        return f"{self.messages()}\n{(self.data / 'stderr').read_text()}"

    def end(self) -> None:
        """A SIGKILL at this moment; a client that waits for an acknowledgement gets none."""
        assert self._child
        self._child.kill()
        self._child.join()

    def kill(self) -> None:
        self.end()
        self._close()

    def messages(self) -> dict[str, tuple[str, str | None]]:
        """State and reason of all outgoing messages, by text."""
        with closing(connect_reader(self.data / DATABASE)) as conn:
            rows = conn.execute("SELECT text, state, reason FROM message WHERE direction = 'out'")
            return {row[0]: (row[1], row[2]) for row in rows}

    def settles(self, text: str) -> tuple[str, str | None]:
        """Its final outcome: it left, or waits for a person."""

        def look() -> tuple[str, str | None] | None:
            found = self.messages().get(text)
            return found if found and (found[0] in LEFT or found[1] == "person") else None

        answer: tuple[str, str | None] = eventually(look, f"“{text}” settles", pause_s=0.2)
        return answer

    def _close(self) -> None:
        assert self._child
        assert self._commands
        self._commands.close()
        self._child.close()
        self._child = None


def _furnish(tx: Tx, phones: Sequence[PhoneChild], numbers: Sequence[str]) -> None:
    branch_id = branches.add_branch(tx, "Utrecht")
    for phone in phones:
        line_id = lines.add_line(tx, branch_id=branch_id, number=phone.number)
        device_id = devices.enrol(tx, kind="phone", address=phone.serial)
        for channel in (Channel.WHATSAPP, Channel.SMS):
            routes.add_route(tx, line_id=line_id, device_id=device_id, channel=channel)
        for number in numbers:
            _wrote(tx, line_id, number)


def _knows_group(tx: Tx, phone: PhoneChild, group: str) -> None:
    (line,) = (each for each in lines.lines(tx.conn) if each.number == phone.number)
    _heard(tx, conversations.with_group(tx, line.id, group_jid(group), group))


def _wrote(tx: Tx, line_id: str, number: str) -> None:
    contact_id = contacts.ensure(tx, tel(number))
    _heard(tx, conversations.with_contact(tx, line_id, contact_id))
    consent.record(
        tx,
        identity=tel(number),
        contact_id=contact_id,
        line_id=line_id,
        kind=ConsentKind.WROTE_FIRST,
        channel=Channel.WHATSAPP,
        recorded_by="test",
    )


def _heard(tx: Tx, conversation_id: str) -> None:
    tx.conn.execute(
        "UPDATE conversation SET last_in_ms = ? WHERE id = ?", (tx.now_ms, conversation_id)
    )
