"""The archive of each quarter, into a folder of the company: on the machine, or a stick in it.

The folder has a sign of Balie in it. Without the sign a stick has been pulled out and its place is
an empty folder of the machine's own disk, where nobody would look for an archive.
"""

import os
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from appliance.desk.privacy.archive.period import last_quarter, named_period
from appliance.errors import InvalidInput
from appliance.events import EventKind
from appliance.store import archives, branches, incidents, lines
from appliance.store.archives import ArchiveJob, ArchiveScope, NewArchive, QuarterSettings
from appliance.store.incidents import IncidentKind
from appliance.store.lines import Line
from appliance.store.store import Store, Tx

SIGN = "balie-archive.txt"
_AGAIN_MS = 86_400_000
"""One that failed is asked for again a day later, so a full stick is not written all day."""
_SAYS = "Balie puts the archive of each quarter into this folder. Leave this file here.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    line: Line
    quarter: str
    scope: ArchiveScope


def settings(conn: sqlite3.Connection) -> QuarterSettings:
    return archives.quarter_settings(conn)


def prepare(folder: str) -> str:
    """The path of the folder, in which the sign lies now. Raises InvalidInput with what to do."""
    path = Path(folder.strip())
    if not path.is_absolute():
        raise InvalidInput("folder", "Give the whole path of the folder, such as /media/archive.")
    if not path.is_dir():
        raise InvalidInput("folder", f"{path} is not there. Make it, or plug the stick in.")
    try:
        (path / SIGN).write_text(_SAYS, encoding="utf-8")
    except OSError as exc:
        sentence = f"Balie may not write in {path} ({exc.strerror}). Give its user that right."
        raise InvalidInput("folder", sentence) from None
    return str(path)


def change(tx: Tx, told: QuarterSettings, *, staff_id: str | None) -> None:
    """`folder` was prepared. The first quarter is the one that ended last. One event."""
    archives.set_quarter_settings(tx, told)
    if told.folder is None:
        _close(tx)
    facts = {"on": told.folder is not None, "format": told.format.value}
    tx.emit(EventKind.ARCHIVE_CHANGED, staff_id=staff_id, facts=facts)


def is_there(folder: str) -> bool:
    """Whether the folder can be written and is the one that was meant."""
    path = Path(folder)
    with suppress(OSError):
        return (path / SIGN).is_file() and os.access(path, os.W_OK)
    return False


def file_name(conn: sqlite3.Connection, job: ArchiveJob) -> str:
    """Of a quarter's file, without its ending: `balie-31612345678-2026-Q3`."""
    row = conn.execute("SELECT number FROM line WHERE id = ?", (job.scope.line_id,)).fetchone()
    return f"balie-{row['number'].removeprefix('+')}-{job.quarter}"


def look(store: Store) -> None:
    """Asks for what the last quarter still lacks; an incident while the folder is not there."""
    told = store.read(archives.quarter_settings)
    if told.folder is None:
        return
    there = is_there(told.folder)
    due = store.read(lambda conn: _due(conn, store.clock.now_ms()))
    if there is store.read(_is_missed):  # the incident is not as it should be
        store.write(_close if there else _open)
    if there and due:
        store.write(lambda tx: _ask(tx, told, due))


def _ask(tx: Tx, told: QuarterSettings, due: Sequence[_Due]) -> None:
    known = {each: archives.quarters_of(tx.conn, each) for each in {one.quarter for one in due}}
    for each in due:
        if each.line.id in known[each.quarter]:
            continue
        job_id = archives.add(
            tx,
            NewArchive(
                scope=each.scope,
                format=told.format,
                language=told.language,
                quarter=each.quarter,
            ),
        )
        tx.emit(
            EventKind.ARCHIVE_ASKED,
            line_id=each.line.id,
            branch_id=each.line.branch_id,
            facts={"archive": job_id, "format": told.format.value, "quarter": each.quarter},
        )


def _due(conn: sqlite3.Connection, now_ms: int) -> Sequence[_Due]:
    found = []
    failed = archives.failed_since(conn, now_ms - _AGAIN_MS)
    for line in lines.lines(conn):
        zone = branches.branch(conn, line.branch_id).settings.zone
        quarter = last_quarter(zone, now_ms)
        if line.id in archives.quarters_of(conn, quarter):
            continue
        period = named_period(quarter, zone=zone, now_ms=now_ms)
        if (line.id, period.from_ms, period.until_ms) in failed:
            continue
        if line.created_ms < period.until_ms:
            scope = ArchiveScope(line_id=line.id, from_ms=period.from_ms, until_ms=period.until_ms)
            found.append(_Due(line=line, quarter=quarter, scope=scope))
    return found


def _is_missed(conn: sqlite3.Connection) -> bool:
    open_ones = incidents.open_ones(conn)
    return any(each.kind is IncidentKind.ARCHIVE_FOLDER for each in open_ones)


def _open(tx: Tx) -> None:
    incidents.open_incident(tx, IncidentKind.ARCHIVE_FOLDER)


def _close(tx: Tx) -> None:
    incidents.close_incident(tx, IncidentKind.ARCHIVE_FOLDER)
