"""Migrates any older database to the schema that this code knows.

Each migration is a SQL script beside this file. It runs in one transaction together with the record
that it was applied. Before the first pending migration of a database with data, a copy goes into
the backups folder. A database with a migration that this code does not know was written by a later
Balie and is refused: going back means restoring a backup.
"""

import sqlite3
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from appliance.errors import NewerDatabase
from appliance.store.copies import copy_database

migrations = Migrations("balie")


@migrations(name="0001_counter")
def counter(db: Database) -> None:
    _run_script(db.conn, "0001_counter.sql")


@migrations(name="0002_inbox")
def inbox(db: Database) -> None:
    _run_script(db.conn, "0002_inbox.sql")


@migrations(name="0003_waits")
def waits(db: Database) -> None:
    _run_script(db.conn, "0003_waits.sql")


@migrations(name="0004_figures")
def figures(db: Database) -> None:
    _run_script(db.conn, "0004_figures.sql")


@migrations(name="0005_media")
def media(db: Database) -> None:
    _run_script(db.conn, "0005_media.sql")


@migrations(name="0006_enrolment")
def enrolment(db: Database) -> None:
    _run_script(db.conn, "0006_enrolment.sql")


@migrations(name="0007_incidents")
def incidents(db: Database) -> None:
    _run_script(db.conn, "0007_incidents.sql")


@migrations(name="0008_screens")
def screens(db: Database) -> None:
    _run_script(db.conn, "0008_screens.sql")


@migrations(name="0009_groups")
def groups(db: Database) -> None:
    _run_script(db.conn, "0009_groups.sql")


@migrations(name="0010_reactions")
def reactions(db: Database) -> None:
    _run_script(db.conn, "0010_reactions.sql")


@migrations(name="0011_group_pictures")
def group_pictures(db: Database) -> None:
    _run_script(db.conn, "0011_group_pictures.sql")


@migrations(name="0012_more_media")
def more_media(db: Database) -> None:
    _run_script(db.conn, "0012_more_media.sql")


@migrations(name="0013_own_profiles")
def own_profiles(db: Database) -> None:
    _run_script(db.conn, "0013_own_profiles.sql")


@migrations(name="0014_casework")
def casework(db: Database) -> None:
    _run_script(db.conn, "0014_casework.sql")


@migrations(name="0015_adoption")
def adoption(db: Database) -> None:
    _run_script(db.conn, "0015_adoption.sql")


@migrations(name="0016_density")
def density(db: Database) -> None:
    _run_script(db.conn, "0016_density.sql")


@migrations(name="0017_search")
def search(db: Database) -> None:
    _run_script(db.conn, "0017_search.sql")


@migrations(name="0018_people")
def people(db: Database) -> None:
    _run_script(db.conn, "0018_people.sql")


@migrations(name="0019_house")
def house(db: Database) -> None:
    _run_script(db.conn, "0019_house.sql")


@migrations(name="0020_push")
def push(db: Database) -> None:
    _run_script(db.conn, "0020_push.sql")


@migrations(name="0021_desk")
def desk(db: Database) -> None:
    _run_script(db.conn, "0021_desk.sql")


@migrations(name="0022_note_names")
def note_names(db: Database) -> None:
    _run_script(db.conn, "0022_note_names.sql")


@migrations(name="0023_login")
def login(db: Database) -> None:
    _run_script(db.conn, "0023_login.sql")


@migrations(name="0024_lists")
def lists(db: Database) -> None:
    _run_script(db.conn, "0024_lists.sql")


@migrations(name="0025_rounds")
def rounds(db: Database) -> None:
    _run_script(db.conn, "0025_rounds.sql")


@migrations(name="0026_automatic")
def automatic(db: Database) -> None:
    _run_script(db.conn, "0026_automatic.sql")


@migrations(name="0027_reports")
def reports(db: Database) -> None:
    _run_script(db.conn, "0027_reports.sql")


@migrations(name="0028_after_done")
def after_done(db: Database) -> None:
    _run_script(db.conn, "0028_after_done.sql")


@migrations(name="0029_readings")
def readings(db: Database) -> None:
    _run_script(db.conn, "0029_readings.sql")


@migrations(name="0030_keys")
def keys(db: Database) -> None:
    _run_script(db.conn, "0030_keys.sql")


@migrations(name="0031_retention")
def retention(db: Database) -> None:
    _run_script(db.conn, "0031_retention.sql")


@migrations(name="0032_archive")
def archive(db: Database) -> None:
    _run_script(db.conn, "0032_archive.sql")


@migrations(name="0033_privacy_requests")
def privacy_requests(db: Database) -> None:
    _run_script(db.conn, "0033_privacy_requests.sql")


@migrations(name="0034_erasure")
def erasure(db: Database) -> None:
    _run_script(db.conn, "0034_erasure.sql")


@migrations(name="0035_care")
def care(db: Database) -> None:
    _run_script(db.conn, "0035_care.sql")


@migrations(name="0037_wordings")
def wordings(db: Database) -> None:
    _run_script(db.conn, "0037_wordings.sql")


@migrations(name="0038_unmade")
def unmade(db: Database) -> None:
    _run_script(db.conn, "0038_unmade.sql")


@migrations(name="0039_webhooks")
def webhooks(db: Database) -> None:
    _run_script(db.conn, "0039_webhooks.sql")


@migrations(name="0040_smsgate")
def smsgate(db: Database) -> None:
    _run_script(db.conn, "0040_smsgate.sql")


@migrations(name="0041_cloud")
def cloud(db: Database) -> None:
    _run_script(db.conn, "0041_cloud.sql")


@migrations(name="0042_device_account")
def device_account(db: Database) -> None:
    _run_script(db.conn, "0042_device_account.sql")


@migrations(name="0043_mail")
def mail(db: Database) -> None:
    _run_script(db.conn, "0043_mail.sql")


@migrations(name="0044_feeds")
def feeds(db: Database) -> None:
    _run_script(db.conn, "0044_feeds.sql")


@migrations(name="0045_people_elsewhere")
def people_elsewhere(db: Database) -> None:
    _run_script(db.conn, "0045_people_elsewhere.sql")


@migrations(name="0046_quotas")
def quotas(db: Database) -> None:
    _run_script(db.conn, "0046_quotas.sql")


@migrations(name="0047_copies")
def copies(db: Database) -> None:
    _run_script(db.conn, "0047_copies.sql")


@migrations(name="0049_care")
def home(db: Database) -> None:
    _run_script(db.conn, "0049_care.sql")


@migrations(name="0050_keys_and_mails")
def keys_and_mails(db: Database) -> None:
    _run_script(db.conn, "0050_keys_and_mails.sql")


@migrations(name="0051_office")
def office(db: Database) -> None:
    _run_script(db.conn, "0051_office.sql")


@migrations(name="0052_told_rows")
def told_rows(db: Database) -> None:
    _run_script(db.conn, "0052_told_rows.sql")


def migrate(
    path: Path, conn: sqlite3.Connection, *, backups: Path | None, known: Migrations = migrations
) -> list[str]:
    """Brings the open database up to date and gives the names of what was applied. `known` are
    those of every database, or of one that has more. Without `backups` no copy is made before: for
    what another machine tells again.

    Raises NewerDatabase when the file knows more than this code.
    """
    db = Database(conn)
    refuse_newer(path, conn, known)
    if not known.pending(db):
        return []
    # Under the write lock: a second Balie that starts now waits, and then finds nothing to do.
    conn.execute("BEGIN IMMEDIATE")
    try:
        pending = [migration.name for migration in known.pending(db)]
        if pending and backups is not None and known.applied(db):
            _copy_aside(path, backups / f"{path.stem}-before-{pending[0]}.db")
        known.apply(db)
        conn.execute("COMMIT")
    except BaseException:
        conn.rollback()
        raise
    return pending


def refuse_newer(path: Path, conn: sqlite3.Connection, known: Migrations = migrations) -> None:
    applied = {migration.name for migration in known.applied(Database(conn))}
    unknown = applied - {migration.name for migration in known._migrations}  # noqa: SLF001
    if unknown:
        newest = max(unknown)
        raise NewerDatabase(
            f"{path} was written by a newer Balie (it knows “{newest}”). "
            "Update Balie, or restore a backup made by this version."
        )


def _copy_aside(path: Path, target: Path) -> None:
    """Copies what is committed; the copy is on the disk on return. It uses a connection of its own,
    because the other one is in a transaction.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    copy_database(path, target)


def _run_script(conn: sqlite3.Connection, name: str) -> None:
    run_script(conn, resources.files("appliance.store").joinpath("sql", name))


def run_script(conn: sqlite3.Connection, file: Traversable) -> None:
    """Runs a script statement by statement: `executescript` would end the transaction."""
    script = file.read_text("utf-8")
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            conn.execute(statement)
            statement = ""
    conn.execute(statement)  # the last one may lack its semicolon
