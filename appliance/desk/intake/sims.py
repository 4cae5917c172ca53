"""Which SIM a device is bound to: the first one that shows an identity, and no other after it."""

import sqlite3

from appliance.devices.kind import Kind
from appliance.devices.protocol import Sim
from appliance.store import lines
from appliance.store.store import Tx


def is_own(conn: sqlite3.Connection, device_id: str, sim: Sim) -> bool:
    """True when this is the device's SIM, or can become it."""
    bound = _bound(conn, device_id)
    return _is_same_sim(bound, sim) and (sim.alone or _is_told(conn, device_id, bound, sim))


def binds(conn: sqlite3.Connection, device_id: str, sim: Sim) -> bool:
    """True when this SIM is the device's and shows something that the device is not bound by."""
    bound = _bound(conn, device_id)
    shown = {"iccid": sim.iccid, "imsi": sim.imsi, "sim_number": sim.number}
    news = any(value is not None and bound[name] is None for name, value in shown.items())
    return news and is_own(conn, device_id, sim)


def bind(tx: Tx, device_id: str, sim: Sim) -> bool:
    """As `is_own`; what the device is not bound by yet binds it from now on."""
    if not is_own(tx.conn, device_id, sim):
        return False
    tx.conn.execute(
        "UPDATE device SET iccid = coalesce(iccid, ?), imsi = coalesce(imsi, ?),"
        " sim_number = coalesce(sim_number, ?) WHERE id = ?",
        (sim.iccid, sim.imsi, sim.number, device_id),
    )
    return True


def _bound(conn: sqlite3.Connection, device_id: str) -> sqlite3.Row:
    row: sqlite3.Row = conn.execute(
        "SELECT kind, iccid, imsi, sim_number FROM device WHERE id = ?", (device_id,)
    ).fetchone()
    return row


def _is_told(conn: sqlite3.Connection, device_id: str, bound: sqlite3.Row, sim: Sim) -> bool:
    """With two SIMs in one phone: true when the card or the number shows that this one is meant."""
    if bound["iccid"] and sim.iccid:
        return bool(bound["iccid"] == sim.iccid)
    own = lines.lines_of_device(conn, device_id)[:1]
    meant = bound["sim_number"] or next((line.number for line in own), None)
    return sim.number is not None and sim.number == meant


def _is_same_sim(bound: sqlite3.Row, sim: Sim) -> bool:
    """The card decides if it was ever read, else the subscription on it, else its number."""
    if bound["imsi"] and sim.imsi and bound["imsi"] != sim.imsi:
        return False
    # A modem reads the same of the same card; a phone does not always say.
    if bound["iccid"] and (sim.iccid or Kind.named(bound["kind"]).always_reads_sim):
        return bool(bound["iccid"] == sim.iccid)
    return not (bound["sim_number"] and sim.number) or bool(bound["sim_number"] == sim.number)
