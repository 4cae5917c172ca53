"""Lines: a branch's numbers, their stops and their settings, at the SQL edge."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.errors import NotFound, Refused
from appliance.events import EventKind
from appliance.messages import MessageState
from appliance.phone_numbers import number_or_text
from appliance.reasons import Reason
from appliance.store import device_accounts, messages
from appliance.store.kept_settings import tell
from appliance.store.line_rules import DEFAULT_RULES, LineRules, rules_of
from appliance.store.line_settings import DEFAULT_SETTINGS, LineSettings, settings_of
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`stopped` says why nothing is sent until a person looks; `pacing` is JSON of its own.

    `stopped_on` names the device when another one of the line may go on.
    """

    id: str
    branch_id: str
    number: str
    stopped: str | None
    created_ms: int
    pacing: str | None = None
    stopped_on: str | None = None
    settings: LineSettings = DEFAULT_SETTINGS
    rules: LineRules = DEFAULT_RULES

    def stops(self, device_id: str) -> bool:
        """Nothing may be sent from this line over this device."""
        return self.stopped is not None and self.stopped_on in (None, device_id)


_LINE = (
    "SELECT id, branch_id, number, stopped, stopped_on, created_ms, pacing, settings FROM line"
    " WHERE removed_ms IS NULL"
)


def add_line(tx: Tx, *, branch_id: str, number: str) -> str:
    """The new line's id. Raises Refused when a line has this number already."""
    refuse_known(tx.conn, number)
    line_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO line (id, branch_id, number, created_ms) VALUES (?, ?, ?, ?)",
        (line_id, branch_id, number, tx.now_ms),
    )
    tx.emit(EventKind.LINE_ADDED, line_id=line_id)
    return line_id


def refuse_known(conn: sqlite3.Connection, number: str) -> None:
    """Raises Refused when a line has this number already."""
    if conn.execute(f"{_LINE} AND number = ?", (number,)).fetchone():
        raise Refused(Reason.NUMBER_TAKEN, f"There is a line {number} already.")


def waiting_on(conn: sqlite3.Connection, line_id: str) -> int:
    """How many messages would be cancelled with the line."""
    row = conn.execute(
        "SELECT count(*) FROM message WHERE line_id = ? AND state = 'queued'", (line_id,)
    ).fetchone()
    return int(row[0])


def remove_line(tx: Tx, line_id: str, *, staff_id: str | None = None) -> None:
    """The line sends and receives no more; its history stays. Its devices are removed with it.
    `staff_id`: the colleague who did it in the pages.

    Its waiting messages are cancelled, because nothing would ever send them.
    """
    waiting = tx.conn.execute(
        "SELECT id FROM message WHERE line_id = ? AND state = 'queued'", (line_id,)
    ).fetchall()
    for row in waiting:
        messages.move(tx, row["id"], MessageState.CANCELLED, reason=Reason.LINE_REMOVED)
    tx.conn.execute("UPDATE line SET removed_ms = ? WHERE id = ?", (tx.now_ms, line_id))
    tx.conn.execute(
        "UPDATE device SET removed_ms = ? WHERE id IN (SELECT device_id FROM route WHERE"
        " line_id = ?) AND id NOT IN (SELECT device_id FROM route WHERE line_id <> ?)",
        (tx.now_ms, line_id, line_id),
    )
    device_accounts.forget_gone(tx)
    tx.conn.execute("DELETE FROM route WHERE line_id = ?", (line_id,))
    tx.emit(EventKind.LINE_REMOVED, line_id=line_id, staff_id=staff_id)


def lines(conn: sqlite3.Connection) -> Sequence[Line]:
    return [_line(row) for row in conn.execute(f"{_LINE} ORDER BY number")]


def line(conn: sqlite3.Connection, number_or_id: str) -> Line:
    """The number as people write it. Raises NotFound."""
    found = f"{_LINE} AND (id = ?1 OR number = ?1)"
    row = conn.execute(found, (number_or_id,)).fetchone()
    if row is None:
        row = conn.execute(found, (number_or_text(number_or_id),)).fetchone()
    if row is None:
        raise NotFound("line")
    return _line(row)


def stop_line(tx: Tx, line_id: str, why: str, *, device_id: str | None = None) -> None:
    """Nothing is sent from the line until `resume_line`; with a device, nothing over that one.

    Stops of two different devices stop the whole line; a stop of a device adds nothing to that.
    """
    changed = tx.conn.execute(
        "UPDATE line SET stopped = ?1,"
        " stopped_on = iif(stopped IS NULL OR stopped_on IS ?3, ?3, NULL)"
        " WHERE id = ?2 AND (stopped IS NOT ?1 OR stopped_on IS NOT ?3)"
        " AND (?3 IS NULL OR stopped IS NULL OR stopped_on IS NOT NULL)",
        (why, line_id, device_id),
    )
    if changed.rowcount:
        tx.emit(EventKind.LINE_STOPPED, line_id=line_id, facts={"why": why})


def resume_line(tx: Tx, line_id: str, *, staff_id: str | None) -> None:
    tx.conn.execute("UPDATE line SET stopped = NULL, stopped_on = NULL WHERE id = ?", (line_id,))
    tx.emit(EventKind.LINE_RESUMED, line_id=line_id, staff_id=staff_id)


def resume_device(tx: Tx, device_id: str, why: str) -> None:
    """Ends a stop of only this device with this reason; all other stops stay."""
    stopped = tx.conn.execute(
        "SELECT id FROM line WHERE stopped_on = ? AND stopped = ?", (device_id, why)
    ).fetchall()
    for row in stopped:
        resume_line(tx, row["id"], staff_id=None)


def pace_line(tx: Tx, line_id: str, pacing: str | None, *, by: str) -> None:
    """Stores what the line does slower than the default; None for the default.

    `by` is as in `kept_settings.tell`.
    """
    row = tx.conn.execute("SELECT pacing FROM line WHERE id = ?", (line_id,)).fetchone()
    if row is None:
        raise NotFound("line")
    if row["pacing"] != pacing:
        tx.conn.execute("UPDATE line SET pacing = ? WHERE id = ?", (pacing, line_id))
        fields = _paced_otherwise(row["pacing"], pacing)
        tell(tx, EventKind.LINE_CHANGED, fields, by=by, line_id=line_id)


def _paced_otherwise(before: str | None, after: str | None) -> Sequence[str]:
    """`pacing.per_hour` and so on; only `pacing` where it cannot be told."""
    try:
        was, now = json.loads(before or "{}"), json.loads(after or "{}")
        differ = [name for name in {**was, **now} if was.get(name) != now.get(name)]
    except (ValueError, TypeError, AttributeError):
        differ = []
    return [f"pacing.{name}" for name in sorted(differ)] or ["pacing"]


_OWNERS_FIRST = (
    "ORDER BY (SELECT min(rank) FROM route WHERE line_id = line.id AND device_id = ?1) >"
    " (SELECT min(rank) FROM route WHERE line_id = line.id),"
    " (SELECT min(added_ms) FROM route WHERE line_id = line.id AND device_id = ?1), id"
)


def lines_of_device(conn: sqlite3.Connection, device_id: str) -> Sequence[Line]:
    """The lines that send over this device: first those whose best route it is, then those that
    fall back on it, in the order in which they began to.
    """
    rows = conn.execute(
        f"{_LINE} AND id IN (SELECT line_id FROM route WHERE device_id = ?1) {_OWNERS_FIRST}",  # noqa: S608 -- our own order
        (device_id,),
    )
    return [_line(row) for row in rows]


def _line(row: sqlite3.Row) -> Line:
    values = dict(row)
    kept = values.pop("settings")
    return Line(settings=settings_of(kept), rules=rules_of(kept), **values)
