"""The queue at size: 200 lines and 100,000 waiting messages on one appliance."""

import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from appliance.channels import Channel
from appliance.clock import ManualClock, SystemClock
from appliance.desk.outgoing import lists as send_lists
from appliance.desk.outgoing.sending import Author
from appliance.devices.protocol import Proof, Tick
from appliance.identities import tel
from appliance.messages import MessageClass
from appliance.queue.attempt import QueueAttempt
from appliance.queue.gate import ConsentGate
from appliance.queue.pacing import DEFAULT_PROFILE, HOUR_MS
from appliance.queue.planner import Planner
from appliance.queue.work import QueueWork
from appliance.store import (
    branches,
    consent,
    contacts,
    conversations,
    devices,
    lines,
    messages,
    routes,
)
from appliance.store.consent import ConsentKind
from appliance.store.store import Store, Tx
from tests.bench.benchmark import Measured, at_most
from tests.bench.whole import start_s

LINES = 200
A_LINE = 500
MANY = 10_000
BOTH = frozenset({Channel.WHATSAPP, Channel.SMS})
MONDAY_MS = 1_781_510_400_000
"""Monday 15 June 2026, 10:00 in Amsterdam."""
MINUTES = 10


@at_most(10, "ms p99, which of 100,000 waiting messages leaves next, its claim included")
def next_decision_p99() -> Measured:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        clock = ManualClock(MONDAY_MS)
        with _filled(Path(folder), clock) as (store, devices):
            spans = sorted(_decisions(store, clock, devices))
    return Measured(value=statistics.quantiles(spans, n=100)[-1] * 1000)


@at_most(10, "ms p99, which message leaves next when all 100,000 wait on one line")
def next_decision_one_line_p99() -> Measured:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        clock = ManualClock(MONDAY_MS)
        with _opened(Path(folder), clock) as store:
            devices = store.write(lambda tx: _fill(tx, on=1))
            spans = sorted(_decisions(store, clock, devices * 40))
    return Measured(value=statistics.quantiles(spans, n=100)[-1] * 1000)


@at_most(1, "s for the longest of the planner's rounds over 100,000 waiting messages")
def planner_round() -> Measured:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        clock = ManualClock(MONDAY_MS)
        with _filled(Path(folder), clock) as (store, _):
            planner = Planner(store, DEFAULT_PROFILE, lambda _: None)
            spans = []
            for _ in range(30):
                began = time.perf_counter()
                planner.round()
                spans.append(time.perf_counter() - began)
                clock.advance(s=2)
    return Measured(value=max(spans))


@at_most(2.0, "s from start to readyz with 100,000 waiting messages after a crash, median")
def recovery_start() -> Measured:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        with _opened(Path(folder), SystemClock()) as store:
            store.write(_fill)
        spans = [start_s(Path(folder), killed=True) for _ in range(6)]
    return Measured(value=statistics.median(spans[1:]))


@at_most(3.0, "s to accept a list of 10,000 contacts in one transaction, a verdict for each")
def accept_list() -> Measured:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        clock = ManualClock(MONDAY_MS)
        with _opened(Path(folder), clock) as store:
            request = store.write(lambda tx: _list_of(tx, MANY))
            before = store.read(lambda conn: send_lists.preview(conn, request, now_ms=MONDAY_MS))
            began = time.perf_counter()
            found = store.write(lambda tx: send_lists.accept_list(tx, request))
            took = time.perf_counter() - began
    if sum(each.message_id is not None for each in found) != MANY or len(before) != MANY:
        raise RuntimeError("not everybody on the list was accepted")
    return Measured(value=took)


def _list_of(tx: Tx, count: int) -> send_lists.ListRequest:
    """This many people who wrote this morning, with names, and two variants for them."""
    branch_id = branches.add_branch(tx, "Bench")
    _fill_line(tx, branch_id, 0, 0)
    line_id = lines.lines(tx.conn)[0].id
    for each in range(count):
        _known(tx, line_id, _number(0, each))
    tx.conn.execute("UPDATE conversation SET last_in_ms = ?", (tx.now_ms,))
    tx.conn.execute("UPDATE contact SET office_name = 'Anna ' || substr(id, -4)")
    numbers = [row[0] for row in tx.conn.execute("SELECT value FROM contact_identity")]
    return send_lists.ListRequest(
        line_id=lines.lines(tx.conn)[0].id,
        numbers=numbers,
        texts=["Hoi {voornaam}, kun je zaterdag?", "Dag {naam}, heb je zaterdag tijd?"],
        author=Author(rule="bench"),
        ttl_ms=30 * 24 * HOUR_MS,
    )


def _decisions(store: Store, clock: ManualClock, devices: list[str]) -> Iterator[float]:
    """Each device asks every two seconds, as its worker does, and sends the message that it
    gets.
    """
    work = QueueWork(store, ConsentGate(), DEFAULT_PROFILE, evidence=store.path.parent)
    for _ in range(MINUTES):
        for device in devices:
            began = time.perf_counter()
            task = work.next_task(device, BOTH)
            yield time.perf_counter() - began
            if isinstance(task, QueueAttempt):
                with task.clear_to_send():
                    pass
                work.sent(task, Proof(tick=Tick.READ))
        clock.advance(s=30)


@contextmanager
def _opened(folder: Path, clock: ManualClock | SystemClock) -> Iterator[Store]:
    store = Store(folder / "balie.db", clock)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _filled(folder: Path, clock: ManualClock) -> Iterator[tuple[Store, list[str]]]:
    """A database of its own with what waits, and the devices; filling it takes a minute or two."""
    kept, devices = _kept()
    shutil.copyfile(Path(kept.name) / "balie.db", folder / "balie.db")
    with _opened(folder, clock) as store:
        yield store, devices


@cache
def _kept() -> tuple[tempfile.TemporaryDirectory[str], list[str]]:
    """Filled once for all figures; it goes with the process."""
    folder = tempfile.TemporaryDirectory(dir=Path.cwd())
    with _opened(Path(folder.name), ManualClock(MONDAY_MS)) as store:
        return folder, store.write(_fill)


def _fill(tx: Tx, *, on: int = LINES) -> list[str]:
    """This many lines, each with a phone that is ready and its share of waiting messages."""
    branch_id = branches.add_branch(tx, "Bench")
    return [_fill_line(tx, branch_id, place, LINES * A_LINE // on) for place in range(on)]


def _fill_line(tx: Tx, branch_id: str, place: int, waiting: int) -> str:
    line_id = lines.add_line(tx, branch_id=branch_id, number=f"+316870{place:05d}")
    device_id = devices.enrol(tx, kind="phone", address=f"BENCH{place}")
    tx.conn.execute(
        "UPDATE device SET state = 'ready', channels = ? WHERE id = ?",
        ('["sms", "whatsapp"]', device_id),
    )
    for channel in (Channel.WHATSAPP, Channel.SMS):
        routes.add_route(tx, line_id=line_id, device_id=device_id, channel=channel)
    for each in range(waiting):
        _wait(tx, line_id, _number(place, each), each)
    return device_id


def _number(line: int, place: int) -> str:
    return f"+316{line:03d}{place:06d}"[:13]


def _known(tx: Tx, line_id: str, number: str) -> tuple[str, str]:
    """Somebody who agreed, and their conversation with the line."""
    contact_id = contacts.ensure(tx, tel(number))
    consent.record(
        tx,
        identity=tel(number),
        contact_id=contact_id,
        line_id=line_id,
        kind=ConsentKind.WROTE_FIRST,
        recorded_by="bench",
    )
    return contact_id, conversations.with_contact(tx, line_id, contact_id)


def _wait(tx: Tx, line_id: str, number: str, place: int) -> None:
    contact_id, conversation_id = _known(tx, line_id, number)
    answering = place % 5 == 0
    tx.conn.execute(
        "UPDATE conversation SET last_in_ms = ? WHERE id = ?",
        (tx.now_ms - (1 if answering else 48) * HOUR_MS, conversation_id),
    )
    kind = (MessageClass.REPLY, MessageClass.LIST, MessageClass.AUTOMATIC)[
        0 if answering and place % 50 == 0 else 1 + place % 2
    ]
    messages.enqueue(
        tx,
        messages.NewOutgoing(
            conversation_id=conversation_id,
            line_id=line_id,
            contact_id=contact_id,
            identity=tel(number),
            text=f"Dienst {place} begint om zes uur",
            kind=kind,
            answering=answering,
            expires_ms=tx.now_ms + 30 * 24 * HOUR_MS,
        ),
    )
