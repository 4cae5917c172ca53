"""The devices that were enrolled, at the SQL edge."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from appliance.channels import Channel
from appliance.errors import NotFound
from appliance.events import EventKind
from appliance.store.line_settings import LineSettings
from appliance.store.routes import routes_of_device
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """`channels` are those that can send now; `lost` says for each other one since when it cannot.

    `facts` is the JSON that its driver reported, `imei` the modem that it is bound to, and
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

    def has_low_credit(self, settings: LineSettings) -> bool:
        """Whether the line with these settings wants to be warned."""
        below, cents = settings.credit_warn_cents, self.balance_cents
        return below is not None and cents is not None and cents < below


_DEVICE = (
    "SELECT id, kind, address, iccid, sim_number, imei, state, reason, channels, facts, lost,"
    " balance_cents, balance_ms, changed_ms, created_ms FROM device WHERE removed_ms IS NULL"
)


def enrol(tx: Tx, *, kind: str, address: str) -> str:
    """The id of the device at this address, created when new."""
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


def move(tx: Tx, device_id: str, address: str) -> None:
    """The device is found at another address from now on."""
    tx.conn.execute("UPDATE device SET address = ? WHERE id = ?", (address, device_id))


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


def kind_of(conn: sqlite3.Connection, device_id: str) -> str:
    """Also of one that was taken away."""
    row = conn.execute("SELECT kind FROM device WHERE id = ?", (device_id,)).fetchone()
    return "" if row is None else str(row["kind"])


def _device(row: sqlite3.Row) -> Device:
    values = dict(row)
    values["channels"] = frozenset(Channel.named(name) for name in json.loads(values["channels"]))
    values["lost"] = {Channel.named(name): at for name, at in json.loads(values["lost"]).items()}
    return Device(**values)
