"""What a device without a SIM logs in with, at the SQL edge: settings, and a sealed secret."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from appliance.errors import SetupError
from appliance.store.house_key import HouseKey
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAccount:
    """`secret` is sealed. `changed_ms` is another number whenever something of it is."""

    settings: Mapping[str, Any]
    secret: str = field(repr=False)
    changed_ms: int


def put(tx: Tx, device_id: str, *, settings: Mapping[str, Any], secret: str, key: HouseKey) -> None:
    """In place of what the device had before."""
    tx.conn.execute(
        "INSERT INTO device_account (device_id, settings, secret, changed_ms) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (device_id) DO UPDATE SET settings = excluded.settings,"
        " secret = excluded.secret, changed_ms = max(excluded.changed_ms, changed_ms + 1)",
        (
            device_id,
            json.dumps(dict(settings)),
            key.seal_text(secret, about=_about(device_id)),
            tx.now_ms,
        ),
    )


def of(conn: sqlite3.Connection, device_id: str) -> StoredAccount | None:
    row = conn.execute(
        "SELECT settings, secret, changed_ms FROM device_account WHERE device_id = ?", (device_id,)
    ).fetchone()
    if row is None:
        return None
    return StoredAccount(
        settings=json.loads(row["settings"]), secret=row["secret"], changed_ms=row["changed_ms"]
    )


def opened(account: StoredAccount, device_id: str, key: HouseKey) -> str:
    """The secret. Raises SetupError where the key that sealed it is not here."""
    return key.open_text(account.secret, about=_about(device_id))


def forget_gone(tx: Tx) -> None:
    """No secret outlives its device."""
    tx.conn.execute(
        "DELETE FROM device_account WHERE device_id IN"
        " (SELECT id FROM device WHERE removed_ms IS NOT NULL)"
    )


def seal_all(tx: Tx, key: HouseKey) -> None:
    """What lies under an earlier key is sealed with the newest; what no key opens stays."""
    for row in tx.conn.execute("SELECT device_id, secret FROM device_account").fetchall():
        device_id, secret = row["device_id"], row["secret"]
        if key.seals_newest(secret):
            continue
        try:
            shut = key.seal_text(
                key.open_text(secret, about=_about(device_id)), about=_about(device_id)
            )
        except SetupError:
            continue
        tx.conn.execute(
            "UPDATE device_account SET secret = ? WHERE device_id = ?", (shut, device_id)
        )


def _about(device_id: str) -> str:
    return f"device_account.secret {device_id}"
