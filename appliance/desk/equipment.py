"""What the device page shows: each number with what it is sent and received with."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access import Permission, Rights
from appliance.devices.protocol import DeviceState, Reason
from appliance.messages import Channel
from appliance.store import lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """`routes` are the ways this line may use it, best first; `open` those that work now."""

    id: str
    kind: str
    address: str
    state: DeviceState
    reason: Reason
    sim_number: str | None
    routes: Sequence[Channel]
    open: frozenset[Channel]
    changed_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A line with its devices. `waiting` counts the messages that have not left."""

    line_id: str
    number: str
    branch: str
    zone: str
    stopped: str | None
    waiting: int
    may_manage: bool
    devices: Sequence[Device]


def numbers(conn: sqlite3.Connection, rights: Rights) -> Sequence[Number]:
    """Of the branches that one reads the inbox of or manages the devices of."""
    rows = conn.execute(
        "SELECT line.id, line.number, line.branch_id, line.stopped, branch.name, branch.zone,"
        " (SELECT count(*) FROM message WHERE line_id = line.id"
        "  AND state IN ('queued', 'sending', 'unconfirmed')) AS waiting"
        " FROM line JOIN branch ON branch.id = line.branch_id"
        " WHERE line.removed_ms IS NULL ORDER BY branch.name, line.number"
    ).fetchall()
    return [
        Number(
            line_id=row["id"],
            number=row["number"],
            branch=row["name"],
            zone=row["zone"],
            stopped=row["stopped"],
            waiting=row["waiting"],
            may_manage=rights.may(Permission.DEVICE_MANAGE, row["branch_id"]),
            devices=_devices(conn, row["id"]),
        )
        for row in rows
        if rights.may(Permission.INBOX_READ, row["branch_id"])
        or rights.may(Permission.DEVICE_MANAGE, row["branch_id"])
    ]


def _devices(conn: sqlite3.Connection, line_id: str) -> Sequence[Device]:
    by_device: dict[str, list[Channel]] = {}
    for route in lines.routes_of_line(conn, line_id):
        by_device.setdefault(route.device_id, []).append(route.channel)
    found = ((lines.device(conn, device_id), routes) for device_id, routes in by_device.items())
    return [
        Device(
            id=device.id,
            kind=device.kind,
            address=device.address,
            state=DeviceState(device.state),
            reason=Reason(device.reason),
            sim_number=device.sim_number,
            routes=routes,
            open=device.channels,
            changed_ms=device.changed_ms,
        )
        for device, routes in found
    ]
