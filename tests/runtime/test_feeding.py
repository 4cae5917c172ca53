"""The sign of life that systemd waits for: it stops when the event loop or the writer hangs, and
for nothing else.
"""

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from appliance.api.connections import Connections
from appliance.box.service_manager import ServiceManager
from appliance.clock import SystemClock
from appliance.runtime import feeding as module
from appliance.runtime.feeding import Feeding
from appliance.runtime.patience import PatientSocket
from appliance.runtime.web import Server, address_of, bind, web_config
from appliance.store.store import Store
from tests import http_calls
from tests.fresh_store import fresh_store
from tests.running_demo import eventually

WATCHDOG_S = 0.4
QUIET_S = 1.0
"""Some signs of life would come in this time."""


@dataclass(frozen=True, slots=True)
class Systemd:
    """The other end of the socket: what a service told it."""

    sock: socket.socket
    manager: ServiceManager

    def told(self, within_s: float = 20.0) -> str | None:
        """The next word, or None when none comes."""
        self.sock.settimeout(within_s)
        try:
            return self.sock.recv(200).decode()
        except TimeoutError:
            return None

    def forget(self) -> None:
        self.sock.setblocking(False)
        with suppress(BlockingIOError):
            while self.sock.recv(200):
                pass


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(path)
        yield Systemd(sock, ServiceManager(address=path, watchdog_s=WATCHDOG_S))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = fresh_store(tmp_path / "data" / "balie.db", SystemClock())
    yield opened
    opened.close()


@contextmanager
def serving(systemd: Systemd, store: Store, hold: threading.Event) -> Iterator[str]:
    """A server whose answers keep its event loop until they are let go."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        hold.wait(20)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"let go"})

    connections = Connections()
    listening = bind("127.0.0.1", 0)
    address = address_of(listening)
    server = Server(
        web_config(app, connections), connections, feeding=Feeding(store, systemd.manager)
    )
    door = PatientSocket.at(listening, connections, secure=False)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([door])), name="web")
    thread.start()
    try:
        yield address
    finally:
        hold.set()
        server.should_exit = True
        thread.join(20)


def test_a_server_says_that_it_serves_lives_and_stops(systemd: Systemd, store: Store) -> None:
    """It lives only after it serves, and the last word is that it stops."""
    with serving(systemd, store, threading.Event()):
        assert [systemd.told() for _ in range(3)] == ["READY=1", "WATCHDOG=1", "WATCHDOG=1"]
    words = iter(systemd.told, None)
    assert "STOPPING=1" in words


def test_a_hung_event_loop_gives_no_sign_of_life(systemd: Systemd, store: Store) -> None:
    """As soon as it goes on, it gives one again."""
    hold = threading.Event()
    with serving(systemd, store, hold) as address:
        assert systemd.told() == "READY=1"
        asked = threading.Thread(target=lambda: http_calls.get(address))
        asked.start()
        eventually(lambda: systemd.told(QUIET_S) is None, "no more signs of life")
        hold.set()
        assert systemd.told() == "WATCHDOG=1"
        asked.join(20)


def test_a_hung_writer_gives_no_sign_of_life(systemd: Systemd, store: Store) -> None:
    """However often the event loop comes round; a device's thread hangs beside it unnoticed."""
    now_s = [0.0]
    feeding = Feeding(store, systemd.manager, now_s=lambda: now_s[0])
    let_go, busy = threading.Event(), threading.Event()
    device = threading.Thread(target=let_go.wait, name="device-hung")
    device.start()

    def later() -> None:
        now_s[0] += WATCHDOG_S
        feeding.look()

    later()
    assert systemd.told() == "WATCHDOG=1"
    store.pulse().result(20)
    later()
    assert systemd.told() == "WATCHDOG=1"

    def hang(_: object) -> None:
        busy.set()
        let_go.wait(20)

    hung = store.submit(hang)
    assert busy.wait(20)
    later()
    systemd.forget()
    for _ in range(5):
        later()
    assert systemd.told(0.05) is None
    let_go.set()
    hung.result(20)
    store.pulse().result(20)
    later()
    assert systemd.told() == "WATCHDOG=1"
    device.join(20)


def test_a_file_that_is_written_anew_may_take_an_hour(
    systemd: Systemd, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer does nothing else meanwhile, and is at work all the same; beyond that it hangs."""
    now_s = [0.0]
    feeding = Feeding(store, systemd.manager, now_s=lambda: now_s[0])
    let_go, busy = threading.Event(), threading.Event()

    def anew(_: object) -> None:
        busy.set()
        let_go.wait(20)

    working = threading.Thread(target=lambda: store.alone(anew))
    working.start()
    assert busy.wait(20)
    for _ in range(3):
        now_s[0] += WATCHDOG_S
        feeding.look()
        assert systemd.told() == "WATCHDOG=1"
    monkeypatch.setattr(module, "LONGEST_ALONE_S", 0.0)
    now_s[0] += WATCHDOG_S
    feeding.look()
    assert systemd.told(0.05) is None
    let_go.set()
    working.join(20)


def test_what_systemd_wants_stands_in_the_environment() -> None:
    """Nothing is told where it names no socket, nor a watchdog that is another process's."""
    told = {"NOTIFY_SOCKET": "@balie", "WATCHDOG_USEC": "60000000"}
    assert ServiceManager.of({}) == ServiceManager()
    assert ServiceManager.of(told) == ServiceManager(address="@balie", watchdog_s=60.0)
    of_another = {**told, "WATCHDOG_PID": str(os.getpid() + 1)}
    assert ServiceManager.of(of_another).watchdog_s is None
    ServiceManager().lives()
    ServiceManager(address="/nowhere/notify").lives()


def test_a_name_that_is_in_no_folder_is_reached() -> None:
    """As systemd has it in containers."""
    name = f"balie-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(f"\0{name}")
        sock.settimeout(20)
        ServiceManager(address=f"@{name}").serves()
        assert sock.recv(100) == b"READY=1"
