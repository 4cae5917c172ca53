"""A new phone for the same number: the line, its people and their consent stay as they are."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.lines import new_line
from appliance.devices.kind import Kind
from appliance.errors import InvalidInput, Refused
from appliance.reasons import Reason
from appliance.store import devices, lines, routes
from appliance.store.devices import Device
from appliance.store.lines import Line
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """`address` is that of the new phone. `cards` are the SIM cards that it shows, None for one
    that it does not tell.
    """

    line_id: str
    kind: str
    address: str
    cards: Sequence[str | None]


def line_of(conn: sqlite3.Connection, kind: str, address: str) -> Line:
    """The line whose SIM this device has. Raises InvalidInput."""
    for device in devices.carrying(conn):
        if (device.kind, device.address) != (kind, address):
            continue
        for line in lines.lines_of_device(conn, device.id):
            if _own(conn, line.id).id == device.id:
                return line
    raise InvalidInput("for", f"No line has its SIM in the {kind} {address}.")


def refuse_unready(conn: sqlite3.Connection, line_id: str, *, kind: str, address: str) -> None:
    """Raises Refused when the new phone has a line, or the old one has a message in hand."""
    for device in devices.carrying(conn):
        if (device.kind, device.address) == (kind, address):
            raise Refused(
                Reason.DEVICE_TAKEN,
                f"The {kind} {address} carries a line already.",
                remedy="Take a phone that carries none.",
            )
    old = _own(conn, line_id)
    if Kind.named(old.kind).is_shared:
        raise InvalidInput("for", "This line has no phone that could be replaced.")
    if conn.execute(_IN_HAND, {"line": line_id, "device": old.id}).fetchone():
        raise Refused(
            Reason.PHONE_SENDING,
            "The old phone is sending a message.",
            remedy="Wait a minute; if that lasts, pull the old phone out.",
        )


def replace(tx: Tx, wanted: Replacement, *, by: str) -> str:
    """The new device's id. `by` is as in `kept_settings.tell`. Raises Refused."""
    line_id = wanted.line_id
    refuse_unready(tx.conn, line_id, kind=wanted.kind, address=wanted.address)
    old = _own(tx.conn, line_id)
    new_line.leave_doubts(tx, line_id, old.id)
    routes.remove_routes(tx, line_id=line_id, device_id=old.id)
    if lines.line(tx.conn, line_id).stopped_on == old.id:
        lines.resume_line(tx, line_id, staff_id=None)
    new_id = new_line.carry(tx, line_id, kind=wanted.kind, address=wanted.address, by=by)
    if old.iccid in wanted.cards or None in wanted.cards:
        # What this SIM has sent is known by its card: its ceilings go on.
        tx.conn.execute("UPDATE device SET iccid = ? WHERE id = ?", (old.iccid, new_id))
    return new_id


def _own(conn: sqlite3.Connection, line_id: str) -> Device:
    """The device that has the line's SIM. Raises InvalidInput."""
    with_sim = new_line.sims_of(conn, line_id)
    if not with_sim:
        raise InvalidInput("for", "This line has no phone that could be replaced.")
    return devices.device(conn, with_sim[0])


_IN_HAND = """
SELECT 1 FROM message m JOIN attempt a ON a.message_id = m.id
WHERE m.line_id = :line AND m.state = 'sending' AND a.device_id = :device AND a.ended_ms IS NULL
"""
