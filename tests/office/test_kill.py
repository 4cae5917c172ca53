"""The office is killed at any point, and loses and doubles nothing."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import httpx

from appliance.clock import SystemClock
from appliance.demo.children import free_port
from appliance.office.head import inviting
from appliance.office.head.office_store import open_office
from appliance.office.link import CommandAsker, CommandKind
from appliance.office.tables import commands
from appliance.store.store import Store
from tests.office.plain_box import PlainBox, Row, new_id
from tests.running_demo import SETTLES_S, eventually

KILLS = 4
BOXES = 6


@dataclass(slots=True)
class KilledOffice:
    """`balie office run` in a process of its own, begun again by another one."""

    port: int
    forks: subprocess.Popen[str]
    child: int = 0

    def start(self) -> None:
        assert self.forks.stdin is not None
        assert self.forks.stdout is not None
        self.forks.stdin.write(f"127.0.0.1:{self.port}\n")
        self.forks.stdin.flush()
        self.child = int(self.forks.stdout.readline())

    def kill(self) -> None:
        """Returns when it is gone, and with it the lock of its data directory."""
        with suppress(ProcessLookupError):
            os.kill(self.child, signal.SIGKILL)
            while True:
                os.kill(self.child, 0)
                time.sleep(0.01)

    def until_up(self) -> None:
        until_up(self.port)


def until_up(port: int) -> None:
    """Also behind a front, which answers by itself while nobody is there."""
    for _ in range(1200):
        with suppress(httpx.TransportError):
            if httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).is_success:
                return
        time.sleep(0.05)
    raise AssertionError("the office does not start")


@contextmanager
def office_forks(data: Path) -> Iterator[subprocess.Popen[str]]:
    script = Path(__file__).with_name("office_forks.py")
    with (
        (data.parent / f"{data.name}-office.log").open("w") as log,
        subprocess.Popen(
            [sys.executable, str(script), str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as forks,
    ):
        try:
            yield forks
        finally:
            forks.kill()


@contextmanager
def killed_office(data: Path) -> Iterator[KilledOffice]:
    with office_forks(data) as forks:
        office = KilledOffice(free_port(), forks)
        try:
            office.start()
            office.until_up()
            yield office
        finally:
            office.kill()


@dataclass(slots=True)
class LivingBox:
    """People write to it, it pushes, and does each command once, by its id."""

    plain: PlainBox
    ended: threading.Event
    asked: int = 0
    done: list[str] = field(default_factory=list)
    failure: BaseException | None = None

    def live(self) -> None:
        try:
            while not self.ended.is_set():
                self.step()
            self.plain.push_all()
        except BaseException as exc:
            self.failure = exc

    def step(self) -> None:
        log = self.plain.log
        talk = log.person()
        for number in range(20):
            log.writes(talk, f"{number}")
        self.plain.push_all()

    def obey(self) -> None:
        """Its other connection; the office may be away at any moment."""
        while not self.ended.is_set():
            with suppress(httpx.TransportError):
                answer = self.plain.commands(self.asked)
                if answer.status_code == 200:
                    self.take(answer.json()["commands"])
                    continue
            time.sleep(0.05)

    def take(self, commands: list[Row]) -> None:
        for each in commands:
            if each["id"] not in self.done:
                self.done.append(each["id"])
            self.asked = each["n"]


@contextmanager
def office_beside(data: Path) -> Iterator[Store]:
    """As the command line has it, beside the office that runs."""
    store = open_office(data, SystemClock())
    try:
        yield store
    finally:
        store.close()


def test_a_killed_office_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Each box's own log is the judge: events, messages, rows of the work list and commands."""
    with killed_office(tmp_path) as office, office_beside(tmp_path) as store, ExitStack() as open_:
        url = f"http://127.0.0.1:{office.port}"
        tokens = [inviting.invite(store, tmp_path, branch=None, url=url) for _ in range(BOXES)]
        ended = threading.Event()
        living = [
            LivingBox(PlainBox.invited(token, f"Box {number}"), ended)
            for number, token in enumerate(tokens)
        ]
        for each in living:
            open_.enter_context(each.plain.client)
            each.plain.join()
        given = live_through_kills(store, office, living, ended)
        judge(store, tmp_path, living, given)


class Killed(Protocol):
    """One that may be killed, and comes back or has another in its place."""

    def kill(self) -> None: ...

    def start(self) -> None: ...

    def until_up(self) -> None: ...


def live_through_kills(
    store: Store, office: Killed, living: list[LivingBox], ended: threading.Event
) -> dict[str, list[str]]:
    """Gives the ids of all commands that each box was given."""
    given: dict[str, list[str]] = {each.plain.box: [] for each in living}
    threads = [threading.Thread(target=work) for each in living for work in (each.live, each.obey)]
    for thread in threads:
        thread.start()
    dice = random.Random(16)
    try:
        for _ in range(KILLS):
            for each in living:
                given[each.plain.box].append(give(store, each.plain))
            time.sleep(dice.uniform(0.2, 0.7))
            office.kill()
            office.start()
            office.until_up()
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert [each.failure for each in living] == [None] * len(living)
    return given


def give(store: Store, box: PlainBox) -> str:
    body = {"message": new_id(), "text": "Hoi"}
    return store.write(
        lambda tx: commands.give(tx, box.box, CommandKind.SEND, body, CommandAsker(name="x")).id
    )


def judge(store: Store, data: Path, living: list[LivingBox], given: dict[str, list[str]]) -> None:
    for each in living:
        box = each.plain
        while len(each.done) < len(given[box.box]):
            each.take(box.commands(each.asked).json()["commands"])
        assert each.done == given[box.box]
        for number, command in enumerate(each.done, start=1):
            box.says_over({"id": command, "n": number})
        box.push_all()
    wait_until_followed(store, living)
    for each in living:
        box = each.plain
        with closing(sqlite3.connect(data / "boxes" / f"{box.box}.db")) as conn:
            events = conn.execute("SELECT seq, kind FROM event_log ORDER BY seq").fetchall()
            messages = conn.execute("SELECT id, text FROM message ORDER BY seq").fetchall()
        assert events == [(told["seq"], told["kind"]) for told in box.log.events]
        assert messages == [(row["id"], row["text"]) for row in box.log.messages.values()]


def still_open(store: Store, box: PlainBox) -> bool:
    return bool(store.read(lambda conn: commands.waiting(conn, box.box, 0)))


def wait_until_followed(store: Store, living: list[LivingBox]) -> None:
    """The thread that follows the replicas has come round: all rows are there, and no command is
    open any more.
    """
    wanted = {talk for each in living for talk in each.plain.log.conversations}

    def talks(conn: sqlite3.Connection) -> set[str]:
        return {row[0] for row in conn.execute("SELECT conversation_id FROM work_list")}

    eventually(
        lambda: (
            store.read(talks) == wanted
            and not any(still_open(store, each.plain) for each in living)
        ),
        "the office has read all that came",
    )


def test_an_office_that_is_told_to_stop_has_tidied_when_it_ends(tmp_path: Path) -> None:
    """Its web server takes the signal and gives it on once it has stopped itself: it may not end
    the process before threads and databases have ended.
    """
    port = free_port()
    command = [sys.executable, "-m", "appliance", "office", "run", "--data", str(tmp_path)]
    with subprocess.Popen([*command, "--listen", f"127.0.0.1:{port}"]) as office:
        try:
            until_up(port)
            office.terminate()
            assert office.wait(SETTLES_S) == 0
        finally:
            office.kill()
