"""The connections of the web server: deadlines, and who makes room for whom."""

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from appliance.addresses import Networks, network_of
from appliance.api.connections import PATIENCE_S, Connections
from appliance.api.leaving import LeavingClients
from appliance.runtime.patience import PatientSocket
from appliance.runtime.web import Server, bind, web_config
from tests import http_calls
from tests.running_demo import eventually

HERE = "192.0.2.1"
ELSEWHERE = "192.0.2.2"


@dataclass(eq=False)
class Guest:
    """Somebody who is connected."""

    network: str = HERE
    ended: bool = False

    def end(self) -> None:
        self.ended = True


@dataclass
class Seconds:
    now_s: float = 0.0

    def __call__(self) -> float:
        return self.now_s


def comes(connections: Connections, address: str = HERE, *, served: bool = False) -> Guest | None:
    if not connections.lets_in(address):
        return None
    guest = Guest(network_of(address))
    if not served:
        connections.waits_for(guest)
    return guest


def must_come(connections: Connections, address: str = HERE, *, served: bool = False) -> Guest:
    guest = comes(connections, address, served=served)
    assert guest is not None
    return guest


def test_who_waits_longest_makes_room() -> None:
    """Beyond the total, the connection that has kept the server waiting for longest is ended."""
    connections = Connections(total=3, per_address=3)
    first, second, third = (must_come(connections) for _ in range(3))
    must_come(connections, ELSEWHERE)
    assert [each.ended for each in (first, second, third)] == [True, False, False]
    assert connections.open == 3


def test_who_is_served_is_never_ended_for_another() -> None:
    """When all connections are being served, a new one is refused and none is ended."""
    connections = Connections(total=2, per_address=2)
    busy = [must_come(connections, served=True) for _ in range(2)]
    assert comes(connections, ELSEWHERE) is None
    assert not any(each.ended for each in busy)
    assert connections.counts.refused == 1


def test_one_address_takes_nothing_from_the_others() -> None:
    """An address with as many connections as it may have makes room among its own."""
    connections = Connections(total=10, per_address=2)
    other = must_come(connections, ELSEWHERE)
    mine = [must_come(connections) for _ in range(5)]
    assert [each.ended for each in mine] == [True, True, True, False, False]
    assert not other.ended


def test_one_machine_takes_nothing_with_many_ipv6_addresses() -> None:
    """A machine has a whole network of addresses: they share one count and one limit."""
    connections = Connections(total=10, per_address=2)
    other = must_come(connections, ELSEWHERE)
    mine = [must_come(connections, f"2001:db8::{last:x}") for last in range(20)]
    assert [each.ended for each in mine] == [True] * 18 + [False] * 2
    assert not other.ended
    for each in (*mine, other):
        connections.went(each)
    assert connections.open == 0


def test_a_proxy_is_known_by_its_own_ipv6_address() -> None:
    """Other addresses in the same network are no proxies."""
    proxy = "2001:db8::1"
    connections = Connections(total=10, per_address=2, exempt=Networks.of([proxy]))
    assert all(comes(connections, proxy, served=True) for _ in range(5))
    assert comes(connections, "2001:db8::2", served=True) is None


def test_a_proxy_may_bring_many() -> None:
    """Behind a configured proxy are many people: its address has no limit but the total."""
    connections = Connections(total=10, per_address=2, exempt=Networks.of([HERE]))
    assert all(comes(connections, served=True) for _ in range(10))


def test_a_place_is_free_again_once() -> None:
    """A connection that is ended and then gone frees its place once and not twice."""
    connections = Connections(total=1, per_address=1)
    first = must_come(connections)
    second = must_come(connections)
    connections.went(first)
    assert connections.open == 1
    connections.went(second)
    assert connections.open == 0


def test_who_keeps_the_server_waiting_is_ended_after_ten_seconds() -> None:
    """Each wait for the client has its own ten seconds; a request that is served has no limit."""
    clock = Seconds()
    connections = Connections(now_s=clock)
    idle, asks, served = must_come(connections), must_come(connections), must_come(connections)
    connections.serves(served)
    clock.now_s = PATIENCE_S - 1
    connections.waits_for(asks)
    clock.now_s = PATIENCE_S
    connections.look_round()
    assert (idle.ended, asks.ended, served.ended) == (True, False, False)


def test_refusals_are_one_line_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """However many come, the log says once a minute how many and from where."""
    clock = Seconds()
    connections = Connections(total=1, per_address=1, now_s=clock)
    must_come(connections, served=True)
    for second in range(120):
        clock.now_s = float(second)
        for _ in range(50):
            comes(connections, ELSEWHERE)
        connections.look_round()
    said = [each.getMessage() for each in caplog.records]
    assert len(said) == 2
    assert "50 were refused" in said[0]
    assert "3000 were refused" in said[1]
    assert HERE in said[1]


# On a real server


async def _hello(_: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def _read(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


async def _stream(_: Request) -> StreamingResponse:
    async def words() -> AsyncIterator[str]:
        yield "first\n"
        await asyncio.Event().wait()

    return StreamingResponse(words())


async def _much(_: Request) -> StreamingResponse:
    async def words() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b"x" * 65536

    return StreamingResponse(words())


@dataclass
class Served:
    url: str
    address: tuple[str, int]
    connections: Connections
    clock: Seconds
    sockets: ExitStack = field(default_factory=ExitStack)

    def knock(self, *, small: bool = False) -> socket.socket:
        sock = socket.socket()
        if small:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(20)
        sock.connect(self.address)
        return self.sockets.enter_context(sock)

    def has_met(self, many: int) -> None:
        """Waits until so many have come to the door: a busy machine opens it late."""
        counts = self.connections.counts
        eventually(
            lambda: self.connections.open + counts.ended + counts.refused >= many, "all are met"
        )

    def says(self, *parts: bytes, small: bool = False) -> socket.socket:
        sock = self.knock(small=small)
        for part in parts:
            sock.sendall(part)
        return sock

    def time_goes_by_until_all_are_gone(self) -> None:
        def passed() -> bool:
            self.clock.now_s += PATIENCE_S
            return self.connections.open == 0

        until(passed)

    def since_s(self) -> float:
        """Since when the one that waits has its turn."""
        waiting = [*self.connections._waiting.values()]
        return min((since for each in waiting for since in [*each.values()]), default=0.0)

    def waits(self) -> int:
        return sum(len(each) for each in self.connections._waiting.values())


@contextmanager
def serving(*, total: int = 64, per_address: int = 64) -> Iterator[Served]:
    clock = Seconds()
    connections = Connections(total, per_address, now_s=clock)
    routes = [
        Route("/hello", _hello),
        Route("/read", _read, methods=["POST"]),
        Route("/stream", _stream),
        Route("/much", _much),
    ]
    listening = bind("127.0.0.1", 0)
    address = listening.getsockname()
    app = LeavingClients(Starlette(routes=routes))
    server = Server(web_config(app, connections, lifespan="off"), connections)
    door = PatientSocket.at(listening, connections)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([door])), name="web")
    thread.start()
    served = Served(f"http://127.0.0.1:{address[1]}", address, connections, clock)
    try:
        yield served
    finally:
        served.sockets.close()
        server.should_exit = True
        thread.join(20)


@pytest.fixture
def served() -> Iterator[Served]:
    with serving() as found:
        yield found


def until(is_so: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(2000):
        if is_so():
            return
        pause.wait(0.01)
    raise TimeoutError


def is_hung_up(sock: socket.socket) -> bool:
    """Reads all there is; True when the other side has then ended the connection."""
    try:
        while sock.recv(65536):
            pass
    except ConnectionError:
        pass
    return True


POST = b"POST /read HTTP/1.1\r\nHost: balie\r\nContent-Length: 1000\r\n\r\n"
ANSWERED = b"GET /hello HTTP/1.1\r\nHost: balie\r\n\r\n"


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (b"GET /hello HT",),
        (b"GET /hello HTTP/1.1\r\nHost: balie\r\nX: y",),
        (POST,),
        (POST, b"some of it"),
        (b"POST /hello HTTP/1.1\r\nHost: balie\r\nContent-Length: 1000\r\n\r\n",),
    ],
    ids=["nothing", "half a line", "half a head", "no body", "half a body", "an answered one"],
)
def test_who_does_not_go_on_is_hung_up_on(
    served: Served, parts: tuple[bytes, ...], caplog: pytest.LogCaptureFixture
) -> None:
    """A connection without a request, with half a head or with half a body ends after ten seconds,
    without a line in any log.
    """
    sock = served.says(*parts)
    until(lambda: served.connections.open == 1)
    served.time_goes_by_until_all_are_gone()
    assert is_hung_up(sock)
    assert [each for each in caplog.records if each.levelno > logging.INFO] == []


def test_bytes_one_by_one_win_no_time(served: Served) -> None:
    """The deadline is for the whole head, not for each byte of it."""
    sock = served.says(b"GET /hello HTTP/1.1\r\nX: ")
    until(lambda: served.waits() == 1)

    def drips() -> bool:
        served.clock.now_s += PATIENCE_S / 4
        with contextlib.suppress(ConnectionError):
            sock.sendall(b"y")
        return served.connections.open == 0

    until(drips)
    assert is_hung_up(sock)


def test_a_file_may_take_long_as_long_as_it_goes_on(served: Served) -> None:
    """Each megabyte of a body gives as much time again; the rest of it may then be waited for."""
    head = f"POST /read HTTP/1.1\r\nHost: balie\r\nContent-Length: {5 << 20}\r\n\r\n"
    sock = served.says(head.encode())
    until(lambda: served.waits() == 1)
    for _ in range(4):
        served.clock.now_s += 0.9 * PATIENCE_S
        sock.sendall(bytes(1 << 20))
        until(lambda: served.since_s() == served.clock.now_s)
    assert served.connections.open == 1
    served.time_goes_by_until_all_are_gone()


def test_who_takes_nothing_of_an_answer_is_hung_up_on(served: Served) -> None:
    """A client that asks for much and reads nothing does not keep the server waiting for ever."""
    served.says(b"GET /much HTTP/1.1\r\nHost: balie\r\n\r\n", small=True)
    until(lambda: served.waits() == 1)
    served.time_goes_by_until_all_are_gone()


def test_a_live_stream_stays(served: Served) -> None:
    """A connection on which Balie still sends has no deadline."""
    sock = served.says(b"GET /stream HTTP/1.1\r\nHost: balie\r\n\r\n")
    heard = b""
    while b"first" not in heard:
        heard += sock.recv(4096)
    served.clock.now_s += 100 * PATIENCE_S
    served.says()
    until(lambda: served.waits() == 1)
    served.clock.now_s += PATIENCE_S
    until(lambda: served.connections.open == 1)
    assert not served.waits()


def test_many_who_say_nothing_hinder_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """Every request is answered beside three hundred silent connections from the same address."""
    with serving(total=32, per_address=24) as served:
        for knocked in range(1, 301):
            served.knock()
            if knocked % 20 == 0:
                served.has_met(knocked)
                assert http_calls.get(f"{served.url}/hello").text == "hello"
        served.has_met(300)
        assert http_calls.get(f"{served.url}/hello").text == "hello"
        assert served.connections.open <= 24
        assert served.connections.counts.ended > 200
    assert len([each for each in caplog.records if each.levelno > logging.INFO]) <= 1
