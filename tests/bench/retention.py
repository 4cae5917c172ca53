"""Letting go at size: 100,000 of a million messages, while people are answered."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from sqlite3 import Connection
from statistics import quantiles

from appliance.clock import SystemClock
from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.desk.privacy.retention.letting_go import LettingGo
from appliance.errors import Refused
from appliance.identities import Identity
from appliance.runtime.retention import rest_s
from appliance.store import aging, retention_runs, shrinking, terms
from appliance.store.retention_runs import RetentionRun
from appliance.store.store import Store
from appliance.store.terms import DAY_MS, Terms
from tests.bench.benchmark import Measured, at_most
from tests.bench.desk_database import FILE, copied

GROUP = "privacy"
WANTED = 100_000
BLOCK_S, REPLY_EVERY_S = 3.0, 0.05
"""The run works and stands still by turns, so that what else the machine does costs both alike."""
LASTS_S = 420.0
"""With its rests a run of so many takes hours: it is watched for so long."""
_STEP_DAYS = 10


@dataclass(slots=True)
class Times:
    """Milliseconds that replies took, and how far the run came."""

    beside_ms: list[float] = field(default_factory=list)
    alone_ms: list[float] = field(default_factory=list)
    run: RetentionRun | None = None


@at_most(1.1, "times the p95 of a reply beside a run that lets go of 100,000 messages")
def reply_beside_retention() -> Measured:
    found = measured()
    return Measured(value=_p95(found.beside_ms) / _p95(found.alone_ms), peer=_p95(found.alone_ms))


@at_most(25, "ms of the longest transaction of that run")
def retention_longest_transaction() -> Measured:
    run = measured().run
    if run is None:
        raise LookupError("the run did not begin")
    return Measured(value=run.longest_ms)


@at_most(600, "s of work for 100,000 messages, without the rests")
def retention_of_100_000_messages() -> Measured:
    run = measured().run
    if run is None:
        raise LookupError("the run did not begin")
    return Measured(value=run.busy_ms / 1000 * WANTED / max(1, run.messages))


@cache
def measured() -> Times:
    with copied() as built:
        return measured_in(Path(built.data) / FILE)


def measured_in(path: Path) -> Times:
    shrinking.make_ready(path)
    with closing(Store(path, SystemClock())) as store:
        said = _terms(store)
        store.write(lambda tx: terms.put(tx, said, staff_id=None, token_id=None))
        people = store.read(_people)
        run_id = store.write(retention_runs.begin)
        found = _both(store, people)
        found.run = store.read(lambda conn: retention_runs.one(conn, run_id))
    return found


def _both(store: Store, people: Sequence[tuple[str, Identity]]) -> Times:
    found, works, over = Times(), threading.Event(), threading.Event()
    letting_go = LettingGo(store, store.path.parent)

    ends_s = time.monotonic() + LASTS_S

    def let_go() -> None:
        while not over.is_set():
            works.wait()
            began_s = time.monotonic()
            if not letting_go.go_on() or time.monotonic() > ends_s:
                over.set()
                return
            spent_s = time.monotonic() - began_s
            time.sleep(rest_s(spent_s, letting_go.held_s))

    thread = threading.Thread(target=let_go, daemon=True)
    thread.start()
    turn = _turns(people)
    while not over.is_set():
        for times in (found.beside_ms, found.alone_ms):
            works.set() if times is found.beside_ms else works.clear()
            until_s = time.monotonic() + BLOCK_S
            while time.monotonic() < until_s and not over.is_set():
                if (took_ms := _reply_ms(store, *next(turn))) is not None:
                    times.append(took_ms)
                time.sleep(REPLY_EVERY_S)
    thread.join()
    return found


def _turns(people: Sequence[tuple[str, Identity]]) -> Iterator[tuple[str, Identity]]:
    while True:
        yield from people


def _reply_ms(store: Store, line_id: str, to: Identity) -> float | None:
    """None to somebody who may not be written to."""
    request = SendRequest(
        line_id=line_id, identity=to, text="Dank je, tot morgen.", author=Author(rule="bench")
    )
    began_s = time.perf_counter()
    try:
        store.write(lambda tx: accept(tx, request))
    except Refused:
        return None
    return (time.perf_counter() - began_s) * 1000


def _people(conn: Connection) -> Sequence[tuple[str, Identity]]:
    rows = conn.execute(
        "SELECT c.line_id, i.value, i.scheme FROM conversation c"
        " JOIN contact_identity i ON i.contact_id = c.contact_id"
        " WHERE c.group_id IS NULL ORDER BY c.last_in_ms DESC LIMIT 500"
    )
    return [(row["line_id"], Identity(row["value"], row["scheme"])) for row in rows]


def _terms(store: Store) -> Terms:
    """By which about so many messages are too old."""
    now_ms = store.clock.now_ms()

    def due(days: int) -> int:
        said = Terms(days={(terms.Relation.ANY, terms.Keeps.TEXTS): days})
        return store.read(lambda conn: aging.due(conn, aging.walks(conn, said), now_ms).messages)

    row = store.read(
        lambda conn: conn.execute(
            "SELECT happened_ms FROM message WHERE happened_ms > 0 ORDER BY seq LIMIT 1 OFFSET ?",
            (WANTED,),
        ).fetchone()
    )
    days = max(1, (now_ms - row["happened_ms"]) // DAY_MS) if row else 1
    while due(days) < WANTED and days > _STEP_DAYS:
        days -= _STEP_DAYS
    return Terms(days={(terms.Relation.ANY, terms.Keeps.TEXTS): days})


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20)[-1]
