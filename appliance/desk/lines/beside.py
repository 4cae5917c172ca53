"""What stands beside a line without a SIM of its own, as a bot or a mailbox."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from appliance.desk.lines import new_line
from appliance.devices.kind import GivenAccount, Kind
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.events import EventKind
from appliance.messages import MessageState
from appliance.reasons import Reason
from appliance.store import device_accounts, devices, lines, messages, routes
from appliance.store.contacts import identity_of
from appliance.store.house_key import HouseKey
from appliance.store.kept_settings import tell
from appliance.store.store import Tx

LACKING = "Fill in all that is asked."


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBeside:
    """`address` is the same for the same account, whatever its secret is. `settings` are what the
    kind's driver reads.
    """

    kind: str
    address: str
    settings: Mapping[str, Any]
    secret: str = field(repr=False)


def read_given(kind: Kind, fields: Mapping[str, str], secret: str) -> GivenAccount:
    """As its kind reads it, which may ask the service and take a while. Raises InvalidInput."""
    for each in kind.account_fields:
        if each.is_needed and not (secret if each.is_secret else fields.get(each.name)):
            raise InvalidInput(each.name, LACKING)
    if kind.read_account is not None:
        return kind.read_account(fields, secret)
    return GivenAccount(address=fields["address"], name=fields["address"])


def put(tx: Tx, line_id: str, wanted: NewBeside, *, key: HouseKey, by: str) -> str:
    """The device's id. What was there already gets this secret, and another account of the kind
    goes, as `remove` does it. `by` is as in `kept_settings.tell`. Raises Refused where the account
    is another line's, and what `remove` raises.
    """
    device_id = devices.enrol(tx, kind=wanted.kind, address=wanted.address)
    for route in routes.routes_of_device(tx.conn, device_id):
        if route.line_id != line_id:
            raise _taken(tx.conn, wanted, route.line_id)
    before = of_line(tx.conn, line_id, wanted.kind)
    if before not in (None, device_id):
        remove(tx, line_id, wanted.kind, by=by)
    if before != device_id:
        for channel in Kind.named(wanted.kind).channels:
            routes.add_route(tx, line_id=line_id, device_id=device_id, channel=channel)
    device_accounts.put(tx, device_id, settings=wanted.settings, secret=wanted.secret, key=key)
    tell(tx, EventKind.LINE_CHANGED, [wanted.kind], by=by, line_id=line_id, device_id=device_id)
    return device_id


def remove(tx: Tx, line_id: str, kind: str, *, by: str) -> str:
    """The id of the device that was let go; its secret is deleted, and what waits for it alone is
    cancelled. Raises NotFound, and Refused while it has a message in hand.
    """
    device_id = of_line(tx.conn, line_id, kind)
    if device_id is None:
        raise NotFound(Kind.named(kind).label)
    new_line.let_go(tx, line_id, device_id)
    _cancel_waiting(tx, line_id, device_id)
    routes.remove_routes(tx, line_id=line_id, device_id=device_id)
    tell(tx, EventKind.LINE_CHANGED, [kind], by=by, line_id=line_id, device_id=device_id)
    return device_id


def of_line(conn: sqlite3.Connection, line_id: str, kind: str) -> str | None:
    """The device of this kind that stands beside the line."""
    for route in routes.routes_of_line(conn, line_id):
        if devices.device(conn, route.device_id).kind == kind:
            return route.device_id
    return None


def _cancel_waiting(tx: Tx, line_id: str, device_id: str) -> None:
    """What no other way of the line could carry."""
    ways = routes.routes_of_line(tx.conn, line_id)
    gone = [each.channel for each in ways if each.device_id == device_id]
    left = [each.channel for each in ways if each.device_id != device_id]
    rows = tx.conn.execute(
        "SELECT id, value, scheme, wanted FROM message INDEXED BY message_waiting"
        " WHERE line_id = ? AND state IN ('queued', 'sending', 'unconfirmed')"
        " AND state = 'queued'",
        (line_id,),
    ).fetchall()
    for row in rows:
        to = identity_of(row)
        wanted = row["wanted"]
        carries = [each for each in left if each.writes_to(to) and wanted in (None, each.name)]
        if not carries and any(each.writes_to(to) for each in gone):
            why = Reason.LINE_REMOVED
            messages.move(tx, row["id"], MessageState.CANCELLED, reason=why)


def _taken(conn: sqlite3.Connection, wanted: NewBeside, line_id: str) -> Refused:
    label, number = Kind.named(wanted.kind).label, lines.line(conn, line_id).number
    return Refused(
        Reason.DEVICE_TAKEN,
        f"{label} {wanted.address} belongs to the line {number} already.",
        remedy="Each line needs an account of its own; remove it from that line first.",
    )
