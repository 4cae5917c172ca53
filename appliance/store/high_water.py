"""The latest time that this database has seen: a clock behind it is wrong.

A Pi has no clock of its own: after a power cut it begins somewhere in the past until the network
tells it the time. The mark is stored in the database, and a transaction with a later time moves it.
"""

import sqlite3
from collections.abc import Callable

from appliance.clock import Clock
from appliance.store.put_right import put_right

STEP_MS = 1_000
"""The mark moves in steps of this, so that few transactions write it."""

SLACK_MS = 60_000
"""A clock may be set back a little; if it is behind the mark by more than this, it is wrong."""

EARLIEST_MS = 1_767_225_600_000
"""2026-01-01: before there was a Balie. A clock that says so was never set."""

_NAME = "clock.high_water_ms"


def read_mark(conn: sqlite3.Connection) -> int:
    row = conn.execute("SELECT value FROM meta WHERE name = ?", (_NAME,)).fetchone()
    return 0 if row is None else int(row[0])


def pass_by(conn: sqlite3.Connection, clock_ms: int) -> int:
    """The time to write by: the clock's, or the mark while the clock is behind it."""
    mark_ms = read_mark(conn)
    if clock_ms > mark_ms + STEP_MS:
        set_mark(conn, clock_ms)
    return max(clock_ms, mark_ms)


def set_mark(conn: sqlite3.Connection, at_ms: int) -> None:
    """Moves backwards only when a person says that the clock is right now and was ahead before."""
    mark_ms = read_mark(conn)
    if EARLIEST_MS <= at_ms < mark_ms - SLACK_MS:
        put_right(conn, at_ms, mark_ms=mark_ms)
    conn.execute(
        "INSERT INTO meta (name, value) VALUES (?1, ?2)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (_NAME, str(at_ms)),
    )


def is_wrong(conn: sqlite3.Connection, clock_ms: int) -> bool:
    return is_behind(clock_ms, read_mark(conn))


def is_behind(clock_ms: int, mark_ms: int) -> bool:
    return clock_ms < max(EARLIEST_MS, mark_ms - SLACK_MS)


def clock_is_wrong(clock: Clock) -> Callable[[sqlite3.Connection], bool]:
    """For `Store.read`: whether this clock is wrong, so that nothing may be sent."""
    return lambda conn: is_wrong(conn, clock.now_ms())
