"""What head office is told of the tables of a box, and what it is not."""

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

from appliance.clock import SystemClock
from appliance.slices import Privacy
from appliance.store import slice_tables
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
