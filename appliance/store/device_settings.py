"""What Balie has set on phones and what it was before, at the SQL edge."""

import sqlite3
from collections.abc import Sequence

from appliance.enrolment import KeptSetting
from appliance.events import EventKind
from appliance.store.store import Store, Tx


class StoredSettings:
    """Implements `SettingsMemory` for the phone at one address."""

    def __init__(self, store: Store, address: str) -> None:
        self._store = store
        self._address = address

    def kept(self) -> Sequence[KeptSetting]:
        return self._store.read(lambda conn: kept_on(conn, self._address))

    def remember(self, settings: Sequence[KeptSetting]) -> None:
        self._store.write(lambda tx: _remember(tx, self._address, settings))

    def forget(self, settings: Sequence[KeptSetting]) -> None:
        self._store.write(lambda tx: _forget(tx, self._address, settings))


def kept_on(conn: sqlite3.Connection, address: str) -> Sequence[KeptSetting]:
    """In the order in which they were set."""
    rows = conn.execute(
        "SELECT namespace, name, old, new FROM device_setting WHERE address = ? ORDER BY rowid",
        (address,),
    )
    return [KeptSetting(**dict(row)) for row in rows]


def set_up_addresses(conn: sqlite3.Connection) -> frozenset[str]:
    """The phones on which something is set."""
    return frozenset(row[0] for row in conn.execute("SELECT DISTINCT address FROM device_setting"))


def _remember(tx: Tx, address: str, settings: Sequence[KeptSetting]) -> None:
    tx.conn.executemany(
        "INSERT INTO device_setting (address, namespace, name, old, new, set_ms)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET old = excluded.old, new = excluded.new, set_ms = excluded.set_ms",
        [(address, s.namespace, s.name, s.old, s.new, tx.now_ms) for s in settings],
    )
    _tell(tx, address, settings, put_back=False)


def _forget(tx: Tx, address: str, settings: Sequence[KeptSetting]) -> None:
    tx.conn.executemany(
        "DELETE FROM device_setting WHERE address = ? AND namespace = ? AND name = ?",
        [(address, s.namespace, s.name) for s in settings],
    )
    if settings:
        _tell(tx, address, settings, put_back=True)


def _tell(tx: Tx, address: str, settings: Sequence[KeptSetting], *, put_back: bool) -> None:
    row = tx.conn.execute(
        "SELECT id FROM device WHERE address = ? AND removed_ms IS NULL", (address,)
    ).fetchone()
    facts = {"fields": [each.name for each in settings], "put_back": put_back}
    tx.emit(EventKind.DEVICE_SETTINGS, device_id=row and row["id"], facts=facts)
