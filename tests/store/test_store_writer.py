"""The one writer: a shared commit, each write for itself, and no answer before the commit."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from appliance.clock import ManualClock
from appliance.errors import Refused, StoreUnavailable
from appliance.events import EventKind
from appliance.store import branches, events, lines
from appliance.store.connection import PAGE_BYTES, connect_reader, connect_writer
from appliance.store.store import Store, Tx
from appliance.store.writer import Writer

WITHIN_S = 60


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "balie.db", ManualClock(at_ms=1_000))
    yield opened
    opened.close()


def add(name: str) -> Callable[[Tx], str]:
    return lambda tx: branches.add_branch(tx, name)


def names(store: Store) -> list[str]:
    return [each.name for each in store.read(branches.branches)]


class Busy:
    """Keeps the writer's thread busy, so that work submitted now waits together."""

    def __init__(self, store: Store) -> None:
        self._free = threading.Event()
        taken_up = threading.Event()

        def work(tx: Tx) -> None:
            taken_up.set()
            self._free.wait(WITHIN_S)

        self.done: Future[None] = store.submit(work)
        taken_up.wait(WITHIN_S)

    def let_go(self) -> None:
        self._free.set()
        self.done.result(WITHIN_S)


def test_writes_that_wait_share_one_commit(store: Store) -> None:
    """Ten pieces of work that wait together need one commit, and all are kept."""
    commits: list[None] = []
    busy = Busy(store)
    waiting = [store.submit(add(f"B{i}")) for i in range(10)]
    store.on_commit(lambda: commits.append(None))
    busy.let_go()
    ids = [each.result(WITHIN_S) for each in waiting]
    assert len(set(ids)) == 10
    assert len(commits) == 2  # one for the work that kept it busy, one for all the others
    assert len(names(store)) == 10


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda tx: branches.add_branch(tx, "B0"), Refused),
        (
            lambda tx: tx.conn.execute(
                "INSERT INTO branch (id, name, created_ms) VALUES ('x', 'B0', 0)"
            ),
            sqlite3.IntegrityError,
        ),
        (lambda tx: tx.now_ms / 0, ZeroDivisionError),
    ],
    ids=["refused by us", "refused by a constraint", "a bug"],
)
def test_a_failing_write_takes_only_itself_back(
    store: Store, wrong: Callable[[Tx], Any], error: type[Exception]
) -> None:
    """Inside a shared commit only the failing work's own writes are undone."""

    def half_done(tx: Tx) -> None:
        tx.conn.execute("INSERT INTO meta (name, value) VALUES ('half', 'done')")
        wrong(tx)

    busy = Busy(store)
    before, failing, after = (
        store.submit(add("B0")),
        store.submit(half_done),
        store.submit(add("B1")),
    )
    busy.let_go()
    assert before.result(WITHIN_S)
    assert after.result(WITHIN_S)
    with pytest.raises(error):
        failing.result(WITHIN_S)
    assert names(store) == ["B0", "B1"]
    assert store.read(lambda conn: conn.execute("SELECT count(*) FROM meta").fetchone()[0]) == 0


def test_nobody_is_told_before_the_commit(store: Store) -> None:
    """When a write's answer arrives, another connection sees what it wrote."""
    busy = Busy(store)
    seen: SimpleQueue[list[str]] = SimpleQueue()
    pending = store.submit(add("B0"))
    pending.add_done_callback(lambda _: seen.put(names(store)))
    assert not pending.done()
    busy.let_go()
    assert seen.get(timeout=WITHIN_S) == ["B0"]


def test_a_listener_hears_of_a_commit_that_can_be_read(store: Store) -> None:
    """A reader that is told of a commit finds what was committed."""
    seen: list[list[str]] = []
    store.on_commit(lambda: seen.append(names(store)))
    store.write(add("B0"))
    assert seen == [["B0"]]


def test_a_failing_listener_does_not_stop_the_writer(store: Store) -> None:
    """A browser's feed whose event loop is gone disturbs no write."""

    def broken() -> None:
        raise RuntimeError("Event loop is closed")

    store.on_commit(broken)
    store.write(add("B0"))
    store.write(add("B1"))
    assert names(store) == ["B0", "B1"]


def test_who_stops_waiting_does_not_stop_the_writer(store: Store) -> None:
    """A request that was cancelled before its turn is not written, and the next one is."""
    busy = Busy(store)
    given_up, other = store.submit(add("B0")), store.submit(add("B1"))
    assert given_up.cancel()
    busy.let_go()
    other.result(WITHIN_S)
    store.write(add("B2"))
    assert names(store) == ["B1", "B2"]


def test_what_was_submitted_before_closing_is_kept(tmp_path: Path) -> None:
    """Closing finishes the work that waits and refuses later work."""
    path = tmp_path / "balie.db"
    store = Store(path, ManualClock(at_ms=1))
    waiting = [store.submit(add(f"B{i}")) for i in range(100)]
    store.close()
    assert all(each.done() for each in waiting)
    with pytest.raises(StoreUnavailable, match="stopping"):
        store.write(add("late"))
    again = Store(path, ManualClock(at_ms=2))
    assert len(names(again)) == 100
    again.close()


def test_a_write_is_never_left_without_an_answer(tmp_path: Path) -> None:
    """Threads that write while the store closes all get an answer: kept, or refused."""
    store = Store(tmp_path / "balie.db", ManualClock(at_ms=1))
    answers: list[Future[str]] = []
    started = threading.Barrier(5)

    def submit(number: int) -> None:
        started.wait(WITHIN_S)
        answers.extend(store.submit(add(f"{number}-{i}")) for i in range(50))

    threads = [threading.Thread(target=submit, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    started.wait(WITHIN_S)
    store.close()
    for each in threads:
        each.join(WITHIN_S)
    assert len(answers) == 200
    errors = [each.exception(WITHIN_S) for each in answers]
    assert {type(error) for error in errors if error} <= {StoreUnavailable}


def test_one_transaction_has_one_time(store: Store) -> None:
    """All writes of one piece of work have the same time."""

    def work(tx: Tx) -> None:
        tx.emit(EventKind.BRANCH_ADDED)
        store.clock.at_ms += 5  # type: ignore[attr-defined]  # the ManualClock above
        tx.emit(EventKind.BRANCH_ADDED)

    store.write(work)
    times = {each.at_ms for each in store.read(lambda conn: events.after(conn, 0))}
    assert times == {1_000}


def test_readers_cannot_write(store: Store) -> None:
    """Whatever a read function asks for, its connection refuses to change anything."""
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        store.read(lambda conn: conn.execute("INSERT INTO meta VALUES ('a', 'b')"))
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        store.read(lambda conn: conn.executescript("PRAGMA query_only = OFF; DELETE FROM meta"))


def test_what_must_survive_a_power_cut_is_synced(store: Store) -> None:
    """The writer commits with `synchronous` FULL in a write-ahead log, with foreign keys on."""

    def pragmas(tx: Tx) -> list[Any]:
        wanted = ("synchronous", "journal_mode", "foreign_keys")
        return [tx.conn.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted]

    assert store.write(pragmas) == [2, "wal", 1]


def test_what_need_not_survive_a_power_cut_waits_for_no_disk(store: Store) -> None:
    """Beside what must survive it is synced with that, and afterwards everything is again."""

    def level(tx: Tx) -> int:
        return int(tx.conn.execute("PRAGMA synchronous").fetchone()[0])

    assert store.write(level, durable=False) == 1
    assert store.write(level) == 2
    busy = Busy(store)
    waiting = [store.submit(level, durable=durable) for durable in (False, True, False)]
    busy.let_go()
    assert [each.result(WITHIN_S) for each in waiting] == [2, 2, 2]


def test_a_new_database_has_small_pages_and_its_copies_too(store: Store, tmp_path: Path) -> None:
    """A commit writes whole pages."""
    store.copy_to(tmp_path / "copy.db")
    for path in (store.path, tmp_path / "copy.db"):
        with closing(connect_reader(path)) as conn:
            assert conn.execute("PRAGMA page_size").fetchone()[0] == PAGE_BYTES == 1024


@pytest.mark.parametrize("table", ["event", "consent"])
@pytest.mark.parametrize("change", ["UPDATE {} SET at_ms = 0", "DELETE FROM {}"])
def test_the_log_and_the_ledger_are_append_only(store: Store, table: str, change: str) -> None:
    """A row of the event log or of the consent ledger cannot be changed or deleted."""

    def fill(tx: Tx) -> None:
        tx.conn.execute("INSERT INTO contact (id, created_ms) VALUES ('c', 0)")
        tx.conn.execute(
            "INSERT INTO consent (value, scheme, contact_id, kind, recorded_by, at_ms)"
            " VALUES ('+31612345678', 'tel', 'c', 'wrote_first', 'rule', 1)"
        )
        tx.emit(EventKind.CONTACT_CREATED, contact_id="c")

    store.write(fill)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        store.write(lambda tx: tx.conn.execute(change.format(table)))
    kept = store.read(lambda conn: conn.execute(f"SELECT at_ms FROM {table}").fetchall())  # noqa: S608 -- two names of ours
    assert [row[0] for row in kept] == [1 if table == "consent" else 1_000]


def test_an_event_belongs_to_the_branch_of_its_line(store: Store) -> None:
    """A person who may see a branch finds the events of its lines under it."""

    def work(tx: Tx) -> tuple[str, str]:
        branch_id = branches.add_branch(tx, "Utrecht")
        return branch_id, lines.add_line(tx, branch_id=branch_id, number="+31612345678")

    branch_id, line_id = store.write(work)
    last = store.read(lambda conn: events.after(conn, 0))[-1]
    assert (last.kind, last.line_id, last.branch_id) == (EventKind.LINE_ADDED, line_id, branch_id)


def test_an_event_s_number_is_never_used_again(store: Store) -> None:
    """A cursor that has got a sequence never gets another event under it."""
    store.write(lambda tx: tx.emit(EventKind.BRANCH_ADDED))

    def failing(tx: Tx) -> float:
        tx.emit(EventKind.BRANCH_ADDED)
        return tx.now_ms / 0

    with pytest.raises(ZeroDivisionError):
        store.write(failing)
    store.write(lambda tx: tx.emit(EventKind.LINE_ADDED))
    found = store.read(lambda conn: events.after(conn, 0))
    assert [each.seq for each in found] == sorted({each.seq for each in found})
    assert store.read(events.last_seq) == found[-1].seq
    assert store.read(lambda conn: events.after(conn, found[-1].seq)) == []


def test_events_come_in_pages(store: Store) -> None:
    """A reader that asks for two gets two, and resumes where it stopped."""
    for _ in range(5):
        store.write(lambda tx: tx.emit(EventKind.BRANCH_ADDED))
    pages, cursor = [], 0
    while page := store.read(lambda conn: events.after(conn, cursor, limit=2)):  # noqa: B023 -- read at once
        pages.append(len(page))
        cursor = page[-1].seq
    assert pages == [2, 2, 1]


@pytest.mark.parametrize("stays", [True, False])
def test_who_gives_way_knows_when_nothing_is_written(tmp_path: Path, stays: bool) -> None:
    """From the moment in which a write is handed over until it is done."""
    path, go_on = tmp_path / "balie.db", threading.Event()
    writer = Writer(path, connect_writer(path), lambda: None, lambda _: None, stays=stays)
    assert writer.rests_within(WITHIN_S)
    waiting = [writer.submit(lambda _: go_on.wait(WITHIN_S)) for _ in range(2)]
    assert not writer.rests_within(0)
    go_on.set()
    assert [each.result(WITHIN_S) for each in waiting] == [True, True]
    assert writer.rests_within(WITHIN_S)
    writer.close()
