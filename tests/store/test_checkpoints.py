"""The write-ahead log is copied back by a thread of its own, not by whoever commits."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.store.checkpoints import COMMITS
from appliance.store.store import Store, Tx
from tests.running_demo import eventually


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "balie.db", ManualClock(at_ms=1_000))
    yield opened
    opened.close()


def commit(store: Store, name: str) -> None:
    def work(tx: Tx) -> None:
        tx.conn.execute("INSERT INTO meta (name, value) VALUES (?, 'x')", (name,))

    store.write(work)


def copied_back(store: Store) -> set[str]:
    """What stands in the database's file without its log, where a new one has no table yet."""
    path = f"{store.path.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(path, uri=True)) as conn:
        if conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone() is None:
            return set()
        return {row[0] for row in conn.execute("SELECT name FROM meta")}


def test_the_log_is_copied_back_after_some_commits(store: Store) -> None:
    for place in range(COMMITS - 1):
        commit(store, f"name-{place}")
    assert "name-0" not in copied_back(store)
    commit(store, "last")
    eventually(lambda: "last" in copied_back(store), "the log is copied back")


def test_what_somebody_still_reads_stays_in_the_log_until_they_are_done(store: Store) -> None:
    def meanwhile(conn: sqlite3.Connection) -> None:
        conn.execute("BEGIN")
        names = "SELECT count(*) FROM meta WHERE name LIKE 'name-%'"
        assert conn.execute(names).fetchone()[0] == 0
        for place in range(COMMITS):
            commit(store, f"name-{place}")
        assert conn.execute(names).fetchone()[0] == 0
        conn.execute("COMMIT")

    store.read(meanwhile)
    for place in range(COMMITS):
        commit(store, f"later-{place}")
    eventually(lambda: "name-0" in copied_back(store), "the rest is copied back")
