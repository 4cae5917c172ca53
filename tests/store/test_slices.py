"""What head office is told of the tables of a box, and what it is not."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from appliance.clock import SystemClock
from appliance.events import Event, EventKind
from appliance.slices import Privacy
from appliance.store import slice_tables, slices
from appliance.store.slice_privacy import Mask
from appliance.store.store import Tx
from tests.fresh_store import fresh_store


def test_every_table_is_told_or_stands_with_its_reason(tmp_path: Path) -> None:
    with closing(fresh_store(tmp_path / "balie.db", SystemClock())) as store:
        found = store.read(
            lambda conn: [
                row["name"]
                for row in conn.execute(
                    "SELECT name FROM pragma_table_list WHERE schema = 'main'"
                    " AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite_%'"
                    " AND name <> '_sqlite_migrations'"
                )
            ]
        )
    named = slice_tables.named_tables()
    left_out = slice_tables.NOT_AT_OFFICE
    assert set(found) == named | left_out.keys()
    assert not named & left_out.keys()
    assert all(left_out.values())


_NOOR = (
    "INSERT INTO staff (id, name, password_hash, email, created_ms)"
    " VALUES ('s', 'Noor', 'argon2-hash', 'noor@example.com', 1)"
)
_PLANNING = (
    "INSERT INTO api_token (id, name, token_hash, scopes, created_ms, signing_key)"
    " VALUES ('t', 'Planning', 'sha-of-token', '[]', 1, 'sealed-key')"
)


def _run(tx: Tx, *, said: str) -> None:
    tx.conn.execute(said)


def test_what_opens_something_is_in_no_row_that_is_told(tmp_path: Path) -> None:
    """Not even where everything is told."""
    with closing(fresh_store(tmp_path / "balie.db", SystemClock())) as store:
        for statement in (_NOOR, _PLANNING):
            store.write(partial(_run, said=statement))

        def told(conn: sqlite3.Connection) -> str:
            mask = Mask(conn=conn, privacy=Privacy.ALL, key=b"k")
            tables = ("staff", "api_token")
            return str(
                [mask.row(t, row) for t in tables for row in conn.execute(f"SELECT * FROM {t}")]  # noqa: S608
            )

        said = store.read(told)
    assert "Noor" in said
    secrets = ("argon2-hash", "noor@example.com", "sha-of-token", "sealed-key")
    assert not [each for each in secrets if each in said]


def test_each_read_of_a_slice_finds_its_rows_by_an_index(tmp_path: Path) -> None:
    """Those of an event of each kind that names everything, of every way to a thing's rows, and of
    the walk over all. A table of a few rows is told as a whole, and groups are few.
    """
    with closing(fresh_store(tmp_path / "balie.db", SystemClock())) as store:
        said = store.read(_asked_of)
        assert len(said) > len(slice_tables.ways())
        slow = {each: store.read(partial(_scans, said=each)) for each in said}
    assert {each: found for each, found in slow.items() if found} == {}


def _asked_of(conn: sqlite3.Connection) -> set[str]:
    said: set[str] = set()
    conn.set_trace_callback(said.add)
    mask = Mask(conn=conn, privacy=Privacy.ALL, key=b"k")
    slices.slices_of(mask, _of_each_kind())
    list(slices.everything(mask))
    conn.set_trace_callback(None)
    ways = {f"SELECT * FROM {table} WHERE {name} = 'x'" for table, name in slice_tables.ways()}  # noqa: S608
    return ways | {each for each in said if each.lstrip().startswith("SELECT")}


def _of_each_kind() -> Iterator[Event]:
    names = ("call", "note", "adoption", "group", "incident", "label", "into", "list", "send")
    others = ("media", "request", "run", "round", "text", "view", "other")
    for seq, kind in enumerate(EventKind, start=1):
        facts = {name: name for name in (*names, *others)}
        yield Event(
            seq=seq,
            at_ms=1,
            kind=kind,
            branch_id="b",
            line_id="l",
            conversation_id="v",
            contact_id="c",
            message_id="m",
            device_id="d",
            staff_id="s",
            facts={**facts, "conversations": ["w"]},
        )


def _scans(conn: sqlite3.Connection, *, said: str) -> list[str]:
    """What SQLite would read as a whole."""
    few = {f"SCAN {table}" for table in slice_tables.WHOLE}
    plan = [str(row["detail"]) for row in conn.execute(f"EXPLAIN QUERY PLAN {said}")]
    return [
        each
        for each in plan
        if (each.startswith("SCAN") and each not in few and "conversation_groups" not in each)
        or "TEMP B-TREE" in each
    ]
