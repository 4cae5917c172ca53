"""Archives at the SQL edge: what was asked to be taken out, how far it is, and whose it holds.

The row outlives its file: by its hash anybody may later prove that a file is the one that Balie
made.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from appliance.store.store import Tx

FOLDER = "exports"
"""Below the data directory."""


class ArchiveFormat(Enum):
    PDF = "pdf"
    JSON = "json"
    #: Both, with the files of the messages.
    ZIP = "zip"


class ArchiveState(Enum):
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETE = "complete"
    FAILED = "failed"
    #: It was made, and its file is gone.
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveScope:
    """Of one of the three; from one moment up to before another."""

    line_id: str | None = None
    contact_id: str | None = None
    conversation_id: str | None = None
    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArchive:
    """Neither staff nor token: the clock asked, for a quarter."""

    scope: ArchiveScope
    format: ArchiveFormat
    language: str
    staff_id: str | None = None
    token_id: str | None = None
    quarter: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveJob:
    """`messages` is None until they were counted, `done` how many are written. `name` is the file,
    a path where it lies in the company's own folder. `why` is a code.
    """

    id: str
    scope: ArchiveScope
    format: ArchiveFormat
    language: str
    staff_id: str | None
    token_id: str | None
    quarter: str | None
    state: ArchiveState
    created_ms: int
    ended_ms: int | None
    tries: int
    messages: int | None
    done: int
    name: str | None
    bytes: int | None
    sha256: str | None
    chain: str | None
    expires_ms: int | None
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFile:
    """`name` as in `ArchiveJob`; `chain` is the last hash of its chain."""

    name: str
    bytes: int
    sha256: str
    chain: str
    expires_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterSettings:
    """`folder` None: no archive is made by itself."""

    folder: str | None
    format: ArchiveFormat
    language: str


def add(tx: Tx, new: NewArchive) -> str:
    """Its id."""
    archive_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO archive (id, staff_id, token_id, line_id, contact_id, conversation_id,"
        " quarter, from_ms, until_ms, format, language, created_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            archive_id,
            new.staff_id,
            new.token_id,
            new.scope.line_id,
            new.scope.contact_id,
            new.scope.conversation_id,
            new.quarter,
            new.scope.from_ms,
            new.scope.until_ms,
            new.format.value,
            new.language,
            tx.now_ms,
        ),
    )
    return archive_id


def find(conn: sqlite3.Connection, archive_id: str) -> ArchiveJob | None:
    row = conn.execute("SELECT * FROM archive WHERE id = ?", (archive_id,)).fetchone()
    return None if row is None else from_row(row)


def next_open(conn: sqlite3.Connection) -> ArchiveJob | None:
    """The oldest that is not made yet; one that was being made when the process ended is first."""
    row = conn.execute(
        "SELECT * FROM archive WHERE state IN ('queued', 'running')"
        " ORDER BY state = 'queued', created_ms LIMIT 1"
    ).fetchone()
    return None if row is None else from_row(row)


def begin(tx: Tx, archive_id: str) -> None:
    """From its first message on, whatever was done of it before."""
    tx.conn.execute("DELETE FROM archive_part WHERE archive_id = ?", (archive_id,))
    tx.conn.execute(
        "UPDATE archive SET state = 'running', tries = tries + 1, done = 0, messages = NULL"
        " WHERE id = ?",
        (archive_id,),
    )


def take_back_try(tx: Tx, archive_id: str) -> None:
    """The process was asked to end while it made this one, which is no fault of the archive."""
    tx.conn.execute("UPDATE archive SET tries = max(tries - 1, 0) WHERE id = ?", (archive_id,))


def note_parts(tx: Tx, archive_id: str, conversation_ids: Iterable[str]) -> None:
    tx.conn.execute(
        "INSERT OR IGNORE INTO archive_part (archive_id, conversation_id, branch_id, contact_id)"
        " SELECT ?, c.id, line.branch_id, c.contact_id FROM json_each(?) wanted"
        " JOIN conversation c ON c.id = wanted.value JOIN line ON line.id = c.line_id",
        (archive_id, json.dumps(list(conversation_ids))),
    )


def note_count(tx: Tx, archive_id: str, messages: int) -> None:
    tx.conn.execute("UPDATE archive SET messages = ? WHERE id = ?", (messages, archive_id))


def note_done(tx: Tx, archive_id: str, done: int) -> None:
    tx.conn.execute("UPDATE archive SET done = ? WHERE id = ?", (done, archive_id))


def complete(tx: Tx, archive_id: str, made: MadeFile, done: int) -> bool:
    """False where it is to be made again, because somebody in it was erased meanwhile."""
    completed = tx.conn.execute(
        "UPDATE archive SET state = 'complete', ended_ms = ?, name = ?, bytes = ?, sha256 = ?,"
        " chain = ?, expires_ms = ?, messages = ?, done = ?, why = NULL"
        " WHERE id = ? AND state = 'running'",
        (
            tx.now_ms,
            made.name,
            made.bytes,
            made.sha256,
            made.chain,
            made.expires_ms,
            done,
            done,
            archive_id,
        ),
    )
    return completed.rowcount > 0


def make_again(tx: Tx, archive_id: str) -> None:
    """What is being made of it now is thrown away."""
    tx.conn.execute("UPDATE archive SET state = 'queued', tries = 0 WHERE id = ?", (archive_id,))


def fail(tx: Tx, archive_id: str, why: str) -> None:
    """A quarter may be asked for again then."""
    tx.conn.execute(
        "UPDATE archive SET state = 'failed', ended_ms = ?, why = ?, quarter = NULL WHERE id = ?",
        (tx.now_ms, why, archive_id),
    )


def over(conn: sqlite3.Connection, now_ms: int) -> Sequence[ArchiveJob]:
    """Those whose file has to go."""
    rows = conn.execute(
        "SELECT * FROM archive WHERE state = 'complete' AND expires_ms <= ? LIMIT 100", (now_ms,)
    )
    return [from_row(row) for row in rows]


def complete_ones(conn: sqlite3.Connection) -> Sequence[ArchiveJob]:
    """Those that ought to have a file."""
    rows = conn.execute("SELECT * FROM archive WHERE state = 'complete'")
    return [from_row(row) for row in rows]


def expire(tx: Tx, archive_id: str) -> None:
    """Its file is gone."""
    tx.conn.execute("UPDATE archive SET state = 'expired' WHERE id = ?", (archive_id,))


def by_sha256(conn: sqlite3.Connection, sha256: str) -> ArchiveJob | None:
    row = conn.execute(
        "SELECT * FROM archive WHERE sha256 = ? ORDER BY created_ms DESC LIMIT 1", (sha256,)
    ).fetchone()
    return None if row is None else from_row(row)


def with_person(conn: sqlite3.Connection, contact_id: str) -> Sequence[ArchiveJob]:
    """Those whose files hold what this person wrote or was sent, and are not gone; groups, too."""
    return [from_row(row) for row in conn.execute(_WITH_PERSON, {"contact": contact_id})]


def quarter_settings(conn: sqlite3.Connection) -> QuarterSettings:
    row = conn.execute("SELECT folder, format, language FROM archive_house").fetchone()
    return QuarterSettings(
        folder=row["folder"],
        format=ArchiveFormat(row["format"]),
        language=row["language"],
    )


def set_quarter_settings(tx: Tx, told: QuarterSettings) -> None:
    tx.conn.execute(
        "UPDATE archive_house SET folder = ?, format = ?, language = ?",
        (told.folder, told.format.value, told.language),
    )


def quarters_of(conn: sqlite3.Connection, quarter: str) -> frozenset[str]:
    """The lines whose archive of that quarter was asked for already."""
    rows = conn.execute("SELECT line_id FROM archive WHERE quarter = ?", (quarter,))
    return frozenset(row["line_id"] for row in rows)


def failed_since(conn: sqlite3.Connection, at_ms: int) -> frozenset[tuple[str, int, int]]:
    """Line and period of those that the clock asked for and that failed since then."""
    rows = conn.execute(
        "SELECT line_id, from_ms, until_ms FROM archive WHERE state = 'failed'"
        " AND staff_id IS NULL AND token_id IS NULL AND ended_ms > ?",
        (at_ms,),
    )
    return frozenset((row["line_id"], row["from_ms"], row["until_ms"]) for row in rows)


def from_row(row: sqlite3.Row) -> ArchiveJob:
    return ArchiveJob(
        id=row["id"],
        scope=ArchiveScope(
            line_id=row["line_id"],
            contact_id=row["contact_id"],
            conversation_id=row["conversation_id"],
            from_ms=row["from_ms"],
            until_ms=row["until_ms"],
        ),
        format=ArchiveFormat(row["format"]),
        language=row["language"],
        staff_id=row["staff_id"],
        token_id=row["token_id"],
        quarter=row["quarter"],
        state=ArchiveState(row["state"]),
        created_ms=row["created_ms"],
        ended_ms=row["ended_ms"],
        tries=row["tries"],
        messages=row["messages"],
        done=row["done"],
        name=row["name"],
        bytes=row["bytes"],
        sha256=row["sha256"],
        chain=row["chain"],
        expires_ms=row["expires_ms"],
        why=row["why"],
    )


_WITH_PERSON = """
SELECT a.* FROM archive a WHERE a.state IN ('running', 'complete') AND a.id IN (
  SELECT p.archive_id FROM archive_part p WHERE p.contact_id = :contact
  UNION ALL SELECT p.archive_id FROM contact k JOIN archive_part p ON p.contact_id = k.id
  WHERE k.joined_into = :contact
  UNION ALL SELECT p.archive_id FROM archive_part p WHERE p.contact_id IS NULL AND EXISTS (
    SELECT 1 FROM message m
    WHERE m.conversation_id = p.conversation_id AND m.contact_id = :contact))
ORDER BY a.created_ms
"""
