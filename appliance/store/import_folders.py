"""Folders in which another system leaves its people, and what became of each file, at the SQL edge.

A run is kept for three months, and with it no name and no number: only whom each row was about.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from appliance.errors import NotFound
from appliance.store.store import Tx

KEPT_MS = 92 * 24 * 3_600_000
NEWEST = 100


class ImportState(StrEnum):
    #: Somebody has to look first.
    WAITING = "waiting"
    #: Somebody looked, and it may be taken in, or may not.
    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFolder:
    """`name` is its place below the config's folder; `mapping` by column what it is, empty for what
    is left out, and None while nobody has said so. `branch` is empty for the whole company.
    """

    id: str
    branch_id: str | None
    branch: str
    name: str
    mapping: Mapping[str, str] | None
    most_percent: int
    created_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRun:
    """`why` and `what` say for what it waits, or why it was refused; `counts` by verdict."""

    id: str
    folder: ImportFolder
    file: str
    digest: bytes
    state: ImportState
    why: str
    what: str
    counts: Mapping[str, int]
    decided_by: str
    at_ms: int
    ended_ms: int | None

    @property
    def waits(self) -> bool:
        return self.state is ImportState.WAITING


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRow:
    row: int
    verdict: str
    reason: str
    what: str
    contact_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenFile:
    """A file that was taken in, by its own name; it lies in `done/` of its folder until somebody
    takes it away.
    """

    folder: str
    file: str
    ended_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnd:
    state: ImportState
    why: str = ""
    what: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    rows: Sequence[ImportedRow] = ()


def folders(conn: sqlite3.Connection) -> Sequence[ImportFolder]:
    """By name."""
    rows = conn.execute(f"{_FOLDERS} WHERE f.removed_ms IS NULL ORDER BY f.name")
    return [_folder(row) for row in rows]


def folder(conn: sqlite3.Connection, folder_id: str) -> ImportFolder:
    """Raises NotFound."""
    asked = f"{_FOLDERS} WHERE f.removed_ms IS NULL AND f.id = ?"
    row = conn.execute(asked, (folder_id,)).fetchone()
    if row is None:
        raise NotFound("folder")
    return _folder(row)


def add_folder(
    tx: Tx, name: str, *, branch_id: str | None, most_percent: int, staff_id: str | None
) -> str:
    folder_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO import_folder (id, branch_id, name, most_percent, staff_id, created_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (folder_id, branch_id, name, most_percent, staff_id, tx.now_ms),
    )
    return folder_id


def remove_folder(tx: Tx, folder_id: str) -> None:
    tx.conn.execute(
        "UPDATE import_folder SET removed_ms = ? WHERE id = ? AND removed_ms IS NULL",
        (tx.now_ms, folder_id),
    )
    open_runs = "SELECT id FROM import_run WHERE folder_id = ? AND ended_ms IS NULL"
    for row in tx.conn.execute(open_runs, (folder_id,)).fetchall():
        end_run(tx, row["id"], RunEnd(state=ImportState.REFUSED, why="gone"))


def remember(tx: Tx, folder_id: str, mapping: Mapping[str, str]) -> None:
    kept = json.dumps(dict(mapping), ensure_ascii=False)
    tx.conn.execute("UPDATE import_folder SET mapping = ? WHERE id = ?", (kept, folder_id))


def set_most(tx: Tx, folder_id: str, most_percent: int) -> None:
    tx.conn.execute(
        "UPDATE import_folder SET most_percent = ? WHERE id = ?", (most_percent, folder_id)
    )


def open_run(conn: sqlite3.Connection, folder_id: str, file: str) -> ImportRun | None:
    asked = f"{_RUNS} WHERE r.folder_id = ? AND r.file = ? AND r.ended_ms IS NULL"
    row = conn.execute(asked, (folder_id, file)).fetchone()
    return None if row is None else _run(row)


def last_run(conn: sqlite3.Connection, folder_id: str, file: str) -> ImportRun | None:
    """The newest that is over, of the file of this name."""
    asked = f"{_RUNS} WHERE r.folder_id = ? AND r.file = ? AND r.ended_ms IS NOT NULL"
    row = conn.execute(f"{asked} ORDER BY r.id DESC LIMIT 1", (folder_id, file)).fetchone()
    return None if row is None else _run(row)


def open_runs(conn: sqlite3.Connection, folder_id: str) -> Sequence[ImportRun]:
    rows = conn.execute(f"{_RUNS} WHERE r.folder_id = ? AND r.ended_ms IS NULL", (folder_id,))
    return [_run(row) for row in rows]


def waiting(conn: sqlite3.Connection) -> Sequence[ImportRun]:
    """Those that somebody has to look at."""
    rows = conn.execute(f"{_RUNS} WHERE r.ended_ms IS NULL AND r.state = 'waiting'")
    return [_run(row) for row in rows]


def run(conn: sqlite3.Connection, run_id: str) -> ImportRun:
    """Raises NotFound."""
    row = conn.execute(f"{_RUNS} WHERE r.id = ?", (run_id,)).fetchone()
    if row is None:
        raise NotFound("import")
    return _run(row)


def newest_runs(conn: sqlite3.Connection) -> Sequence[ImportRun]:
    """Those that wait first, then the newest."""
    rows = conn.execute(f"{_RUNS} ORDER BY r.ended_ms IS NOT NULL, r.id DESC LIMIT {NEWEST}")
    return [_run(row) for row in rows]


def begin_run(
    tx: Tx,
    folder_id: str,
    file: str,
    digest: bytes,
    *,
    why: str,
    what: str = "",
    counts: Mapping[str, int],
) -> str:
    """It waits for somebody."""
    run_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO import_run (id, folder_id, file, digest, state, why, what, counts, at_ms)"
        " VALUES (?, ?, ?, ?, 'waiting', ?, ?, ?, ?)",
        (run_id, folder_id, file, digest, why, what, json.dumps(dict(counts)), tx.now_ms),
    )
    return run_id


def decide(tx: Tx, run_id: str, state: ImportState, *, staff_id: str | None) -> None:
    tx.conn.execute(
        "UPDATE import_run SET state = ?, staff_id = ? WHERE id = ? AND ended_ms IS NULL",
        (state, staff_id, run_id),
    )


def end_run(tx: Tx, run_id: str, end: RunEnd) -> None:
    tx.conn.execute(
        "UPDATE import_run SET state = ?, why = ?, what = ?, counts = ?, ended_ms = ? WHERE id = ?",
        (end.state, end.why, end.what, json.dumps(dict(end.counts)), tx.now_ms, run_id),
    )
    tx.conn.executemany(
        "INSERT INTO import_row (run_id, row, verdict, reason, what, contact_id)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [
            (run_id, each.row, each.verdict, each.reason, each.what, each.contact_id)
            for each in end.rows
        ],
    )


def rows_of(conn: sqlite3.Connection, run_id: str) -> Sequence[ImportedRow]:
    rows = conn.execute(
        "SELECT row, verdict, reason, what, contact_id FROM import_row WHERE run_id = ?"
        " ORDER BY row",
        (run_id,),
    )
    return [ImportedRow(**dict(row)) for row in rows]


def taken_with(conn: sqlite3.Connection, contact_ids: Sequence[str]) -> Sequence[TakenFile]:
    """The files that said something of these people, the newest first. Of one that said nothing
    new of them nobody knows.
    """
    about = (json.dumps(list(contact_ids)),)
    return [TakenFile(**dict(row)) for row in conn.execute(_TAKEN_WITH, about)]


def forget_old(tx: Tx) -> None:
    before = (tx.now_ms - KEPT_MS,)
    old = "SELECT id FROM import_run WHERE ended_ms < ?"
    tx.conn.execute(f"DELETE FROM import_row WHERE run_id IN ({old})", before)  # noqa: S608 -- our own words
    tx.conn.execute("DELETE FROM import_run WHERE ended_ms < ?", before)


def _folder(row: sqlite3.Row) -> ImportFolder:
    mapping = row["mapping"]
    return ImportFolder(
        id=row["folder_id"],
        branch_id=row["branch_id"],
        branch=row["branch"] or "",
        name=row["name"],
        mapping=None if mapping is None else json.loads(mapping),
        most_percent=row["most_percent"],
        created_ms=row["created_ms"],
    )


def _run(row: sqlite3.Row) -> ImportRun:
    return ImportRun(
        id=row["id"],
        folder=_folder(row),
        file=row["file"],
        digest=row["digest"],
        state=ImportState(row["state"]),
        why=row["why"],
        what=row["what"],
        counts=json.loads(row["counts"]),
        decided_by=row["decided_by"] or "",
        at_ms=row["at_ms"],
        ended_ms=row["ended_ms"],
    )


_TAKEN_WITH = """
SELECT DISTINCT f.name AS folder, r.file, r.ended_ms FROM import_row w
JOIN import_run r ON r.id = w.run_id JOIN import_folder f ON f.id = r.folder_id
WHERE w.contact_id IN (SELECT value FROM json_each(?)) AND r.state = 'done'
ORDER BY r.ended_ms DESC
"""
_OF_FOLDER = """
f.id AS folder_id, f.branch_id, b.name AS branch, f.name, f.mapping, f.most_percent, f.created_ms
"""
_FOLDERS = f"""
SELECT {_OF_FOLDER} FROM import_folder f LEFT JOIN branch b ON b.id = f.branch_id
"""  # noqa: S608 -- our own words
_RUNS = f"""
SELECT r.id, r.file, r.digest, r.state, r.why, r.what, r.counts, r.at_ms, r.ended_ms,
  s.name AS decided_by, {_OF_FOLDER}
FROM import_run r JOIN import_folder f ON f.id = r.folder_id
LEFT JOIN branch b ON b.id = f.branch_id LEFT JOIN staff s ON s.id = r.staff_id
"""  # noqa: S608 -- our own words
