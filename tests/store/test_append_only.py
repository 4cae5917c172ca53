"""The one change that the consent ledger allows, and the one that the event log allows."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.events import EventKind
from appliance.store.store import Store, Tx

STANDS_FOR = "erased:5f2c"
ERASE = "UPDATE consent SET value = 'erased:5f2c'"
WRITTEN_DOWN = "INSERT INTO erasure VALUES ('erased:5f2c', 'tel', 1)"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """One entry of the ledger and three events."""

    def fill(tx: Tx) -> None:
        tx.conn.execute("INSERT INTO contact (id, created_ms) VALUES ('c', 0)")
        tx.conn.execute(
            "INSERT INTO consent (value, scheme, contact_id, kind, recorded_by, at_ms)"
            " VALUES ('+31612345678', 'tel', 'c', 'wrote_first', 'rule', 1)"
        )
        for _ in range(3):
            tx.emit(EventKind.CONTACT_CREATED, contact_id="c")

    opened = Store(tmp_path / "balie.db", ManualClock(at_ms=1_000))
    opened.write(fill)
    yield opened
    opened.close()


def run(store: Store, *statements: str) -> None:
    def work(tx: Tx) -> None:
        for statement in statements:
            tx.conn.execute(statement)

    store.write(work)


def seqs(store: Store) -> list[int]:
    return store.read(lambda conn: [row[0] for row in conn.execute("SELECT seq FROM event")])


def test_a_number_gives_way_to_what_stands_for_it(store: Store) -> None:
    """It is allowed once a row says that the person was erased; the rest of the entry stays."""
    run(store, WRITTEN_DOWN, ERASE)
    row = store.read(lambda conn: conn.execute("SELECT value, kind, at_ms FROM consent").fetchone())
    assert tuple(row) == (STANDS_FOR, "wrote_first", 1)


@pytest.mark.parametrize(
    "change",
    [
        ERASE,
        f"{ERASE}, kind = 'opted_in'",
        f"{ERASE}, words = 'ja'",
        f"{ERASE}, scheme = 'alpha'",
        "UPDATE consent SET value = '+31687654321'",
        "UPDATE consent SET kind = 'opted_in'",
        "DELETE FROM consent",
    ],
)
def test_nothing_else_of_the_ledger_changes(store: Store, change: str) -> None:
    """No change without that row, of another column, or for another number."""
    if change != ERASE:
        run(store, WRITTEN_DOWN)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        run(store, change)


def test_old_events_go_where_it_is_written_down(store: Store) -> None:
    """Events below the named one may go; the others stay."""
    run(store, "INSERT INTO event_retention VALUES (2, 1)", "DELETE FROM event WHERE seq < 2")
    assert seqs(store) == [2, 3]


@pytest.mark.parametrize(
    ("note", "change"),
    [
        ("", "DELETE FROM event WHERE seq = 1"),
        ("INSERT INTO event_retention VALUES (2, 1)", "DELETE FROM event WHERE seq = 2"),
        ("INSERT INTO event_retention VALUES (9, 1)", "DELETE FROM event WHERE seq = 3"),
        ("INSERT INTO event_retention VALUES (9, 1)", "UPDATE event SET at_ms = 0"),
    ],
)
def test_no_other_event_goes_or_changes(store: Store, note: str, change: str) -> None:
    """The newest never goes: its number must not be used again."""
    if note:
        run(store, note)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        run(store, change)
    assert seqs(store) == [1, 2, 3]
