"""What rows of a person are made of: each value is one that no other column has."""

import sqlite3
from dataclasses import dataclass
from typing import Any

ANNA, FORMER, CLAIMED = "+31687654321", "+31687654322", "+31687654323"

BRAM, BRAM_NAME = "+31687654399", "Bram Bakker"

AT_MS = 1_772_000_000_000


@dataclass(slots=True)
class Filler:
    """Each value is one that no other column has."""

    conn: sqlite3.Connection
    line_id: str
    token_id: str
    _count: int = 0

    def time(self) -> int:
        self._count += 1
        return AT_MS + 1_000 * self._count

    def row(self, table: str, **values: Any) -> None:
        names = ", ".join(values)
        places = ", ".join(f":{name}" for name in values)
        self.conn.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", values)  # noqa: S608 -- names of ours

    def one(self, statement: str, *about: Any) -> Any:
        return self.conn.execute(statement, about).fetchone()[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class FullPerson:
    contact: str
    conversation: str
    message: str
    media_sha256: str
