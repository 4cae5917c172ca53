"""The state that a device reports, and what follows from it for its lines."""

import json
import sqlite3

from appliance.channels import Channel
from appliance.devices import device_facts
from appliance.devices.kind import Kind
from appliance.devices.protocol import DeviceState, Status
from appliance.events import EventKind
from appliance.reasons import Reason
from appliance.store import lines
from appliance.store.store import Tx

_CONNECTED = frozenset({DeviceState.READY, DeviceState.DEGRADED})

_STOPPED = "WhatsApp shows a warning, a ban or a log-out."


def only_drifts(conn: sqlite3.Connection, device_id: str, status: Status) -> bool:
    """True when this status differs from what is kept in nothing but what drifts by itself."""
    before = conn.execute(
        "SELECT state, reason, channels, facts FROM device WHERE id = ?", (device_id,)
    ).fetchone()
    return (
        before is not None
        and _shown(status) == (before["state"], before["reason"], before["channels"])
        and device_facts.lasting(before["facts"])
        == device_facts.lasting(device_facts.stored(status.facts))
    )


def note(tx: Tx, device_id: str, status: Status) -> None:
    """Keeps the state; events only when something a person would notice has changed."""
    before = tx.conn.execute(
        "SELECT kind, state, reason, channels, lost FROM device WHERE id = ?", (device_id,)
    ).fetchone()
    if before is None:
        return
    now = _shown(status)
    lost = _lost(before, status, tx.now_ms)
    tx.conn.execute(
        "UPDATE device SET facts = ?, lost = ? WHERE id = ?",
        (device_facts.stored(status.facts), json.dumps(lost), device_id),
    )
    if now == (before["state"], before["reason"], before["channels"]):
        return
    tx.conn.execute(
        "UPDATE device SET state = ?, reason = ?, channels = ?, changed_ms = ? WHERE id = ?",
        (*now, tx.now_ms, device_id),
    )
    _follow(tx, device_id, Reason(before["reason"]), status)
    facts = {"state": status.state.value, "reason": status.reason.value}
    carried = lines.lines_of_device(tx.conn, device_id)
    for line in carried:
        tx.emit(EventKind.DEVICE_STATUS, device_id=device_id, line_id=line.id, facts=facts)
    if not carried:
        tx.emit(EventKind.DEVICE_STATUS, device_id=device_id, facts=facts)


def _shown(status: Status) -> tuple[str, str, str]:
    channels = json.dumps(sorted(channel.name for channel in status.channels))
    return status.state.value, status.reason.value, channels


def _lost(before: sqlite3.Row, status: Status, now_ms: int) -> dict[str, int]:
    """For each channel of its kind that cannot send now, since when; a moment of working ends
    that. Of a kind that is not known any more, for all channels.
    """
    known: dict[str, int] = json.loads(before["lost"])
    able = status.channels if status.state in _CONNECTED else frozenset()
    all_of_it = Kind.named(before["kind"]).channels or Channel.known()
    closed = [channel.name for channel in all_of_it if channel not in able]
    return {name: known.get(name, now_ms) for name in closed}


def _follow(tx: Tx, device_id: str, before: Reason, status: Status) -> None:
    """A ban stops the line, whichever device saw it. A SIM that is back restarts its routes."""
    after = status.reason
    if after is Reason.WHATSAPP_STOPPED and before is not after:
        for line in lines.lines_of_device(tx.conn, device_id):
            if line.stopped is None or line.stopped_on is not None:
                lines.stop_line(tx, line.id, _STOPPED)
    if before is Reason.NO_SIM and any(each.uses_sim for each in status.channels):
        lines.resume_device(tx, device_id, Reason.SIM_MISSING)
