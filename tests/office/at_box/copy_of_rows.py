"""A copy of a box's tables that knows slices only: real SQLite with the schema of a branch."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

from appliance.clock import SystemClock
from appliance.slices import Slice, Value
from tests.fresh_store import fresh_store


class CopyOfRows:
    """Rows come before those that they refer to, so nothing is referred to; every other promise of
    the schema holds.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        fresh_store(path, SystemClock()).close()
        with closing(self._open()) as conn:
            for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
                conn.execute(f"DROP TRIGGER {name}")
            conn.commit()

    def _open(self) -> sqlite3.Connection:
        conn = sqlite3.connect(self.path)
        conn.row_factory = sqlite3.Row
        conn.execute("PRAGMA foreign_keys = OFF")
        conn.execute("PRAGMA secure_delete = ON")
        return conn

    def put(self, slices: Iterable[Slice]) -> None:
        with closing(self._open()) as conn:
            for each in slices:
                _put(conn, each)
            conn.commit()

    def rows(self, table: str) -> list[Mapping[str, Value]]:
        with closing(self._open()) as conn:
            return [dict(row) for row in conn.execute(f"SELECT * FROM {table}")]  # noqa: S608

    def tables(self) -> list[str]:
        with closing(self._open()) as conn:
            found = conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            return [row["name"] for row in found]

    def empty(self, table: str) -> None:
        with closing(self._open()) as conn:
            conn.execute(f"DELETE FROM {table}")  # noqa: S608
            conn.commit()

    def says(self, *words: str) -> set[str]:
        """Those of them that stand anywhere in the file."""
        with closing(self._open()) as conn:
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        content = self.path.read_bytes().replace(b"gm-+", b"gm-")  # ids of a test
        return {each for each in words if each.encode() in content}


def _put(conn: sqlite3.Connection, given: Slice) -> None:
    asked = " AND ".join(f"{name} = :{name}" for name in given.of) or "true"
    conn.execute(f"DELETE FROM {given.table} WHERE {asked}", dict(given.of))  # noqa: S608
    for row in given.rows:
        names = ", ".join(row)
        places = ", ".join(f":{name}" for name in row)
        conn.execute(
            f"INSERT OR REPLACE INTO {given.table} ({names}) VALUES ({places})",  # noqa: S608
            dict(row),
        )
