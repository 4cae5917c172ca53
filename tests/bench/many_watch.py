"""Who looks at a head office meanwhile: a follower of its stream, and somebody at the list."""

import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection
from typing import Any

from appliance.clock import MS_PER_S
from tests import http_calls
from tests.bench.many_stage import BenchOffice

LIST = "/api/v1/conversations?sort=recent&limit=50"
_PAUSE_S = 0.05
_ANSWERED_S = 3.0
_OURS = b"data:"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenEvent:
    """`late_ms`: from when it happened at its box until a browser had it; `seen_s` by our clock."""

    kind: str
    facts: dict[str, Any]
    late_ms: float
    seen_s: float


@dataclass(slots=True)
class EventReader:
    """What a browser that follows the office's stream is told."""

    seen: list[SeenEvent] = field(default_factory=list)

    def kinds(self, kind: str) -> Sequence[SeenEvent]:
        return [each for each in list(self.seen) if each.kind == kind]

    def take(self, line: bytes) -> None:
        now_s = time.time()
        told = json.loads(line.removeprefix(_OURS))
        if "kind" in told:
            late_ms = (now_s - datetime.fromisoformat(told["at"]).timestamp()) * MS_PER_S
            self.seen.append(
                SeenEvent(kind=told["kind"], facts=told["facts"], late_ms=late_ms, seen_s=now_s)
            )


@contextmanager
def reading(office: BenchOffice) -> Iterator[EventReader]:
    """From now on, and once it is sure that nothing is missed."""
    reader, begun = EventReader(), threading.Event()
    connection = HTTPConnection("127.0.0.1", office.port, timeout=http_calls.PATIENCE_S)
    connection.request("GET", "/api/v1/events", headers=office.bearer)
    answer = connection.getresponse()

    def read() -> None:
        with suppress(OSError, ValueError, AttributeError):
            while line := answer.readline():
                begun.set()
                if line.startswith(_OURS):
                    reader.take(line)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    try:
        if not begun.wait(http_calls.PATIENCE_S):
            raise TimeoutError("the stream says nothing")
        yield reader
    finally:
        if connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)
        thread.join()
        connection.close()


@contextmanager
def looking(office: BenchOffice, path: str = LIST) -> Iterator[list[float]]:
    """Somebody opens this again and again; the spans in ms."""
    spans, ended = list[float](), threading.Event()

    def look() -> None:
        with office.client() as client:
            while not (ended.is_set() and spans):
                began = time.perf_counter()
                client.get(path).raise_for_status()
                spans.append((time.perf_counter() - began) * MS_PER_S)
                ended.wait(_PAUSE_S)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield spans
    finally:
        ended.set()
        thread.join()


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """`refused`: with 503 and when to come again; `spans`: of the list meanwhile, in ms."""

    worked_on: int
    refused: int
    spans: Sequence[float]


def burst(office: BenchOffice, credentials: Sequence[str]) -> Burst:
    """All boxes push at once over lines so slow that none comes to its end."""
    with ExitStack() as stack:
        open_ones = [stack.enter_context(_half_a_push(office, each)) for each in credentials]
        with looking(office) as spans:
            said = _said(open_ones)
        refused = [each for each in said if b" 503 " in each.partition(b"\r\n")[0]]
        if any(b"\r\nretry-after: " not in each.lower() for each in refused):
            raise RuntimeError("a box that was refused is not told when to come again")
        if len(refused) != len([each for each in said if each]):
            raise RuntimeError(f"a push was answered otherwise: {set(said)}")
    return Burst(worked_on=said.count(b""), refused=len(refused), spans=spans)


def _half_a_push(office: BenchOffice, credential: str) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", office.port))
    head = (
        f"POST /link/v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
        f"Authorization: Bearer {credential}\r\n\r\n{{"
    )
    sock.sendall(head.encode())
    return sock


def _said(open_ones: Sequence[socket.socket]) -> Sequence[bytes]:
    """What each was answered; nothing where it is worked on."""
    until_s = time.monotonic() + _ANSWERED_S
    said = []
    for sock in open_ones:
        sock.settimeout(max(0.01, until_s - time.monotonic()))
        try:
            said.append(sock.recv(64 * 1024))
        except TimeoutError:
            said.append(b"")
    return said
