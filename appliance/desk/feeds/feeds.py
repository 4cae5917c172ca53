"""Who has a calendar at a secret address, and what an address opens.

The address is shown once. Whoever has it reads the calendar, as calendar programs cannot log in; so
it shows nobody's name who comes to work unless somebody said so, and a new one ends the old one.
"""

import sqlite3
from dataclasses import dataclass

from appliance.desk.access.bearer import new_token, token_hash
from appliance.desk.access.rights import Permission, Rights, line_with, rights_of
from appliance.events import EventKind
from appliance.store import kept_settings
from appliance.store.lines import Line
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Of a colleague or of a line: one of `staff_id` and `line_id` is there."""

    id: str
    staff_id: str | None
    line_id: str | None
    made_by: str
    with_names: bool
    made_ms: int


def of_staff(conn: sqlite3.Connection, staff_id: str) -> Feed | None:
    return _one(conn, "staff_id = ?", staff_id)


def of_line(conn: sqlite3.Connection, line_id: str, now_ms: int) -> Feed | None:
    feed = _one(conn, "line_id = ?", line_id)
    return feed if feed and _is_open(conn, feed, now_ms) else None


def opened(conn: sqlite3.Connection, token: str, now_ms: int) -> Feed | None:
    """What this address opens; nothing of a line that is gone, or that whoever made it manages no
    more. Who is let go loses theirs, and what they gave out, then.
    """
    feed = _one(conn, "token_hash = ?", token_hash(token))
    return feed if feed and _is_open(conn, feed, now_ms) else None


def _is_open(conn: sqlite3.Connection, feed: Feed, now_ms: int) -> bool:
    row = conn.execute(_STILL_THERE, {"staff": feed.staff_id, "line": feed.line_id}).fetchone()
    if row is None or feed.line_id is None:
        return row is not None
    rights = rights_of(conn, feed.made_by, now_ms=now_ms)
    return rights.may(Permission.STAFF_MANAGE, row["branch_id"])


def make_own(tx: Tx, staff_id: str, *, with_names: bool) -> str:
    """The token of the new address; the one before opens nothing from now on."""
    token = _make(tx, "staff_id", staff_id, staff_id, with_names=with_names)
    _tell_own(tx, staff_id)
    return token


def end_own(tx: Tx, staff_id: str) -> None:
    if _end(tx, "staff_id", staff_id):
        _tell_own(tx, staff_id)


def make_of_line(tx: Tx, line: Line, *, by_staff_id: str, with_names: bool) -> str:
    token = _make(tx, "line_id", line.id, by_staff_id, with_names=with_names)
    _tell_line(tx, line.id, by_staff_id)
    return token


def end_of_line(tx: Tx, line: Line, *, by_staff_id: str) -> None:
    if _end(tx, "line_id", line.id):
        _tell_line(tx, line.id, by_staff_id)


def managed_line(conn: sqlite3.Connection, rights: Rights, line_id: str) -> Line:
    """One whose calendar they may give out. Raises NotFound."""
    return line_with(conn, rights, Permission.STAFF_MANAGE, line_id)


def _make(tx: Tx, whose: str, of_id: str, by_staff_id: str, *, with_names: bool) -> str:
    _end(tx, whose, of_id)
    token = new_token()
    tx.conn.execute(
        f"INSERT INTO calendar_feed (id, token_hash, {whose}, made_by, with_names, made_ms)"  # noqa: S608 -- our own names
        " VALUES (?, ?, ?, ?, ?, ?)",
        (tx.new_id(), token_hash(token), of_id, by_staff_id, with_names, tx.now_ms),
    )
    return token


def _end(tx: Tx, whose: str, of_id: str) -> bool:
    gone = tx.conn.execute(f"DELETE FROM calendar_feed WHERE {whose} = ?", (of_id,))  # noqa: S608 -- as above
    return gone.rowcount > 0


def _one(conn: sqlite3.Connection, which: str, value: str) -> Feed | None:
    wanted = f"SELECT {', '.join(_COLUMNS)} FROM calendar_feed WHERE {which}"  # noqa: S608 -- as above
    row = conn.execute(wanted, (value,)).fetchone()
    return None if row is None else Feed(**{**dict(row), "with_names": bool(row["with_names"])})


def _tell_own(tx: Tx, staff_id: str) -> None:
    tx.emit(EventKind.STAFF_CHANGED, staff_id=staff_id, facts={"changed": "calendar"})


def _tell_line(tx: Tx, line_id: str, staff_id: str) -> None:
    by = f"staff:{staff_id}"
    kept_settings.tell(tx, EventKind.LINE_CHANGED, ["calendar"], by=by, line_id=line_id)


_COLUMNS = tuple(Feed.__dataclass_fields__)
_STILL_THERE = """
SELECT NULL AS branch_id FROM staff WHERE id = :staff AND disabled_ms IS NULL
UNION ALL SELECT branch_id FROM line WHERE id = :line AND removed_ms IS NULL
"""
