"""The office's own tables: in office.db, and in each replica.

Scripts lie in `office/sql/` and `office/sql_replica/` and are applied in the order of their names,
each in one transaction, by the house's own runner and beside its migrations.
"""

import sqlite3
from collections.abc import Callable
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from appliance.store.migrations import migrate, run_script
from appliance.store.store import Store


def _of_folder(set_name: str, folder: str) -> Migrations:
    found = Migrations(set_name)
    scripts = resources.files("appliance.office").joinpath(folder)
    for script in sorted(scripts.iterdir(), key=lambda each: each.name):
        if script.name.endswith(".sql"):
            found(name=script.name.removesuffix(".sql"))(_runs(script))
    return found


def _runs(script: Traversable) -> Callable[[Database], None]:
    def run(db: Database) -> None:
        run_script(db.conn, script)

    return run


OF_HEAD = _of_folder("balie-office", "sql")
OF_REPLICA = _of_folder("balie-replica", "sql_replica")


def make_ready(store: Store) -> None:
    """Raises NewerDatabase, or StoreError with what to do."""
    _bring_up(store, OF_HEAD, store.path.parent / "backups")


def _bring_up(store: Store, known: Migrations, backups: Path | None) -> None:
    def work(conn: sqlite3.Connection) -> None:
        migrate(store.path, conn, backups=backups, known=known)

    store.alone(work)


def make_replica_ready(store: Store) -> None:
    """What a row of a replica refers to may not be told, or comes later. No copy is kept of it: its
    box tells it again. Raises as `make_ready`.
    """
    store.alone(lambda conn: conn.execute("PRAGMA foreign_keys = OFF") and None)
    _bring_up(store, OF_REPLICA, None)
