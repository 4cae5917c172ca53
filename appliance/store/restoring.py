"""Puts a copy back as the database of an empty data directory.

A copy knows nothing of what happened since: what waits in it may have left, and who is asked in it
may have said STOP. So every line is stopped until a person has looked, in the same step in which
the database gets its name. It gets a new epoch, too: programs that follow the events begin anew.
Which keys of devices from outside were ended since, or whose colleague was let go, nobody knows
either, so all of them end.
"""

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from appliance.errors import StoreCorrupt, StoreUnavailable
from appliance.events import EventKind
from appliance.media.kinds import MediaWhy
from appliance.reasons import Reason
from appliance.store import erasure_journal, high_water, media_copies, packing
from appliance.store.connection import connect_writer, damage_in, translated
from appliance.store.keeping import low_bytes
from appliance.store.migrations import migrations, refuse_newer
from appliance.store.part_files import (
    cannot_read,
    cannot_write,
    clear_left,
    held_part,
    keep,
    need_room,
)
from appliance.store.store import Tx

IS_RESTORED = "restored"
"""In `meta` until a start has looked who withdrew and who was erased since the copy."""
DESCENT = "epoch.descent"
"""In `meta`, until head office was told: JSON, the epoch that the copy is of and the last sequence
that it has of it."""
RESTORES = "epoch.restores"
"""In `meta`, for good: JSON, each copy that was put back as epoch and last sequence of it, the
newest first. An office that was put back itself knows the box by one of them."""
_MOST_RESTORES = 100
HEARD = "office.heard"
"""In `meta` while head office tells what happened since the copy: JSON, which parts of it came."""
MAY_HAVE_LEFT = "restored_queue"
"""In `meta` until a start has put what waits in the copy in doubt: it may have left since."""
_BLOCK_BYTES = 1024 * 1024
_KNOWS_MEDIA = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'media'"
_KNOWS_OFFICE = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'office_link'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How much a copy holds."""

    messages: int
    people: int
    files: int


_KNOWS_HOMES = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'home_key'"

# As in every schema since the first: a copy of an older Balie is migrated at the next start.
_STOP_LINES = (
    "UPDATE line SET stopped = ?, stopped_on = NULL"
    " WHERE stopped IS NULL OR stopped_on IS NOT NULL RETURNING id"
)


def restore(copy: Path, target: Path, *, clock_ms: int) -> None:
    """Raises StoreCorrupt or NewerDatabase, and StoreUnavailable where there is no room.

    The files of messages come back first; a message whose file is not there says so. Who was erased
    or withdrew since is looked up at the next start, before anything is served or sent.
    """
    erasure_journal.bring_back(copy, target.parent)
    files = media_copies.bring_back(copy, target.parent)
    with _brought(copy, target) as (part, handle):
        settle(part, target, files, clock_ms=clock_ms)
        keep(part, handle, target)


def settle(part: Path, target: Path, files: frozenset[str], *, clock_ms: int) -> None:
    """Holds every line of a database that is about to get its name, and ends the ways in from
    outside. `files` are the hashes of the files of messages that came back with it.
    """
    with translated(target), closing(connect_writer(part)) as conn:
        conn.execute("BEGIN IMMEDIATE")
        tx = Tx(conn, high_water.pass_by(conn, clock_ms))
        _begin_anew(tx)
        _end_home_keys(tx)
        _note_lost(conn, files)
        conn.execute("COMMIT")


def check(copy: Path, folder: Path) -> None:
    """Raises what `restore` would raise, and leaves nothing; it needs the room in the folder."""
    with _brought(copy, folder / "checked.db"):
        media_copies.check(copy)


def rehearse(copy: Path, folder: Path) -> Counted:
    """As `check`, and counts what would come back. The folder's disk is not low for it."""
    need_room(folder, _size_of(copy) + low_bytes(folder))
    with _brought(copy, folder / "checked.db") as (part, _):
        files = media_copies.check(copy)
        with translated(copy), closing(sqlite3.connect(part, isolation_level=None)) as conn:
            (messages,) = conn.execute("SELECT count(*) FROM message").fetchone()
            (people,) = conn.execute("SELECT count(*) FROM contact").fetchone()
    return Counted(messages=messages, people=people, files=files)


def _begin_anew(tx: Tx) -> None:
    _note_descent(tx)
    for row in tx.conn.execute(_STOP_LINES, (Reason.RESTORED,)).fetchall():
        tx.emit(EventKind.LINE_STOPPED, line_id=row["id"], facts={"why": Reason.RESTORED})
    tx.conn.execute("DELETE FROM meta WHERE name = 'epoch'")
    tx.conn.execute(
        "INSERT INTO meta (name, value) SELECT value, '1' FROM json_each(?) WHERE true"
        " ON CONFLICT DO NOTHING",
        (json.dumps([IS_RESTORED, MAY_HAVE_LEFT]),),
    )


def _end_home_keys(tx: Tx) -> None:
    if tx.conn.execute(_KNOWS_HOMES).fetchone() is None:
        return
    ended = tx.conn.execute("DELETE FROM home_key RETURNING staff_id").fetchall()
    facts = {"changed": "home-key", "by": None}
    for staff_id in sorted({row["staff_id"] for row in ended}):
        tx.emit(EventKind.STAFF_CHANGED, staff_id=staff_id, facts=facts)


def _note_descent(tx: Tx) -> None:
    """What was told of an epoch that head office never heard of is still of the one before it. A
    box that belongs to an office sends nothing before that has said what happened since.
    """
    (last,) = tx.conn.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()
    tx.conn.execute(
        "INSERT INTO meta (name, value) SELECT ?1, json_object('epoch', value, 'seq', ?2)"
        " FROM meta WHERE name = 'epoch' ON CONFLICT DO NOTHING",
        (DESCENT, last),
    )
    row = tx.conn.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()
    if row is not None:
        found = [(row[0], last), *restores(tx.conn)][:_MOST_RESTORES]
        tx.conn.execute(
            "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (RESTORES, json.dumps(found))
        )
    if tx.conn.execute(_KNOWS_OFFICE).fetchone():
        tx.conn.execute("UPDATE office_link SET unsettled = 1, told_privacy = NULL")
        tx.conn.execute("DELETE FROM meta WHERE name = ?", (HEARD,))


def restores(conn: sqlite3.Connection) -> Sequence[tuple[str, int]]:
    """As `RESTORES` says it."""
    row = conn.execute("SELECT value FROM meta WHERE name = ?", (RESTORES,)).fetchone()
    return [] if row is None else [(str(epoch), int(seq)) for epoch, seq in json.loads(row[0])]


def descent_of(conn: sqlite3.Connection) -> tuple[str, int] | None:
    """As `DESCENT` says it; None where no copy was put back that head office has not heard of."""
    row = conn.execute("SELECT value FROM meta WHERE name = ?", (DESCENT,)).fetchone()
    found = None if row is None else json.loads(row[0])
    return None if found is None else (str(found["epoch"]), int(found["seq"]))


def forget_descent(tx: Tx) -> None:
    """Head office knows of it."""
    tx.conn.execute("DELETE FROM meta WHERE name = ?", (DESCENT,))


def _note_lost(conn: sqlite3.Connection, files: frozenset[str]) -> None:
    if conn.execute(_KNOWS_MEDIA).fetchone():
        conn.execute(
            "UPDATE media SET state = 'on-phone-only', why = ? WHERE state = 'here'"
            " AND sha256 NOT IN (SELECT value FROM json_each(?))",
            (MediaWhy.LOST.value, json.dumps(sorted(files))),
        )


@contextmanager
def _brought(copy: Path, target: Path) -> Iterator[tuple[Path, int]]:
    """A part beside the target that holds the copy, whole and checked."""
    size = _size_of(copy)
    try:
        clear_left(target.parent)
        need_room(target.parent, size)
        with held_part(target) as (part, handle):
            _bring(copy, handle)
            refuse_what_is_none(copy, part)
            yield part, handle
    except OSError as exc:
        raise cannot_write(target, exc) from exc


def _size_of(copy: Path) -> int:
    log = copy.with_name(copy.name + "-wal")
    if log.exists() and log.stat().st_size:
        raise StoreUnavailable(f"{copy} is in use; make a copy of it with “balie backup”.")
    try:
        return packing.size_of(copy) if packing.is_packed(copy) else copy.stat().st_size
    except OSError as exc:
        raise cannot_read(copy, exc) from exc


def _bring(copy: Path, onto: int) -> None:
    if packing.is_packed(copy):
        packing.unpack(copy, onto)
        return
    with copy.open("rb") as source, os.fdopen(onto, "wb", closefd=False) as target:
        while block := source.read(_BLOCK_BYTES):
            target.write(block)


def refuse_what_is_none(copy: Path, part: Path) -> None:
    """`part` is what was taken out of the copy. Raises StoreCorrupt or NewerDatabase."""
    with translated(copy), closing(sqlite3.connect(part, isolation_level=None)) as conn:
        if (found := damage_in(conn)) is not None:
            raise StoreCorrupt(f"{copy} is damaged ({found}); take another copy.")
        if not migrations.applied(Database(conn)):
            raise StoreCorrupt(f"{copy} is no copy of Balie's database.")
        refuse_newer(copy, conn)
