"""Who stands in the log, by name: colleagues, programs, and the command line."""

import json
import sqlite3
from collections.abc import Collection, Mapping

from appliance.desk.team.staff import colleague_named
from appliance.ids import is_id


def named(conn: sqlite3.Connection, name: str) -> str:
    """How the log calls the colleague of this name or id, or the program of this id.

    Raises InvalidInput for `staff`.
    """
    if is_id(name):
        wanted = (name.lower(),)
        if conn.execute("SELECT 1 FROM api_token WHERE id = ?", wanted).fetchone():
            return f"token:{name.lower()}"
    return f"staff:{colleague_named(conn, name, field='staff')}"


def names_of(conn: sqlite3.Connection, whose: Collection[str]) -> Mapping[str, str]:
    """By how the log calls them; one that is gone has none."""
    rows = conn.execute(_NAMES, (json.dumps(sorted(whose)),))
    return {row["who"]: row["name"] for row in rows}


_NAMES = """
SELECT w.value AS who, coalesce(s.name, t.name) AS name FROM json_each(?) w
LEFT JOIN staff s ON w.value = 'staff:' || s.id
LEFT JOIN api_token t ON w.value = 'token:' || t.id
WHERE coalesce(s.name, t.name) IS NOT NULL
"""
