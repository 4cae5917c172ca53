"""Branches, their lines, the devices and the routes between them, at the SQL edge."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.errors import NotFound, Refused
from appliance.events import EventKind
from appliance.messages import Channel, MessageState
from appliance.store import messages
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """`opens` and `closes` are HH:MM in `zone`, `lunch` is HH:MM-HH:MM or empty.

    `weekdays` are ISO digits, 1 is Monday; `holidays` is an ISO country, empty for none.
    """

    id: str
    name: str
    zone: str
    language: str
    opens: str
    closes: str
    weekdays: str
    lunch: str
    holidays: str
    welcome_text: str | None


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

    def stops(self, device_id: str) -> bool:
        """Nothing may be sent from this line over this device."""
        return self.stopped is not None and self.stopped_on in (None, device_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """`channels` are those that can send now."""

    id: str
    kind: str
    address: str
    iccid: str | None
    sim_number: str | None
    state: str
    reason: str
    channels: frozenset[Channel]
    changed_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    line_id: str
    device_id: str
    channel: Channel


_LINE = (
    "SELECT id, branch_id, number, stopped, stopped_on, created_ms, pacing FROM line"
    " WHERE removed_ms IS NULL"
)
_DEVICE = (
    "SELECT id, kind, address, iccid, sim_number, state, reason, channels, changed_ms"
    " FROM device WHERE removed_ms IS NULL"
)


def add_branch(tx: Tx, name: str, *, language: str = "nl", zone: str = "Europe/Amsterdam") -> str:
    """The new branch's id. Raises Refused when the name is taken."""
    if tx.conn.execute("SELECT 1 FROM branch WHERE name = ?", (name,)).fetchone():
        raise Refused("name-taken", f"There is a branch “{name}” already; choose another name.")
    branch_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO branch (id, name, language, zone, created_ms) VALUES (?, ?, ?, ?, ?)",
        (branch_id, name, language, zone, tx.now_ms),
    )
    tx.emit(EventKind.BRANCH_ADDED, branch_id=branch_id)
    return branch_id


def branches(conn: sqlite3.Connection) -> Sequence[Branch]:
    rows = conn.execute(
        "SELECT id, name, zone, language, opens, closes, weekdays, lunch, holidays, welcome_text"
        " FROM branch ORDER BY name"
    )
    return [Branch(**dict(row)) for row in rows]


def branch(conn: sqlite3.Connection, name_or_id: str) -> Branch:
    """Raises NotFound."""
    for each in branches(conn):
        if name_or_id == each.id or name_or_id.casefold() == each.name.casefold():
            return each
    raise NotFound("branch")


def add_line(tx: Tx, *, branch_id: str, number: str) -> str:
    """The new line's id. Raises Refused when a line has this number already."""
    if tx.conn.execute(f"{_LINE} AND number = ?", (number,)).fetchone():
        raise Refused("number-taken", f"There is a line {number} already.")
    line_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO line (id, branch_id, number, created_ms) VALUES (?, ?, ?, ?)",
        (line_id, branch_id, number, tx.now_ms),
    )
    tx.emit(EventKind.LINE_ADDED, line_id=line_id)
    return line_id


def carried_by(conn: sqlite3.Connection, device_id: str) -> Sequence[str]:
    """The numbers of the lines that have a route over this device."""
    rows = conn.execute(
        "SELECT DISTINCT number FROM line JOIN route ON line_id = line.id WHERE device_id = ?"
        " ORDER BY number",
        (device_id,),
    )
    return [row[0] for row in rows]


def remove_line(tx: Tx, line_id: str) -> None:
    """The line sends and receives no more; its history stays. Its devices go with it.

    What waits on it is withdrawn: nobody would ever send it.
    """
    waiting = tx.conn.execute(
        "SELECT id FROM message WHERE line_id = ? AND state = 'queued'", (line_id,)
    ).fetchall()
    for row in waiting:
        messages.move(tx, row["id"], MessageState.CANCELLED, reason="by-person")
    tx.conn.execute("UPDATE line SET removed_ms = ? WHERE id = ?", (tx.now_ms, line_id))
    tx.conn.execute(
        "UPDATE device SET removed_ms = ? WHERE id IN (SELECT device_id FROM route WHERE"
        " line_id = ?) AND id NOT IN (SELECT device_id FROM route WHERE line_id <> ?)",
        (tx.now_ms, line_id, line_id),
    )
    tx.conn.execute("DELETE FROM route WHERE line_id = ?", (line_id,))
    tx.emit(EventKind.LINE_REMOVED, line_id=line_id)


def lines(conn: sqlite3.Connection) -> Sequence[Line]:
    return [Line(**dict(row)) for row in conn.execute(f"{_LINE} ORDER BY number")]


def line(conn: sqlite3.Connection, number_or_id: str) -> Line:
    """Raises NotFound."""
    row = conn.execute(f"{_LINE} AND (id = ?1 OR number = ?1)", (number_or_id,)).fetchone()
    if row is None:
        raise NotFound("line")
    return Line(**dict(row))


def stop_line(tx: Tx, line_id: str, why: str, *, device_id: str | None = None) -> None:
    """Nothing is sent from the line until `resume_line`; with a device, not over that one.

    Two stops together stop the whole line.
    """
    changed = tx.conn.execute(
        "UPDATE line SET stopped = ?1,"
        " stopped_on = iif(stopped IS NULL OR stopped_on IS ?3, ?3, NULL)"
        " WHERE id = ?2 AND (stopped IS NOT ?1 OR stopped_on IS NOT ?3)",
        (why, line_id, device_id),
    )
    if changed.rowcount:
        tx.emit(EventKind.LINE_STOPPED, line_id=line_id, facts={"why": why})


def resume_line(tx: Tx, line_id: str, *, staff_id: str | None) -> None:
    tx.conn.execute("UPDATE line SET stopped = NULL, stopped_on = NULL WHERE id = ?", (line_id,))
    tx.emit(EventKind.LINE_RESUMED, line_id=line_id, staff_id=staff_id)


def pace_line(tx: Tx, line_id: str, pacing: str | None) -> None:
    """Stores what the line does slower than the default; None for the default."""
    tx.conn.execute("UPDATE line SET pacing = ? WHERE id = ?", (pacing, line_id))


def enrol(tx: Tx, *, kind: str, address: str) -> str:
    """The id of the device at this address, made when new."""
    row = tx.conn.execute(f"{_DEVICE} AND kind = ? AND address = ?", (kind, address)).fetchone()
    if row is not None:
        return str(row["id"])
    device_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO device (id, kind, address, changed_ms, created_ms) VALUES (?, ?, ?, ?, ?)",
        (device_id, kind, address, tx.now_ms, tx.now_ms),
    )
    tx.emit(EventKind.DEVICE_ENROLLED, device_id=device_id, facts={"kind": kind})
    return device_id


def add_route(tx: Tx, *, line_id: str, device_id: str, channel: Channel) -> None:
    """Adds a way to send, after those that the line has."""
    tx.conn.execute(
        "INSERT INTO route (line_id, device_id, channel, rank) VALUES"
        " (?1, ?2, ?3, (SELECT count(*) FROM route WHERE line_id = ?1))",
        (line_id, device_id, channel.value),
    )


def devices(conn: sqlite3.Connection) -> Sequence[Device]:
    return [_device(row) for row in conn.execute(f"{_DEVICE} ORDER BY created_ms, id")]


def device(conn: sqlite3.Connection, device_id: str) -> Device:
    """Raises NotFound."""
    row = conn.execute(f"{_DEVICE} AND id = ?", (device_id,)).fetchone()
    if row is None:
        raise NotFound("device")
    return _device(row)


def routes_of_line(conn: sqlite3.Connection, line_id: str) -> Sequence[Route]:
    """Best first."""
    rows = conn.execute(
        "SELECT line_id, device_id, channel FROM route WHERE line_id = ? ORDER BY rank", (line_id,)
    )
    return [_route(row) for row in rows]


def open_routes(conn: sqlite3.Connection, line: Line) -> Sequence[Route]:
    """Those that no stop of the line closes, best first."""
    return [route for route in routes_of_line(conn, line.id) if not line.stops(route.device_id)]


def routes_of_device(conn: sqlite3.Connection, device_id: str) -> Sequence[Route]:
    rows = conn.execute(
        "SELECT line_id, device_id, channel FROM route WHERE device_id = ? ORDER BY line_id, rank",
        (device_id,),
    )
    return [_route(row) for row in rows]


def _device(row: sqlite3.Row) -> Device:
    values = dict(row)
    values["channels"] = frozenset(Channel(name) for name in json.loads(values["channels"]))
    return Device(**values)


def _route(row: sqlite3.Row) -> Route:
    return Route(
        line_id=row["line_id"], device_id=row["device_id"], channel=Channel(row["channel"])
    )
