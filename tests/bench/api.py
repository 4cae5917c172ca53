"""The API under 32 clients, each with its own connection, which stays open."""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from tests.bench.accept import NUMBER
from tests.bench.benchmark import Measured, at_least, at_most

CLIENTS = 32
REQUESTS = 60
ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """`rate` in requests a second, `p95_ms` of one request."""

    rate: float
    p95_ms: float


@at_most(25, "ms p95 of POST /api/v1/messages, 32 clients")
def post_message_p95() -> Measured:
    """The peer's value is the p95 of the same app's empty endpoint."""
    posts, empty = _both()
    return Measured(
        value=statistics.median(each.p95_ms for each in posts),
        peer=round(statistics.median(each.p95_ms for each in empty), 2),
    )


@at_least(0.4, "of the empty endpoint's requests a second, 32 clients")
def post_message_rate() -> Measured:
    """The peer's value is requests a second to `/healthz`."""
    posts, empty = _both()
    peer = statistics.median(each.rate for each in empty)
    return Measured(
        value=statistics.median(each.rate for each in posts) / peer, peer=round(peer, 1)
    )


@cache
def _both() -> tuple[list[Load], list[Load]]:
    """Rounds of posting and of the empty endpoint, alternating, on one server."""
    with running_server() as server:
        posts, empty = [], []
        for _ in range(ROUNDS):
            posts.append(asyncio.run(load(server, _post(server))))
            empty.append(asyncio.run(load(server, _empty())))
        return posts, empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    port: int
    token: str
    line: str


@contextmanager
def running_server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as data:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.api_server", data],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            line = child.stdout.readline() if child.stdout else ""
            yield Server(**json.loads(line))
        finally:
            child.communicate()


def _post(server: Server) -> bytes:
    body = json.dumps({"line": server.line, "to": NUMBER, "text": "Dienst om zes uur"}).encode()
    head = (
        "POST /api/v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {server.token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _empty() -> bytes:
    return b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def load(server: Server, request: bytes) -> Load:
    began = time.perf_counter()
    spans = await asyncio.gather(*(_client(server.port, request) for _ in range(CLIENTS)))
    elapsed = time.perf_counter() - began
    every = sorted(span for each in spans for span in each)
    return Load(rate=len(every) / elapsed, p95_ms=statistics.quantiles(every, n=20)[-1] * 1000)


async def _client(port: int, request: bytes) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    spans = []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        writer.write(request)
        await _answer(reader)
        spans.append(time.perf_counter() - began)
    writer.close()
    return spans


async def _answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    if head[9] != ord("2"):
        raise RuntimeError(head.decode())
    length = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    )
    await reader.readexactly(length)
