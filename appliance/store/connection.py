"""Connections to the one database file, and SQLite's errors in our words."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.errors import StoreCorrupt, StoreError, StoreUnavailable

READER_CACHE_KIB = 512
"""A quarter of the default: each thread has a reader, and the system caches the file anyway."""

BUSY_TIMEOUT_S = 5.0
"""How long a write waits for another process (the CLI beside a running Balie)."""

PAGE_BYTES = 1024
"""A commit writes each page that it touches, and few rows are longer than a third of this one.

A reply wrote 50 kB with pages of 1024 bytes, 93 with 2048 and 165 with 4096; a million messages
took 1.27 GB, 1.15 and 1.12, before the inbox kept columns of its own. Set when a database is made;
copies have it from their source.
"""

LOG_PAGES = 32_000
"""The writer copies the write-ahead log back itself when it is this long, 32 MB; `checkpoints.py`
does it long before.
"""

_LOOK_AGAIN_S = 0.01

# Findings of a check that are looked through for a true one.
_FINDINGS = 10_000_000

# SQLite's words for a header that makes no sense; its code is the same as for bad SQL.
_DAMAGED_HEADER = "unsupported file format"


def connect_writer(path: Path, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> sqlite3.Connection:
    """A connection whose commits survive a power cut.

    Autocommit: the writer says BEGIN IMMEDIATE itself. One thread uses it.
    """
    with translated(path):
        conn = sqlite3.connect(
            path, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False
        )
        conn.row_factory = sqlite3.Row
        try:
            conn.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            if conn.execute("PRAGMA page_count").fetchone()[0] == 0:  # else see `shrinking.py`
                conn.execute("PRAGMA auto_vacuum = INCREMENTAL")
            _use_write_ahead_log(conn, busy_timeout_s)
            conn.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
            conn.execute("PRAGMA synchronous = FULL")
            conn.execute("PRAGMA foreign_keys = ON")
            # Erased data is overwritten: a code for a line must not stay in the file.
            conn.execute("PRAGMA secure_delete = FAST")
        except sqlite3.Error:
            conn.close()
            raise
        return conn


def _use_write_ahead_log(conn: sqlite3.Connection, busy_timeout_s: float) -> None:
    """SQLite's own wait does not cover two programs that create the database at the same time."""
    until_s = time.monotonic() + busy_timeout_s
    while True:
        try:
            conn.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as exc:
            if _primary_code(exc) != sqlite3.SQLITE_BUSY or time.monotonic() >= until_s:
                raise
            time.sleep(_LOOK_AGAIN_S)
        else:
            return


def connect_checkpointer(path: Path) -> sqlite3.Connection:
    """A connection that only copies the write-ahead log back. One thread uses it."""
    with translated(path):
        conn = sqlite3.connect(
            path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        conn.execute("PRAGMA synchronous = NORMAL")
        return conn


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write, whatever it is asked."""
    with translated(path):
        conn = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro",
            uri=True,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
        )
        conn.row_factory = sqlite3.Row
        conn.execute("PRAGMA query_only = ON")
        conn.execute(f"PRAGMA cache_size = -{READER_CACHE_KIB}")
        return conn


def damage_in(conn: sqlite3.Connection) -> str | None:
    """The first thing that SQLite's quick check finds. It reads the whole file.

    SQLite 3.40, which Debian 12 has, takes keys of a table WITHOUT ROWID for NULL.
    """
    for (found,) in conn.execute(f"PRAGMA quick_check({_FINDINGS})"):
        if found != "ok" and not found.startswith("NULL value in "):
            return str(found)
    return None


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turns SQLite's errors into ours; broken constraints and bad SQL stay as they are: bugs."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.DatabaseError as exc:
        if (ours := _ours(exc, path)) is None:
            raise
        raise ours from exc
    except UnicodeDecodeError as exc:  # SQLite quotes what stands in the damaged page
        raise _corrupt(path, "a page of it cannot be read") from exc


def is_damage(exc: sqlite3.DatabaseError) -> bool:
    return _primary_code(exc) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _ours(exc: sqlite3.DatabaseError, path: Path) -> StoreError | None:
    match _primary_code(exc):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreUnavailable(f"{path} is locked by another program; try again.")
        case sqlite3.SQLITE_FULL:
            return StoreUnavailable(f"The disk with {path} is full; make room on it.")
        case sqlite3.SQLITE_READONLY:
            return StoreUnavailable(f"{path} cannot be written; look at its owner and its disk.")
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_IOERR | sqlite3.SQLITE_PERM:
            return StoreUnavailable(f"{path} cannot be used ({exc}); look at the disk.")
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return _corrupt(path, str(exc))
        case _:
            return None


def _corrupt(path: Path, why: str) -> StoreCorrupt:
    return StoreCorrupt(f"{path} is damaged ({why}); stop Balie and put back a copy of it.")


def _primary_code(exc: sqlite3.DatabaseError) -> int:
    """SQLite's primary result code: the low byte of the extended one."""
    if _DAMAGED_HEADER in str(exc):
        return sqlite3.SQLITE_CORRUPT
    return getattr(exc, "sqlite_errorcode", 0) & 0xFF
