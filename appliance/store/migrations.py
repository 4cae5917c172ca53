"""The way from any older database to the one this code knows.

Each migration is a SQL script beside this file, run in one transaction together with the record
that it was applied. Before the first pending one runs on a database that has something in it, a
copy is put into the backups folder. A database with a migration that this code does not know was
written by a later Balie and is refused: going back means restoring a backup.
"""

import sqlite3
from importlib import resources
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from appliance.errors import NewerDatabase

migrations = Migrations("balie")


@migrations(name="0001_counter")
def counter(db: Database) -> None:
    _run_script(db.conn, "0001_counter.sql")


def migrate(path: Path, conn: sqlite3.Connection, *, backups: Path) -> list[str]:
    """Brings the open database up to date and gives the names of what was applied.

    Raises NewerDatabase when the file knows more than this code.
    """
    db = Database(conn)
    refuse_newer(path, conn)
    pending = [migration.name for migration in migrations.pending(db)]
    if pending and migrations.applied(db):
        _copy_aside(conn, backups / f"{path.stem}-before-{pending[0]}.db")
    migrations.apply(db)
    return pending


def refuse_newer(path: Path, conn: sqlite3.Connection) -> None:
    applied = {migration.name for migration in migrations.applied(Database(conn))}
    unknown = applied - {migration.name for migration in migrations._migrations}  # noqa: SLF001
    if unknown:
        newest = max(unknown)
        raise NewerDatabase(
            f"{path} was written by a newer Balie (it knows “{newest}”). "
            "Update Balie, or restore a backup made by this version."
        )


def _copy_aside(conn: sqlite3.Connection, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    conn.execute("VACUUM INTO ?", (str(target),))


def _run_script(conn: sqlite3.Connection, name: str) -> None:
    """Runs a script statement by statement: `executescript` would end the transaction."""
    script = resources.files("appliance.store").joinpath("sql", name).read_text("utf-8")
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            conn.execute(statement)
            statement = ""
