"""Copies of the database: they are kept for long, so they hold nothing that must be erased soon."""

import sqlite3
from contextlib import closing
from pathlib import Path

_KNOWS_CODES = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'line_code'"


def copy_without_codes(source: sqlite3.Connection, target: Path) -> None:
    """A consistent copy of a database of this or an older Balie; it is on the disk on return.

    It holds no codes for lines, because these must be erased after minutes.
    """
    with closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA secure_delete = FAST")
        if copy.execute(_KNOWS_CODES).fetchone():
            with copy:
                copy.execute("UPDATE line_code SET text = NULL, sender = ''")
