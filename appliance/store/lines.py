"""Branches, their lines, the devices and the routes between them, at the SQL edge."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from appliance.errors import NotFound, Refused
from appliance.events import EventKind
from appliance.messages import Channel, MessageState
from appliance.phone_numbers import number_or_text
from appliance.store import line_settings, messages
from appliance.store.line_settings import DEFAULT_SETTINGS, LineSettings
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
    settings: LineSettings = DEFAULT_SETTINGS

    def stops(self, device_id: str) -> bool:
        """Nothing may be sent from this line over this device."""
        return self.stopped is not None and self.stopped_on in (None, device_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """`channels` are those that can send now; `lost` says since when another one cannot.

    `facts` is the JSON that its driver told, `imei` the modem that it is bound to, and
    `balance_cents` the credit of its SIM, None when it was never read.
    """

    id: str
    kind: str
    address: str
    iccid: str | None
    sim_number: str | None
    state: str
    reason: str
    channels: frozenset[Channel]
    facts: str
    changed_ms: int
    created_ms: int
    imei: str | None = None
    balance_cents: int | None = None
    balance_ms: int | None = None
    lost: Mapping[Channel, int] = field(default_factory=dict)

    @property
    def is_roaming(self) -> bool:
        return json.loads(self.facts).get("roaming") is True

    def has_low_credit(self, settings: LineSettings) -> bool:
        """Whether the line with these settings wants to be warned."""
        below, cents = settings.credit_warn_cents, self.balance_cents
        return below is not None and cents is not None and cents < below


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    line_id: str
    device_id: str
    channel: Channel


_LINE = (
    "SELECT id, branch_id, number, stopped, stopped_on, created_ms, pacing, fallback_after_min,"
    " fallback_classes, call_answer, credit_warn_cents FROM line WHERE removed_ms IS NULL"
)
_DEVICE = (
    "SELECT id, kind, address, iccid, sim_number, imei, state, reason, channels, facts, lost,"
    " balance_cents, balance_ms, changed_ms, created_ms FROM device WHERE removed_ms IS NULL"
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
    """Nothing is sent from the line until `resume_line`; with a device, not over that one.

    Two stops together stop the whole line; one of a device adds nothing to that.
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
    """What stopped only this device is over by itself; all other stops stay."""
    stopped = tx.conn.execute(
        "SELECT id FROM line WHERE stopped_on = ? AND stopped = ?", (device_id, why)
    ).fetchall()
    for row in stopped:
        resume_line(tx, row["id"], staff_id=None)


def pace_line(tx: Tx, line_id: str, pacing: str | None) -> None:
    """Stores what the line does slower than the default; None for the default."""
    tx.conn.execute("UPDATE line SET pacing = ? WHERE id = ?", (pacing, line_id))


def set_line(tx: Tx, line_id: str, settings: LineSettings) -> None:
    """Keeps all settings of the line. Raises InvalidInput."""
    line_settings.keep(tx, line_id, settings)


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


def add_route(
    tx: Tx, *, line_id: str, device_id: str, channel: Channel, rank: int | None = None
) -> None:
    """Adds a way to send: at this place, 0 the best; without one after those that the line has."""
    if rank is not None:
        tx.conn.execute(
            "UPDATE route SET rank = rank + 1 WHERE line_id = ? AND rank >= ?", (line_id, rank)
        )
    tx.conn.execute(
        "INSERT INTO route (line_id, device_id, channel, rank, added_ms) VALUES (?1, ?2, ?3,"
        " coalesce(?4, (SELECT max(rank) + 1 FROM route WHERE line_id = ?1), 0), ?5)",
        (line_id, device_id, channel.value, rank, tx.now_ms),
    )


def remove_routes(tx: Tx, *, line_id: str, device_id: str) -> None:
    """The line sends over this device no more; without any line the device goes, too."""
    tx.conn.execute("DELETE FROM route WHERE line_id = ? AND device_id = ?", (line_id, device_id))
    tx.conn.execute(
        "UPDATE device SET removed_ms = ?1 WHERE id = ?2"
        " AND NOT EXISTS (SELECT 1 FROM route WHERE device_id = ?2)",
        (tx.now_ms, device_id),
    )
    tx.emit(EventKind.LINE_CHANGED, line_id=line_id)


def devices(conn: sqlite3.Connection) -> Sequence[Device]:
    return [_device(row) for row in conn.execute(f"{_DEVICE} ORDER BY created_ms, id")]


def carrying(conn: sqlite3.Connection) -> Sequence[Device]:
    """The devices that some line sends over."""
    return [each for each in devices(conn) if routes_of_device(conn, each.id)]


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


_OWNERS_FIRST = (
    "ORDER BY (SELECT min(rank) FROM route WHERE line_id = line.id AND device_id = ?1) >"
    " (SELECT min(rank) FROM route WHERE line_id = line.id),"
    " (SELECT min(added_ms) FROM route WHERE line_id = line.id AND device_id = ?1), id"
)


def lines_of_device(conn: sqlite3.Connection, device_id: str) -> Sequence[Line]:
    """The lines that send over this device: those of which it is the best way first, then those
    that fall back on it, in the order in which they began to.
    """
    rows = conn.execute(
        f"{_LINE} AND id IN (SELECT line_id FROM route WHERE device_id = ?1) {_OWNERS_FIRST}",  # noqa: S608 -- our own order
        (device_id,),
    )
    return [_line(row) for row in rows]


def _line(row: sqlite3.Row) -> Line:
    values = dict(row)
    return Line(settings=line_settings.taken_from(values), **values)


def _device(row: sqlite3.Row) -> Device:
    values = dict(row)
    values["channels"] = frozenset(Channel(name) for name in json.loads(values["channels"]))
    values["lost"] = {Channel(name): at for name, at in json.loads(values["lost"]).items()}
    return Device(**values)


def _route(row: sqlite3.Row) -> Route:
    return Route(
        line_id=row["line_id"], device_id=row["device_id"], channel=Channel(row["channel"])
    )
