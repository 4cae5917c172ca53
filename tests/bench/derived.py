"""The columns that Balie keeps derived, for rows that were copied past the code that keeps them."""

import sqlite3
from collections.abc import Iterator
from importlib import resources

_NEWEST = """
UPDATE conversation SET
  (last_message_id, last_ms) = (SELECT id, happened_ms FROM message
    WHERE conversation_id = conversation.id ORDER BY happened_ms DESC, id DESC LIMIT 1),
  last_in_ms = (SELECT max(happened_ms) FROM message
    WHERE conversation_id = conversation.id AND direction = 'in' AND origin = 'person')
"""


def fill_derived(conn: sqlite3.Connection) -> None:
    """What the first schema derives, then what each migration since derives of rows it finds."""
    conn.execute(_NEWEST)
    for statement in _updates():
        conn.execute(statement)


def _updates() -> Iterator[str]:
    """The updates of all migrations after the first one."""
    folder = resources.files("appliance.store").joinpath("sql")
    for script in sorted(folder.iterdir(), key=lambda each: each.name)[1:]:
        statement = ""
        for line in script.read_text("utf-8").splitlines(keepends=True):
            statement += "" if line.startswith("--") else line
            if sqlite3.complete_statement(statement):
                if statement.lstrip().upper().startswith("UPDATE"):
                    yield statement
                statement = ""
