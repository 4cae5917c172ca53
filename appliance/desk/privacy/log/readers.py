"""Who stands in the log, by name: colleagues, programs, calendars, and the command line."""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from appliance.desk.access.sight import Sight
from appliance.desk.team.staff import colleague_named
from appliance.ids import is_id


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownReader:
    """`who` is how the log calls them."""

    who: str
    name: str


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


def known(conn: sqlite3.Connection, sight: Sight) -> Sequence[KnownReader]:
    """Colleagues and programs of these branches, by name; those who left, too."""
    rows = conn.execute(_KNOWN, {"branches": sight.json})
    return [KnownReader(who=row["who"], name=row["name"]) for row in rows]


_KNOWN = """
SELECT 'staff:' || s.id AS who, s.name FROM staff s WHERE :branches IS NULL OR EXISTS (
  SELECT 1 FROM staff_grant g WHERE g.staff_id = s.id
  AND (g.branch_id IS NULL OR g.branch_id IN (SELECT value FROM json_each(:branches))))
UNION ALL SELECT 'token:' || t.id, t.name FROM api_token t
WHERE :branches IS NULL OR t.branch_id IN (SELECT value FROM json_each(:branches))
ORDER BY 2 COLLATE NOCASE
"""
_NAMES = """
SELECT w.value AS who,
  coalesce(s.name, t.name, 'ICS ' || coalesce(own.name, line.number)) AS name FROM json_each(?) w
LEFT JOIN staff s ON s.id = substr(w.value, 7)
LEFT JOIN api_token t ON t.id = substr(w.value, 7)
LEFT JOIN calendar_feed f ON 'feed:' || f.id = w.value
LEFT JOIN staff own ON own.id = f.staff_id
LEFT JOIN line ON line.id = f.line_id
WHERE coalesce(s.name, t.name, f.id) IS NOT NULL
"""
