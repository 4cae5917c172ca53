"""The power goes: the database on the disk opens, is whole, and holds every promise."""

import os
import shutil
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from random import Random

import pytest

from appliance.clock import ManualClock
from appliance.devices.protocol import Proof, Tick, Ticks
from appliance.errors import StoreUnavailable
from appliance.messages import MessageState
from appliance.queue.recovery import doubt_everything_in_hand
from appliance.store.store import Store, Tx
from tests.long_proofs import IN_FULL
from tests.queue.counter import ANNA, MONDAY, Counter
from tests.running_demo import SETTLES_S

ROOT = Path(__file__).parents[2]
WAL_HEADER, FRAME_HEADER = 32, 24
"""Bytes, of SQLite's file format §4.1 and §4.2."""

MESSAGES = 12 if IN_FULL else 4
SNAPSHOTS = 12
FULL = 2
"""What `PRAGMA synchronous` says where each commit is synced."""


def wal_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def opened_whole(path: Path) -> set[str]:
    """The ids of the messages in a database in which SQLite finds no fault.

    Each message has its event: nothing is half written.
    """
    with closing(Store(path, ManualClock(at_ms=MONDAY))) as store:
        assert store.read(lambda conn: conn.execute("PRAGMA integrity_check").fetchone()[0]) == "ok"
        orphans = (
            "SELECT count(*) FROM message WHERE seq NOT IN"
            " (SELECT coalesce(message_seq, 0) FROM event)"
        )
        assert store.read(lambda conn: conn.execute(orphans).fetchone()[0]) == 0
        rows = store.read(lambda conn: conn.execute("SELECT id FROM message").fetchall())
        return {row[0] for row in rows}


def cuts(wal: bytes) -> Sequence[int]:
    """Every frame's beginning, and three places inside it."""
    page = struct.unpack(">I", wal[8:12])[0]
    frame = FRAME_HEADER + page
    starts = range(WAL_HEADER, len(wal) + 1, frame)
    inside = [start + at for start in starts[:-1] for at in (1, FRAME_HEADER, frame - 1)]
    return sorted([0, WAL_HEADER // 2, *starts, *inside])


@pytest.mark.proof
def test_a_log_cut_anywhere_keeps_every_message_whose_commit_was_before_the_cut(
    store: Store, counter: Counter, tmp_path: Path
) -> None:
    """The write-ahead log is cut at each frame and inside each: only what came later is missing."""
    counter.knows(ANNA)
    store.write(lambda tx: tx.conn.execute("PRAGMA wal_autocheckpoint = 0") and None)
    promised = {}
    for _ in range(MESSAGES):
        message_id = counter.queues()
        promised[message_id] = wal_of(store.path).stat().st_size
    wal = wal_of(store.path).read_bytes()
    copy = tmp_path / "cut" / "balie.db"
    copy.parent.mkdir()
    for length in cuts(wal):
        shutil.copy(store.path, copy)
        wal_of(copy).write_bytes(wal[:length])
        there = opened_whole(copy)
        assert {each for each, size in promised.items() if size <= length} <= there
        for each in copy.parent.iterdir():
            each.unlink()


def syncs_of(counter: Counter, statements: list[str]) -> list[bool]:
    """For each commit since the last time whether it waited for the disk."""
    level = int(counter.store.write(lambda tx: tx.conn.execute("PRAGMA synchronous").fetchone()[0]))
    assert level == FULL
    found, syncs = [], True
    for statement in statements:
        if statement.startswith("PRAGMA synchronous ="):
            syncs = statement.endswith("FULL")
        elif statement == "COMMIT":
            found.append(syncs)
    statements.clear()
    return found[:-1]  # the last one is the question's


def test_three_commits_of_a_message_wait_for_the_disk(counter: Counter) -> None:
    """Its being accepted, the gate and the proof; the claim, the baseline and the ticks do not."""
    counter.knows(ANNA)
    statements: list[str] = []
    counter.store.write(lambda tx: tx.conn.set_trace_callback(statements.append))
    statements.clear()
    counter.queues()
    attempt = counter.attempt()
    attempt.baseline({"rows": 0})
    with attempt.clear_to_send():
        assert syncs_of(counter, statements) == [True, False, False, True]
        attempt.baseline({"rows": 1})
    counter.work.sent(attempt, Proof(tick=Tick.SENT))
    assert syncs_of(counter, statements) == [True, True]
    counter.clock.advance(s=120)
    counter.work.visited(counter.visit(), Ticks(by_message={}))
    assert syncs_of(counter, statements) == [False]


def test_what_was_not_synced_is_done_again_after_a_power_cut(
    store: Store, counter: Counter, tmp_path: Path
) -> None:
    """A claim that is lost leaves the message in the queue, and lost ticks are read again."""
    counter.knows(ANNA)
    store.write(lambda tx: tx.conn.execute("PRAGMA wal_autocheckpoint = 0") and None)

    def after_a_cut(length: int) -> Store:
        copy = tmp_path / str(length) / "balie.db"
        copy.parent.mkdir()
        shutil.copy(store.path, copy)
        wal_of(copy).write_bytes(wal_of(store.path).read_bytes()[:length])
        doubt_everything_in_hand(again := Store(copy, counter.clock))
        return again

    message_id = counter.queues()
    synced = wal_of(store.path).stat().st_size
    attempt = counter.attempt()
    attempt.baseline({"rows": 0})
    with closing(after_a_cut(synced)) as other:
        lost = Counter(other, counter.clock, tmp_path / "evidence")
        assert lost.state(message_id) is MessageState.QUEUED
        assert lost.attempts(message_id) == []
        assert lost.sends() == message_id
    with attempt.clear_to_send():
        pass
    counter.work.sent(attempt, Proof(tick=Tick.SENT))
    synced = wal_of(store.path).stat().st_size
    counter.clock.advance(s=120)
    counter.work.visited(counter.visit(), Ticks(by_message={message_id: Tick.DELIVERED}))
    with closing(after_a_cut(synced)) as other:
        lost = Counter(other, counter.clock, tmp_path / "evidence")
        assert lost.state(message_id) is MessageState.SENT
        assert [each.message_id for each in lost.visit().sent] == [message_id]


LOAD = """
import sys
from pathlib import Path
from appliance.clock import SystemClock
from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.store.store import Store
from tests.bench.accept import WORKER, furnish

store = Store(Path(sys.argv[1]), SystemClock())
line_id = store.write(furnish)
request = SendRequest(line_id=line_id, identity=WORKER, text="Dienst om zes uur" * 20,
                      author=Author(rule="test"))
while True:
    waiting = [store.submit(lambda tx: accept(tx, request)) for _ in range(3)]
    for each in waiting:
        print(each.result().id, flush=True)
"""


def test_a_copy_at_any_moment_under_load_holds_every_acknowledged_message(tmp_path: Path) -> None:
    """The database is copied at any moment while the writer is at work."""
    path = tmp_path / "load" / "balie.db"
    child = subprocess.Popen(
        [sys.executable, "-c", LOAD, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    told: list[str] = []
    more = threading.Condition()

    def read() -> None:
        for line in child.stdout or ():
            with more:
                told.append(line.strip())
                more.notify()

    def has(count: int) -> bool:
        return len(told) >= count

    assert child.stdout
    reader = threading.Thread(target=read)
    reader.start()
    dice = Random(1)
    try:
        for place in range(SNAPSHOTS):
            wanted = len(told) + dice.randrange(1, 150)
            with more:
                assert more.wait_for(partial(has, wanted), SETTLES_S)
            os.kill(child.pid, signal.SIGSTOP)
            acknowledged = set(told)
            copy = tmp_path / f"copy{place}" / "balie.db"
            copy.parent.mkdir()
            for source, target in ((path, copy), (wal_of(path), wal_of(copy))):
                shutil.copy(source, target)
            os.kill(child.pid, signal.SIGCONT)
            assert acknowledged <= opened_whole(copy)
    finally:
        child.kill()
        child.wait()
        reader.join()
        child.stdout.close()


def no_room(tx: Tx) -> None:
    """For SQLite a page limit is a full disk: it answers SQLITE_FULL."""
    pages = tx.conn.execute("PRAGMA page_count").fetchone()[0]
    tx.conn.execute(f"PRAGMA max_page_count = {pages}")


def read_only(tx: Tx) -> None:
    """SQLITE_READONLY from now on, as when the kernel mounts a file system read-only."""
    tx.conn.execute("PRAGMA query_only = ON")


def accept_until_refused(counter: Counter) -> int:
    """Gives how many were accepted: the pages have room for a few more rows."""
    for accepted in range(1_000):
        try:
            counter.queues(text="x" * 4_000)
        except StoreUnavailable:
            return accepted
    pytest.fail("everything was accepted")


@pytest.mark.parametrize("trouble", [no_room, read_only])
def test_what_cannot_be_stored_is_not_accepted(
    counter: Counter, trouble: Callable[[Tx], None]
) -> None:
    """The caller is told, and afterwards there is no such message."""
    counter.knows(ANNA)
    counter.store.write(trouble)
    before = len(counter.outgoing())
    accepted = accept_until_refused(counter)
    assert len(counter.outgoing()) == before + accepted


def test_nothing_is_tapped_when_the_gate_cannot_be_noted(counter: Counter) -> None:
    """The disk becomes read-only between claim and tap: there is no tap."""
    counter.knows(ANNA)
    counter.queues()
    attempt = counter.attempt()
    counter.store.write(read_only)
    with pytest.raises(StoreUnavailable), attempt.clear_to_send():
        pytest.fail("the gate opened without a note of it")


def test_a_device_that_cannot_claim_touches_nothing(counter: Counter) -> None:
    """There is no attempt without its row on the disk."""
    counter.knows(ANNA)
    message_id = counter.queues()
    counter.store.write(read_only)
    with pytest.raises(StoreUnavailable):
        counter.task()
    assert counter.attempts(message_id) == []
