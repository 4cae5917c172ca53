"""The file of the database gives back the room of what is gone, also one of an older Balie."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.store import shrinking
from appliance.store.store import Store
from tests.store.tables import tables_of

KEPT = Path(__file__).parent / "kept" / "0023_login.db"
ROWS, LETTERS = 1_000, 1_000


def fill_and_empty(store: Store) -> None:
    """A megabyte is written and is gone again."""

    def fill(conn: sqlite3.Connection) -> None:
        conn.executemany(
            "INSERT INTO meta (name, value) VALUES (?, ?)",
            [(f"filler-{row}", "x" * LETTERS) for row in range(ROWS)],
        )

    store.write(lambda tx: fill(tx.conn))
    store.write(lambda tx: tx.conn.execute("DELETE FROM meta WHERE name LIKE 'filler-%'"))


def gives_back(store: Store, path: Path) -> int:
    """By how many bytes the file is smaller."""
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        before = path.stat().st_size
        freed = 0
        while more := store.write(lambda tx: shrinking.give_back(tx, 64)):
            freed += more
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert freed == before - path.stat().st_size
    return freed


def test_a_new_database_gives_room_back(tmp_path: Path) -> None:
    """In pieces, and keeps some for what comes next."""
    path = tmp_path / "balie.db"
    store = Store(path, ManualClock(at_ms=1_000))
    fill_and_empty(store)
    assert gives_back(store, path) > 600_000
    store.close()


def test_an_older_database_does_once_it_was_written_anew(tmp_path: Path) -> None:
    """Nothing in it is other than before, and a second time does nothing."""
    path = tmp_path / "balie.db"
    shutil.copy(KEPT, path)
    store = Store(path, ManualClock(at_ms=1_000))
    fill_and_empty(store)
    assert gives_back(store, path) == 0
    before = tables_of(path)
    assert shrinking.make_ready(path)
    assert tables_of(path) == before
    fill_and_empty(store)
    assert gives_back(store, path) > 600_000
    assert shrinking.make_ready(path)
    store.close()


def test_a_full_disk_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There the file stays as large as it is, and all in it."""
    path = tmp_path / "balie.db"
    shutil.copy(KEPT, path)
    Store(path, ManualClock(at_ms=1_000)).close()
    full = shutil.disk_usage(tmp_path)._replace(free=path.stat().st_size)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    assert not shrinking.make_ready(path)
    assert "message" in tables_of(path)
