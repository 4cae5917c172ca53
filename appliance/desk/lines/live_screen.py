"""Somebody looks at the screen of a phone from afar, and may press on it; events tell all of it."""

import sqlite3
from dataclasses import dataclass

from appliance.desk.access.rights import Permission, Rights
from appliance.devices.kind import Kind
from appliance.errors import NotFound
from appliance.events import EventKind
from appliance.store import branches, devices, lines
from appliance.store.open_attempts import has_open_attempt
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """`number` and `branch` are those of the device's first line. `is_sending`: it has a message in
    its hands.
    """

    device_id: str
    address: str
    kind: str
    line_id: str
    number: str
    branch: str
    is_sending: bool


def find(conn: sqlite3.Connection, rights: Rights, device_id: str) -> LookedAt:
    """Raises NotFound for a device without a screen, and for who does not manage it."""
    device = devices.device(conn, device_id)
    line = next(iter(lines.lines_of_device(conn, device_id)), None)
    if line is None or Kind.named(device.kind).remote is None:
        raise NotFound("device")
    rights.require(Permission.DEVICE_MANAGE, line.branch_id, "device")
    return LookedAt(
        device_id=device_id,
        address=device.address,
        kind=device.kind,
        line_id=line.id,
        number=line.number,
        branch=branches.branch(conn, line.branch_id).name,
        is_sending=has_open_attempt(conn, device_id),
    )


def began(tx: Tx, at: LookedAt, look_id: str, staff_id: str) -> None:
    _tell(tx, EventKind.SCREEN_LOOK_BEGUN, at, staff_id, look=look_id)


def ended(tx: Tx, at: LookedAt, look_id: str, staff_id: str) -> None:
    _tell(tx, EventKind.SCREEN_LOOK_ENDED, at, staff_id, look=look_id)


def pressed(tx: Tx, at: LookedAt, what: str, staff_id: str) -> None:
    _tell(tx, EventKind.SCREEN_PRESSED, at, staff_id, what=what)


def _tell(tx: Tx, kind: EventKind, at: LookedAt, staff_id: str, **facts: str) -> None:
    tx.emit(kind, line_id=at.line_id, device_id=at.device_id, staff_id=staff_id, facts=facts)
