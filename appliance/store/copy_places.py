"""What became of copies at each of their places, and of the last drill, at the SQL edge."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceTold:
    """`made_ms` is the moment that the newest copy there shows, None while none came. `failed` is
    the code of why the last try brought nothing, `note` what a program said of it.
    """

    place: str
    made_ms: int | None
    copied_ms: int | None
    name: str | None
    bytes: int | None
    sha256: str | None
    kept: int
    began_ms: int
    tried_ms: int | None
    failed: str | None
    note: str | None

    @property
    def since_ms(self) -> int:
        """Since when nothing new is there."""
        return self.began_ms if self.made_ms is None else self.made_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCopy:
    """One that came to its place whole."""

    name: str
    made_ms: int
    bytes: int
    sha256: str | None
    kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillTold:
    """`failed` None: the copy was opened, checked and counted."""

    at_ms: int
    name: str
    made_ms: int
    messages: int | None = None
    people: int | None = None
    files: int | None = None
    failed: str | None = None
    note: str | None = None


def places(conn: sqlite3.Connection) -> Sequence[PlaceTold]:
    """Those that copies are to come to, the nearest first."""
    rows = conn.execute(
        "SELECT * FROM copy_place ORDER BY CASE place WHEN 'box' THEN 0 WHEN 'stick' THEN 1"
        " ELSE 2 END"
    )
    return [PlaceTold(**dict(row)) for row in rows]


def place(conn: sqlite3.Connection, name: str) -> PlaceTold | None:
    row = conn.execute("SELECT * FROM copy_place WHERE place = ?", (name,)).fetchone()
    return None if row is None else PlaceTold(**dict(row))


def begin(tx: Tx, name: str) -> None:
    """From now on copies are to come there."""
    tx.conn.execute(
        "INSERT INTO copy_place (place, began_ms) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (name, tx.now_ms),
    )


def forget(tx: Tx, name: str) -> None:
    """No copies are to come there any more; those that are there stay."""
    tx.conn.execute("DELETE FROM copy_place WHERE place = ?", (name,))


def came(tx: Tx, name: str, copy: NewCopy) -> None:
    begin(tx, name)
    tx.conn.execute(
        "UPDATE copy_place SET made_ms = ?, copied_ms = ?, name = ?, bytes = ?, sha256 = ?,"
        " kept = ?, tried_ms = ?, failed = NULL, note = NULL WHERE place = ?",
        (
            copy.made_ms,
            tx.now_ms,
            copy.name,
            copy.bytes,
            copy.sha256,
            copy.kept,
            tx.now_ms,
            name,
        ),
    )


def failed(tx: Tx, name: str, why: str, note: str) -> None:
    begin(tx, name)
    tx.conn.execute(
        "UPDATE copy_place SET tried_ms = ?, failed = ?, note = ? WHERE place = ?",
        (tx.now_ms, why, note, name),
    )


def drill(conn: sqlite3.Connection) -> DrillTold | None:
    row = conn.execute(
        "SELECT at_ms, name, made_ms, messages, people, files, failed, note FROM copy_drill"
    ).fetchone()
    return None if row is None else DrillTold(**dict(row))


def note_drill(tx: Tx, told: DrillTold) -> None:
    tx.conn.execute("DELETE FROM copy_drill")
    tx.conn.execute(
        "INSERT INTO copy_drill (id, at_ms, name, made_ms, messages, people, files, failed, note)"
        " VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            told.at_ms,
            told.name,
            told.made_ms,
            told.messages,
            told.people,
            told.files,
            told.failed,
            told.note,
        ),
    )
