"""Corrects times that a clock wrote while it was ahead, once a person says that it is right now.

A time after now becomes now. Otherwise a line would wait for years since its last message, and a
conversation would stand first for as long. All columns of times are corrected, also those of later
tables. Append-only tables stay, and are read with the same rule.
"""

import json
import sqlite3
from collections.abc import Iterator

from appliance.store import listed, unread

_APPEND_ONLY = frozenset({"event", "consent"})
_YET_TO_COME = frozenset({"expires_ms", "not_before_ms", "expected_ms", "due_ms", "returns_ms"})
"""Times that may well be after now."""


def put_right(conn: sqlite3.Connection, now_ms: int, *, mark_ms: int) -> None:
    """`mark_ms` is the latest time of the clock while it was ahead."""
    values = {"now": now_ms, "mark": mark_ms}
    _bring_deadlines_back(conn, values)
    _bring_visits_back(conn, now_ms)
    for table, columns in _stamps(conn):
        # A key may hold a time: a row whose new key is another row's stays as it is.
        conn.execute(
            f"UPDATE OR IGNORE {table}"  # noqa: S608 -- the schema's own words
            f" SET {', '.join(f'{each} = min({each}, :now)' for each in columns)}"
            f" WHERE {' OR '.join(f'{each} > :now' for each in columns)}",
            values,
        )
    _bring_losses_back(conn, now_ms)
    _list_anew(conn, now_ms)


def _stamps(conn: sqlite3.Connection) -> Iterator[tuple[str, list[str]]]:
    tables = conn.execute("SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 1")
    for (table,) in tables.fetchall():
        columns = [row["name"] for row in conn.execute(f"PRAGMA table_info({table})")]
        times = [each for each in columns if each.endswith("_ms") and each not in _YET_TO_COME]
        if times and table not in _APPEND_ONLY:
            yield table, times


def _bring_deadlines_back(conn: sqlite3.Connection, values: dict[str, int]) -> None:
    """Moves each deadline back by as much as its beginning lies after now."""
    conn.execute(
        "UPDATE message SET expires_ms = expires_ms - (created_ms - :now) WHERE created_ms > :now",
        values,
    )
    conn.execute(
        "UPDATE session SET expires_ms = expires_ms - (seen_ms - :now) WHERE seen_ms > :now", values
    )
    conn.execute(
        "UPDATE message SET not_before_ms = not_before_ms - (failed_ms - :now) FROM"
        " (SELECT message_id, max(ended_ms) AS failed_ms FROM attempt GROUP BY message_id) a"
        " WHERE a.message_id = message.id AND tries > 0 AND failed_ms > :now",
        values,
    )
    # The planner promises anew; until then no new message is promised to come after them.
    conn.execute(
        "UPDATE message SET expected_ms = NULL WHERE state = 'queued' AND expected_ms > :now",
        values,
    )
    # The time when a link was made is unknown: it stays valid for as long as it was at the mark.
    conn.execute(
        "UPDATE login_link SET expires_ms = expires_ms - (:mark - :now) WHERE expires_ms > :mark",
        values,
    )


def _bring_visits_back(conn: sqlite3.Connection, now_ms: int) -> None:
    """One by one, the earliest first: two visits of a message must not get the same time."""
    ahead = conn.execute(
        "SELECT v.message_id, v.due_ms, m.sent_ms FROM tick_visit v"
        " JOIN message m ON m.id = v.message_id WHERE m.sent_ms > ? ORDER BY v.due_ms",
        (now_ms,),
    ).fetchall()
    for row in ahead:
        conn.execute(
            "UPDATE tick_visit SET due_ms = ? WHERE message_id = ? AND due_ms = ?",
            (row["due_ms"] - (row["sent_ms"] - now_ms), row["message_id"], row["due_ms"]),
        )


def _list_anew(conn: sqlite3.Connection, now_ms: int) -> None:
    """Messages that have one time now stand in the order in which they came."""
    moved = conn.execute("SELECT id FROM conversation WHERE last_ms >= ?", (now_ms,)).fetchall()
    listed.settle(conn, [row["id"] for row in moved])
    unread.count(conn)


def _bring_losses_back(conn: sqlite3.Connection, now_ms: int) -> None:
    for row in conn.execute("SELECT id, lost FROM device").fetchall():
        lost = {name: min(at_ms, now_ms) for name, at_ms in json.loads(row["lost"]).items()}
        conn.execute("UPDATE device SET lost = ? WHERE id = ?", (json.dumps(lost), row["id"]))
