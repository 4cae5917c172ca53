"""What a statement costs, on any machine: SQLite counts its own steps."""

import sqlite3
from collections.abc import Callable


def steps(conn: sqlite3.Connection, read: Callable[[], object]) -> int:
    """How many of SQLite's own steps a read takes."""
    taken: list[None] = []
    conn.set_progress_handler(lambda: taken.append(None), 1)
    try:
        read()
    finally:
        conn.set_progress_handler(None, 1)
    return len(taken)
