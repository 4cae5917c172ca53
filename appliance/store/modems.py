"""What is kept of modems: which modem a device is, the credit of its SIM, what its model can do."""

import json
import sqlite3
from collections.abc import Mapping
from enum import Enum
from typing import Any

from appliance.events import EventKind
from appliance.reasons import Reason
from appliance.store import lines
from appliance.store.store import Tx


class Whose(Enum):
    """How a modem that was found relates to a device."""

    OURS = "ours"
    ANOTHER = "another"
    #: #: It may be another device's: they have the same IMEI, and a SIM is unknown.
    UNCLEAR = "unclear"


def is_bound(conn: sqlite3.Connection, device_id: str) -> bool:
    """Whether the device is known by the IMEI of a modem."""
    row = conn.execute("SELECT imei FROM device WHERE id = ?", (device_id,)).fetchone()
    return row is not None and row["imei"] is not None


def whose(conn: sqlite3.Connection, device_id: str, imei: str, iccid: str | None) -> Whose:
    """Whose the modem with this IMEI and SIM is.

    A modem that is already another device is not also this one. If another device has this IMEI,
    this is another stick of its batch only when both their SIMs are known and differ.
    """
    own = conn.execute("SELECT imei FROM device WHERE id = ?", (device_id,)).fetchone()
    if own is None or own["imei"] not in (None, imei):
        return Whose.ANOTHER
    twins = _sims_of_twins(conn, device_id, imei)
    if iccid is not None and iccid in twins:
        return Whose.ANOTHER
    if own["imei"] is None and twins and (iccid is None or None in twins):
        return Whose.UNCLEAR
    return Whose.OURS


def bind(tx: Tx, device_id: str, imei: str, iccid: str | None) -> Whose:
    """As `whose`; the first modem that is found to be the device's binds the device."""
    found = whose(tx.conn, device_id, imei, iccid)
    if found is Whose.OURS:
        twins = _sims_of_twins(tx.conn, device_id, imei)
        tx.conn.execute(
            "UPDATE device SET imei = ?, iccid = coalesce(iccid, ?) WHERE id = ? AND imei IS NULL",
            (imei, iccid if twins else None, device_id),
        )
    return found


def _sims_of_twins(conn: sqlite3.Connection, device_id: str, imei: str) -> set[str | None]:
    rows = conn.execute(
        "SELECT iccid FROM device WHERE imei = ? AND id <> ? AND removed_ms IS NULL",
        (imei, device_id),
    )
    return {row["iccid"] for row in rows}


def keep_balance(tx: Tx, device_id: str, cents: int, *, at_ms: int) -> None:
    """A balance of nothing stops this device's routes; one that has risen starts them again.

    A balance that has not risen does not: the network may refuse to send with a few cents left, and
    that must not be tried again after each question.
    """
    row = tx.conn.execute(
        "SELECT balance_cents AS cents, balance_ms FROM device WHERE id = ?", (device_id,)
    ).fetchone()
    if row is None or at_ms < (row["balance_ms"] or 0):
        return
    tx.conn.execute(
        "UPDATE device SET balance_cents = ?, balance_ms = ? WHERE id = ?",
        (cents, at_ms, device_id),
    )
    carried = lines.lines_of_device(tx.conn, device_id)
    if cents != row["cents"]:
        for line in carried:
            facts = {"cents": cents}
            tx.emit(EventKind.DEVICE_BALANCE, device_id=device_id, line_id=line.id, facts=facts)
    if cents <= 0:
        for line in carried:
            lines.stop_line(tx, line.id, Reason.NO_CREDIT, device_id=device_id)
    elif row["cents"] is None or cents > row["cents"]:
        lines.resume_device(tx, device_id, Reason.NO_CREDIT)


def model_facts(conn: sqlite3.Connection, model: str) -> Mapping[str, Any]:
    row = conn.execute("SELECT facts FROM modem_model WHERE model = ?", (model,)).fetchone()
    found: Mapping[str, Any] = json.loads(row["facts"]) if row else {}
    return found


def learn(tx: Tx, model: str, facts: Mapping[str, Any]) -> None:
    """Adds to what is known; a known fact takes its new value."""
    known = {**model_facts(tx.conn, model), **facts}
    tx.conn.execute(
        "INSERT INTO modem_model (model, facts, changed_ms) VALUES (?, ?, ?)"
        " ON CONFLICT (model) DO UPDATE SET facts = excluded.facts,"
        " changed_ms = excluded.changed_ms",
        (model, json.dumps(known), tx.now_ms),
    )
