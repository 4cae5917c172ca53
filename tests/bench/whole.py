"""All of Balie with two emulated phones in their own process: how soon, how much, how big."""

import json
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import httpx

from tests import http_calls
from tests.bench.benchmark import Measured, at_most
from tests.running_demo import Demo, eventually, running_demo

ARRIVALS = 40
REPLIES = 12
STARTS = 5
PATIENCE_S = 30.0
PROVEN = {"sent", "delivered", "read"}
SETTLE_S = 2.0
IDLE_S = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The results of one demo; spans in seconds, sorted."""

    arrivals_s: list[float]
    replies_s: list[float]
    round_trips: int
    resident_mb: float


@at_most(1.5, "s p95, arrival at the phone to the event in the browser's stream")
def arrival_to_event() -> Measured:
    return Measured(value=_p95(_run().arrivals_s))


@at_most(4.0, "s p95, staff reply on an idle line to the truth log")
def reply_to_truth() -> Measured:
    return Measured(value=_p95(_run().replies_s))


@at_most(12, "round trips to the phone for one reply, median")
def reply_round_trips() -> Measured:
    return Measured(value=_run().round_trips)


@at_most(130, "MB resident with 2 phones, steady")
def resident_memory() -> Measured:
    return Measured(value=_run().resident_mb)


@at_most(2.0, "s from start to readyz with an existing database, median")
def start_to_ready() -> Measured:
    with tempfile.TemporaryDirectory() as data:
        spans = [start_s(Path(data)) for _ in range(STARTS + 1)]
    return Measured(value=statistics.median(spans[1:]))


@cache
def _run() -> Run:
    with running_demo("--no-traffic") as demo, _listening(demo) as heard:
        phone = demo.numbers[0]
        demo.writes(phone, "+31655500300", "Hallo")
        arrivals = [_arrival_s(demo, heard, phone, place) for place in range(ARRIVALS)]
        replies, trips = _replies(demo, phone)
        time.sleep(SETTLE_S)
        return Run(
            arrivals_s=sorted(arrivals),
            replies_s=sorted(replies),
            round_trips=int(statistics.median(trips)),
            resident_mb=demo.resident_mb(),
        )


@contextmanager
def _listening(demo: Demo) -> Iterator[SimpleQueue[dict[str, Any]]]:
    """Every event as a browser would get it, as soon as it exists."""
    heard: SimpleQueue[dict[str, Any]] = SimpleQueue()

    def listen() -> None:
        with (
            httpx.Client(timeout=PATIENCE_S) as client,
            client.stream(
                "GET",
                f"{demo.url}/api/v1/events",
                headers={"Authorization": f"Bearer {demo.token}"},
            ) as answer,
        ):
            try:
                for line in answer.iter_lines():
                    if line.startswith("data:"):
                        heard.put(json.loads(line[5:]))
            except httpx.HTTPError:
                return

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    yield heard


def _arrival_s(demo: Demo, heard: SimpleQueue[dict[str, Any]], phone: str, place: int) -> float:
    """Irregular pauses, so that arrivals do not come in step with the driver's rounds."""
    time.sleep(0.05 + (place * 0.37) % 0.5)
    while not heard.empty():
        heard.get()
    began = time.perf_counter()
    demo.writes(phone, "+31655500300", f"Bericht {place}")
    while time.perf_counter() - began < PATIENCE_S:
        try:
            event = heard.get(timeout=PATIENCE_S)
        except Empty:
            break
        if event.get("kind") == "message.received":
            return time.perf_counter() - began
    raise TimeoutError("a message that arrived was never told of")


def _replies(demo: Demo, phone: str) -> tuple[list[float], list[int]]:
    """Replies typed in the inbox, each on an idle line, and the round trips that each needed.

    The round trips that the phone is asked without a reply are measured just before and subtracted.
    """
    with _logged_in(demo) as client:
        conversation = demo.api("/conversations")["items"][0]["id"]
        csrf = _csrf(client.get(f"/c/{conversation}").text)
        spans, trips = [], []
        eventually(lambda: not demo.api("/messages?state=queued")["items"], "nothing waits")
        for place in range(REPLIES):
            demo.writes(phone, "+31655500300", f"Vraag {place}")
            time.sleep(9.0)  # beyond the ceiling of six a minute the line would have to wait
            idle_a_s = _idle_round_trips_a_s(demo, phone)
            text = f"Antwoord {place}"
            before, began = demo.round_trips(phone), time.perf_counter()
            answer = client.post(f"/c/{conversation}/messages", data={"csrf": csrf, "text": text})
            answer.raise_for_status()
            eventually(partial(demo.left, text), "it left", pause_s=0.01)
            spans.append(time.perf_counter() - began)
            eventually(partial(_is_sent, demo, text), "it is proven")
            took = demo.round_trips(phone) - before
            trips.append(round(took - idle_a_s * (time.perf_counter() - began)))
        return spans, trips


def _idle_round_trips_a_s(demo: Demo, phone: str) -> float:
    before = demo.round_trips(phone)
    time.sleep(IDLE_S)
    return (demo.round_trips(phone) - before) / IDLE_S


def _is_sent(demo: Demo, text: str) -> bool:
    items = demo.api("/messages?direction=out")["items"]
    return any(each["text"] == text and each["state"] in PROVEN for each in items)


@contextmanager
def _logged_in(demo: Demo) -> Iterator[httpx.Client]:
    login = demo.login("admin")
    with httpx.Client(base_url=demo.url, follow_redirects=True) as client:
        csrf = _csrf(client.get("/login").text)
        form = {"csrf": csrf, "name": login["name"], "password": login["password"], "next": "/"}
        client.post("/login", data=form).raise_for_status()
        yield client


def _csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    if found is None:
        raise LookupError("the page has no form")
    return found[1]


def start_s(data: Path, *, killed: bool = False) -> float:
    """From the start of the process to the first 200 of /readyz; afterwards it may be killed."""
    port = 18231
    command = [sys.executable, "-m", "appliance", "run", "--data", str(data), "--port", str(port)]
    began = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: _is_ready(port), "Balie is ready", pause_s=0.01)
        return time.perf_counter() - began
    finally:
        process.kill() if killed else process.terminate()
        process.wait()


def _is_ready(port: int) -> bool:
    try:
        return http_calls.get(f"http://127.0.0.1:{port}/readyz").is_success
    except httpx.HTTPError:
        return False


def _p95(spans: list[float]) -> float:
    return statistics.quantiles(spans, n=20)[-1]
