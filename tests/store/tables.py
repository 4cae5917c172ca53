"""What a database holds, to compare it with a copy."""

import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

Rows = list[tuple[object, ...]]


def tables_of(path: Path, *, but: Collection[str] = ()) -> dict[str, Rows]:
    """All rows of a sound database by table, without those of the tables in `but`."""
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        names = conn.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            " AND sql NOT LIKE 'CREATE VIRTUAL%'"  # what they hold lies in tables beside them
        ).fetchall()
        return {
            # The nought is a second column for tables that have one.
            name: conn.execute(f"SELECT *, 0 FROM {name} ORDER BY 1, 2").fetchall()  # noqa: S608 -- our own names
            for (name,) in names
            if name not in but
        }
