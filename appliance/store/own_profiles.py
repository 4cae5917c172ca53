"""A number's own name and picture in a messenger, at the SQL edge."""

import sqlite3
from dataclasses import dataclass

from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredProfile:
    """`name` and `picture` are right, `seen_name` and `seen_picture` were seen last.

    The prints are those of the screen of `device_id`.
    """

    line_id: str
    device_id: str
    name: str
    picture: str
    seen_name: str
    seen_picture: str
    looked_ms: int


def of_line(conn: sqlite3.Connection, line_id: str) -> StoredProfile | None:
    row = conn.execute(
        "SELECT line_id, device_id, name, picture, seen_name, seen_picture, looked_ms"
        " FROM own_profile WHERE line_id = ?",
        (line_id,),
    ).fetchone()
    return StoredProfile(**dict(row)) if row else None


def keep(tx: Tx, profile: StoredProfile) -> None:
    tx.conn.execute(
        "INSERT INTO own_profile"
        " (line_id, device_id, name, picture, seen_name, seen_picture, looked_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET device_id = excluded.device_id,"
        " name = excluded.name, picture = excluded.picture, seen_name = excluded.seen_name,"
        " seen_picture = excluded.seen_picture, looked_ms = excluded.looked_ms",
        (
            profile.line_id,
            profile.device_id,
            profile.name,
            profile.picture,
            profile.seen_name,
            profile.seen_picture,
            profile.looked_ms,
        ),
    )


def quiet_since_ms(conn: sqlite3.Connection, line_id: str) -> int:
    """When the last message came or left; 0 where there is none."""
    return int(conn.execute(_QUIET_SINCE, (line_id,)).fetchone()[0] or 0)


# Each half is the last entry of an index.
_QUIET_SINCE = """
SELECT max(at_ms) FROM (
  SELECT max(last_ms) AS at_ms FROM conversation INDEXED BY conversation_latest
  WHERE line_id = ?1 AND group_id IS NULL
  UNION ALL SELECT max(last_ms) FROM conversation INDEXED BY conversation_groups
  WHERE line_id = ?1 AND group_id IS NOT NULL)
"""
