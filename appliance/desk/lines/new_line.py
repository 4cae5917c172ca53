"""A new number with its device (a phone or a modem), and a modem to fall back on."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.channels import Channel
from appliance.devices.kind import Kind
from appliance.errors import InvalidInput, Refused
from appliance.events import EventKind
from appliance.reasons import Reason
from appliance.store import devices, lines, messages, routes
from appliance.store.kept_settings import tell
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """`kind` and `address` are those of the device whose SIM has the number.

    `fallback` is the port of a modem that takes over; many lines may share one.
    """

    branch_id: str
    number: str
    kind: str
    address: str
    fallback: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedLine:
    line_id: str
    device_id: str
    fallback_id: str | None


def add(tx: Tx, wanted: NewLine) -> AddedLine:
    """Raises Refused when the number or the device has a line already."""
    line_id = lines.add_line(tx, branch_id=wanted.branch_id, number=wanted.number)
    device_id = devices.enrol(tx, kind=wanted.kind, address=wanted.address)
    if owner := _owner(tx.conn, device_id):
        raise _taken(wanted.kind, wanted.address, owner)
    for channel in _channels(wanted.kind):
        routes.add_route(tx, line_id=line_id, device_id=device_id, channel=channel)
    fallback_id = add_fallback(tx, line_id, wanted.fallback) if wanted.fallback else None
    return AddedLine(line_id=line_id, device_id=device_id, fallback_id=fallback_id)


def refuse_taken(conn: sqlite3.Connection, line_id: str, *, kind: str, address: str) -> None:
    """Raises Refused when the device has another line's SIM, or another device this line's."""
    known = [each for each in devices.devices(conn) if (each.kind, each.address) == (kind, address)]
    own = [each.id for each in known]
    with_sim = sims_of(conn, line_id)
    if with_sim and with_sim[0] in own:
        return
    for device_id in own:
        if owner := _owner(conn, device_id):
            raise _taken(kind, address, owner)
    first = devices.device(conn, with_sim[0]) if with_sim else None
    if first is not None and not Kind.named(first.kind).is_shared:
        raise Refused(
            Reason.LINE_TAKEN,
            f"The {first.kind} {first.address} has the SIM of this line.",
            remedy="One number is in one device; remove that line first, or choose another one.",
        )


def carry(tx: Tx, line_id: str, *, kind: str, address: str, by: str) -> str:
    """The device's id. It has the line's SIM from now on, and what the line falls back on comes
    after it. `by` is as in `kept_settings.tell`. Raises Refused as `refuse_taken` does.
    """
    refuse_taken(tx.conn, line_id, kind=kind, address=address)
    device_id = devices.enrol(tx, kind=kind, address=address)
    if sims_of(tx.conn, line_id)[:1] == [device_id]:
        return device_id
    for place, channel in enumerate(_channels(kind)):
        routes.add_route(tx, line_id=line_id, device_id=device_id, channel=channel, rank=place)
    tell(tx, EventKind.LINE_CHANGED, ["device"], by=by, line_id=line_id, device_id=device_id)
    return device_id


def set_fallback(tx: Tx, line_id: str, port: str | None, *, by: str) -> None:
    """The modem at this port instead of what the line fell back on before; None for nothing.

    `by` is as in `kept_settings.tell`. Raises Refused while the modem that would go has a message
    of the line in hand.
    """
    used = sims_of(tx.conn, line_id)
    found = _enrol_fallback(tx, port) if port is not None else None
    gone = [device_id for device_id in used[1:] if device_id != found]
    for device_id in gone:
        let_go(tx, line_id, device_id)
        routes.remove_routes(tx, line_id=line_id, device_id=device_id)
    is_new = port is not None and found not in used[1:]
    if port is not None and is_new:
        add_fallback(tx, line_id, port)
    if gone or is_new:
        tell(tx, EventKind.LINE_CHANGED, ["fallback_modem"], by=by, line_id=line_id)


def sims_of(conn: sqlite3.Connection, line_id: str) -> list[str]:
    """The devices of the line that have a SIM: first the one with its number, then what it falls
    back on.
    """
    used = dict.fromkeys(route.device_id for route in routes.routes_of_line(conn, line_id))
    return [each for each in used if has_sim(conn, each)]


def has_sim(conn: sqlite3.Connection, device_id: str) -> bool:
    return Kind.named(devices.device(conn, device_id).kind).has_sim


def let_go(tx: Tx, line_id: str, device_id: str) -> None:
    """Messages in doubt there are left to a person: nothing will ask this device any more. Raises
    Refused while it has a message in hand.
    """
    about = {"line": line_id, "device": device_id}
    if tx.conn.execute(_IN_HAND, about).fetchone():
        raise Refused(Reason.FALLBACK_IN_USE, _in_use(tx.conn, device_id), remedy=_WAIT)
    leave_doubts(tx, line_id, device_id)


def _in_use(conn: sqlite3.Connection, device_id: str) -> str:
    if has_sim(conn, device_id):
        return (
            "The modem that the line falls back on is sending a message, or has sent a part of it."
        )
    return "A message is being sent over it at this moment."


_WAIT = "Wait until the message has left, or withdraw it in the inbox; then try again."


def leave_doubts(tx: Tx, line_id: str, device_id: str) -> None:
    """What this device left in doubt is for a person to decide: nobody asks it any more."""
    about = {"line": line_id, "device": device_id}
    for row in tx.conn.execute(_IN_DOUBT, about).fetchall():
        messages.plan(tx, row["id"], expected_ms=None, reason=Reason.PERSON)


def add_fallback(tx: Tx, line_id: str, port: str) -> str:
    """The modem's id. From now on the line sends SMS from the modem's number when it has to."""
    device_id = _enrol_fallback(tx, port)
    if any(route.device_id == device_id for route in routes.routes_of_line(tx.conn, line_id)):
        raise InvalidInput("fallback_modem", f"The line sends over the modem {port} already.")
    for channel in _channels(_fallback_kind()):
        routes.add_route(tx, line_id=line_id, device_id=device_id, channel=channel)
    return device_id


def _enrol_fallback(tx: Tx, port: str) -> str:
    return devices.enrol(tx, kind=_fallback_kind(), address=port)


def _fallback_kind() -> str:
    """What lines may share, the house's own first: forms and options name one by its port alone."""
    for kind in Kind.known():
        if kind.is_shared:
            return kind.name
    raise InvalidInput("fallback_modem", "Nothing on this machine can be shared by lines.")


def _channels(kind: str) -> Sequence[Channel]:
    """Raises InvalidInput for a kind without channels: its line would wait for ever."""
    if channels := Kind.named(kind).channels:
        return channels
    raise InvalidInput("device", f"Nothing on this machine drives a {kind}.")


def _taken(kind: str, address: str, owner: str) -> Refused:
    return Refused(
        Reason.DEVICE_TAKEN,
        f"{kind.capitalize()} {address} carries the line {owner} already.",
        remedy=f"One {kind} has one SIM; name another one, or remove that line first.",
    )


def _owner(conn: sqlite3.Connection, device_id: str) -> str | None:
    """The number of the SIM in this device, if a line has it: it is the line's first."""
    for route in routes.routes_of_device(conn, device_id):
        if sims_of(conn, route.line_id)[:1] == [device_id]:
            return lines.line(conn, route.line_id).number
    return None


_IN_HAND = """
SELECT 1 FROM message m INDEXED BY message_waiting
WHERE m.line_id = :line AND m.state IN ('queued', 'sending', 'unconfirmed') AND (
  m.state = 'queued' AND m.bound_to = :device
  OR m.state = 'sending' AND EXISTS (SELECT 1 FROM attempt a WHERE a.message_id = m.id
    AND a.device_id = :device AND a.ended_ms IS NULL))
"""

_IN_DOUBT = """
SELECT m.id FROM message m INDEXED BY message_doubt
WHERE m.line_id = :line AND m.state IN ('sending', 'unconfirmed') AND m.state = 'unconfirmed'
AND :device = (SELECT a.device_id FROM attempt a WHERE a.message_id = m.id
  ORDER BY a.id DESC LIMIT 1)
"""
