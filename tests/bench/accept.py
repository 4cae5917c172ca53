"""Durable accept: the cost of a message until it is safe, beside SQLite's own cost."""

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from appliance.channels import Channel
from appliance.clock import SystemClock
from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.identities import tel
from appliance.ids import new_id
from appliance.messages import MessageClass
from appliance.store import branches, consent, contacts, conversations, lines, messages
from appliance.store.consent import ConsentKind
from appliance.store.store import Store, Tx
from tests.bench.benchmark import Measured, at_least

ROUNDS = 9
COMMITS = 400
TOGETHER = 32
LINE, NUMBER = "+31687654321", "+31612345678"
WORKER = tel(NUMBER)


@at_least(0.5, "of raw single-row commits")
def durable_enqueue() -> Measured:
    """Row, conversation and event in one commit, one after another; the peer's value is raw
    commits a second.
    """
    return _against_raw(_enqueue_rate)


@at_least(0.5, "of raw single-row commits")
def durable_accept() -> Measured:
    """The whole `accept`, gate included, with 32 waiting at once as behind the API."""
    return _against_raw(_accept_rate)


def _against_raw(rate: Callable[[Path], float]) -> Measured:
    """The median of the rounds' ratios: each round runs beside its peer, on the same disk."""
    pairs = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
            raw = _raw_rate(Path(folder) / "raw.db")
            pairs.append((rate(Path(folder) / "balie.db") / raw, raw))
    return Measured(
        value=statistics.median(ratio for ratio, _ in pairs),
        peer=round(statistics.median(raw for _, raw in pairs), 1),
    )


def _rate(commit: Callable[[int], object]) -> float:
    began = time.perf_counter()
    for place in range(COMMITS):
        commit(place)
    return COMMITS / (time.perf_counter() - began)


def _raw_rate(path: Path) -> float:
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute("PRAGMA synchronous = FULL")
    conn.execute("CREATE TABLE message (id TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT")
    try:
        return _rate(
            lambda place: conn.execute(
                "INSERT INTO message VALUES (?, ?)", (new_id(place), f"Dienst {place}")
            )
        )
    finally:
        conn.close()


def _enqueue_rate(path: Path) -> float:
    store = Store(path, SystemClock())
    try:
        line_id = store.write(furnish)

        def new(tx: Tx) -> messages.NewOutgoing:
            contact_id = contacts.ensure(tx, WORKER)
            return messages.NewOutgoing(
                conversation_id=conversations.with_contact(tx, line_id, contact_id),
                line_id=line_id,
                contact_id=contact_id,
                identity=WORKER,
                text="Dienst om zes uur",
                kind=MessageClass.REPLY,
            )

        message = store.write(new)
        return _rate(lambda _: store.write(lambda tx: messages.enqueue(tx, message)))
    finally:
        store.close()


def _accept_rate(path: Path) -> float:
    store = Store(path, SystemClock())
    try:
        line_id = store.write(furnish)
        request = SendRequest(
            line_id=line_id, identity=WORKER, text="Dienst om zes uur", author=Author(rule="bench")
        )

        def accept_together(_: int) -> None:
            waiting = [store.submit(lambda tx: accept(tx, request)) for _ in range(TOGETHER)]
            for each in waiting:
                each.result()

        return TOGETHER * _rate(accept_together)
    finally:
        store.close()


def furnish(tx: Tx) -> str:
    """A branch, a line and a contact who wrote to it; the id of the line."""
    branch_id = branches.add_branch(tx, "Bench")
    line_id = lines.add_line(tx, branch_id=branch_id, number=LINE)
    contact_id = contacts.ensure(tx, WORKER)
    consent.record(
        tx,
        identity=WORKER,
        contact_id=contact_id,
        line_id=line_id,
        kind=ConsentKind.WROTE_FIRST,
        channel=Channel.SMS,
        recorded_by="bench",
    )
    return line_id
