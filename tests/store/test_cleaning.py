"""What is cleaned of a file: it is looked through in pieces, beside all others who use it."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.store import cleaning
from tests.fresh_store import fresh_store


def test_a_trace_astride_two_pieces_is_found_and_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pages, sought = b"..anna...bo.annabo..", [b"anna", b"bo"]
    whole = list(cleaning.places(pages, sought))
    assert sorted(whole) == [2, 9, 12, 16]
    for size in range(1, len(pages)):
        monkeypatch.setattr(cleaning, "PIECE_BYTES", size)
        assert sorted(cleaning.places(pages, sought)) == sorted(whole)


def test_the_log_is_emptied_though_somebody_copies_it_back_meanwhile(tmp_path: Path) -> None:
    """SQLite refuses that at once, however long it would wait for who reads."""
    path = tmp_path / "balie.db"
    with closing(fresh_store(path, ManualClock(at_ms=1))) as store:
        store.write(lambda tx: tx.conn.execute("INSERT INTO meta (name, value) VALUES ('a', 'a')"))
        with closing(_connected(path)) as reader, closing(_connected(path)) as looks:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM meta").fetchall()
            store.write(lambda tx: tx.conn.execute("DELETE FROM meta WHERE name = 'a'"))
            copies = threading.Thread(target=_copy_back, args=(path,))
            copies.start()
            while not looks.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[0]:
                pass
            ends = threading.Timer(0.3, reader.rollback)
            ends.start()
            cleaning.empty_log(path)
            copies.join()
            ends.join()
        assert path.with_name("balie.db-wal").stat().st_size == 0


def _connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)


def _copy_back(path: Path) -> None:
    """Waits for the reader, and lets nobody else copy meanwhile."""
    with closing(_connected(path)) as conn:
        while conn.execute("PRAGMA wal_checkpoint(FULL)").fetchone()[0]:
            pass
