"""What other software is told: how soon, how much of it on one core, and what idle ones cost."""

import asyncio
import json
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar

from appliance.clock import SystemClock
from appliance.events import EventKind
from appliance.store.store import Store, Tx
from tests.bench.benchmark import Measured, at_least, at_most
from tests.relay.told import add, policy_for, relaying

GROUP = "open"
ENDPOINTS, IDLE = 20, 100
PACE_EVENTS, PACE_S = 100, 0.1
MANY = 1_500
IDLE_S = 15.0
_SEEN_AFTER_S = 60.0

T = TypeVar("T")
Times = dict[str, list[float]]


async def _taken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, times: Times) -> None:
    """Answers 204 to each request, and keeps when each event came."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            size = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
            told = json.loads(await reader.readexactly(size))
            times.setdefault(told["data"]["conversation"], []).append(time.time())
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
    except (EOFError, ConnectionError, asyncio.CancelledError):
        writer.close()


def _receiver(pipe: "Connection[object, object]") -> None:
    """In a process of its own: tells its port, and at a word when each event came how often."""
    times: Times = {}

    async def serve() -> None:
        server = await asyncio.start_server(
            lambda reader, writer: _taken(reader, writer, times), "127.0.0.1", 0, backlog=512
        )
        pipe.send(server.sockets[0].getsockname()[1])
        while not await asyncio.to_thread(pipe.poll, 0.2):
            pass

    asyncio.run(serve())
    pipe.send(times)


@contextmanager
def _told(endpoints: int) -> Iterator[tuple[Store, Callable[[], Times]]]:
    """A store whose events are posted to so many endpoints, all of one receiver."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_receiver, args=(theirs,))
    process.start()
    port = ours.recv()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "balie.db", SystemClock())
        with relaying(store, policy_for(port)):
            for each in range(endpoints):
                add(store, f"http://127.0.0.1:{port}/{each}", "conversation.done")

            def came() -> Times:
                ours.send("enough")
                found: Times = ours.recv()
                return found

            yield store, came
        store.close()
    process.join(10)


def _happens(store: Store, name: str) -> None:
    store.write(
        lambda tx: tx.emit(EventKind.CONVERSATION_DONE, conversation_id=name), durable=False
    )


def _arrived(store: Store) -> int:
    return store.read(
        lambda conn: int(
            conn.execute(
                "SELECT count(*) FROM webhook_delivery WHERE state = 'delivered'"
            ).fetchone()[0]
        )
    )


@cache
def _delays_ms() -> list[float]:
    """From the commit to the receiver, at ten events a second; the quickest first."""
    with _told(ENDPOINTS) as (store, came):
        time.sleep(1)
        committed = {}
        for each in range(PACE_EVENTS):
            name = f"c{each}"
            _happens(store, name)
            committed[name] = time.time()
            time.sleep(PACE_S)
        time.sleep(1)
        times = came()
    delays = [(at - committed[name]) * 1000 for name, found in times.items() for at in found]
    if len(delays) != PACE_EVENTS * ENDPOINTS:
        raise RuntimeError(f"{len(delays)} of {PACE_EVENTS * ENDPOINTS} arrived")
    return sorted(delays)


@at_most(50, "ms from an event to 20 webhooks, p50 (peer: p95)")
def event_to_webhook() -> Measured:
    delays = _delays_ms()
    return Measured(value=delays[len(delays) // 2], peer=delays[len(delays) * 95 // 100])


@at_most(200, "ms from an event to 20 webhooks, p95")
def event_to_webhook_late() -> Measured:
    delays = _delays_ms()
    return Measured(value=delays[len(delays) * 95 // 100])


@at_least(5_000, "events a minute of one core, to one endpoint (peer: to 20, each posted)")
def webhooks_of_a_core() -> Measured:
    return Measured(value=_events_of_a_core(1), peer=_events_of_a_core(ENDPOINTS))


def _events_of_a_core(endpoints: int) -> float:
    """By the processor's time of this process, which also writes the events."""
    count = max(MANY // endpoints, 200)
    with _told(endpoints) as (store, came):
        time.sleep(1)
        began_s, began_cpu_s = time.monotonic(), time.process_time()

        def many(tx: Tx, start: int) -> None:
            for each in range(start, start + 10):
                tx.emit(EventKind.CONVERSATION_DONE, conversation_id=f"c{each}")

        for start in range(0, count, 10):
            store.write(lambda tx, start=start: many(tx, start), durable=False)  # type: ignore[misc]
        while _arrived(store) < count * endpoints:
            if time.monotonic() - began_s > _SEEN_AFTER_S:
                break
            time.sleep(0.1)
        cpu_s = time.process_time() - began_cpu_s
        arrived = sum(len(each) for each in came().values())
    if arrived != count * endpoints:
        raise RuntimeError(f"{arrived} of {count * endpoints} arrived")
    return count / cpu_s * 60


@at_most(2, "% of a core that 100 idle endpoints cost, on top of none")
def idle_webhooks() -> Measured:
    none, idle = _idle_share(0), _idle_share(IDLE)
    return Measured(value=max(0.0, idle - none), peer=idle)


def _idle_share(endpoints: int) -> float:
    with _told(endpoints) as (_, came):
        time.sleep(4)
        began_s = time.process_time()
        time.sleep(IDLE_S)
        share = (time.process_time() - began_s) / IDLE_S * 100
        came()
    return share
