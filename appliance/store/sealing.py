"""What stands sealed in the database, and whether the keys that it was used with are here.

Asked at each start: rows of before are sealed then, and those of an earlier key sealed anew.
"""

import logging
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from appliance.errors import SetupError
from appliance.store import house_key, incidents, push, signing_keys, webhooks
from appliance.store.house_key import HouseKey
from appliance.store.incidents import IncidentKind
from appliance.store.store import Tx

log = logging.getLogger(__name__)

UNREADABLE = "unreadable"
"""In the place of a name, where the file of the key cannot be read."""


def settle(tx: Tx, data_dir: Path) -> Sequence[str]:
    """The names of the keys that are missing; there is an incident as long as one is. So there is
    where the key's own file cannot be read, which is left as it is.
    """
    try:
        key = HouseKey.of(data_dir)
    except SetupError as exc:
        log.warning("%s", exc)
        _complain(tx, [UNREADABLE])
        return [UNREADABLE]
    known = set(names(tx.conn))
    missing = sorted(known - set(key.names))
    for name in key.names:
        if name not in known:
            tx.conn.execute(
                "INSERT INTO house_key (name, since_ms) VALUES (?, ?)", (name, tx.now_ms)
            )
    _complain(tx, missing)
    push.seal_all(tx, key)
    signing_keys.seal_all(tx, key, all_keys_here=not missing)
    webhooks.seal_all(tx, key)
    return missing


def names(conn: sqlite3.Connection) -> Sequence[str]:
    """Of the keys that this database was used with."""
    return [row["name"] for row in conn.execute("SELECT name FROM house_key ORDER BY since_ms")]


def missing_of(conn: sqlite3.Connection, key: HouseKey) -> Sequence[str]:
    return sorted(set(names(conn)) - set(key.names))


def key_in_use(conn: sqlite3.Connection, data_dir: Path) -> HouseKey:
    """For who comes by hand: no second key is made where this database knows one that systemd may
    hand to Balie alone. Raises SetupError.
    """
    path = house_key.path_of(data_dir)
    if names(conn) and not path.exists():
        raise SetupError(
            f"The key of this house is not at {path}. If systemd hands it to Balie, name its folder"
            " in CREDENTIALS_DIRECTORY; else put it back with balie key add FILE."
        )
    return HouseKey.of(data_dir)


def forget(tx: Tx, data_dir: Path) -> int:
    """The missing keys are lost for good: gives how many. Raises SetupError."""
    lost = missing_of(tx.conn, HouseKey.of(data_dir))
    for name in lost:
        tx.conn.execute("DELETE FROM house_key WHERE name = ?", (name,))
    settle(tx, data_dir)
    return len(lost)


def _complain(tx: Tx, missing: Sequence[str]) -> None:
    if missing:
        facts = {"missing": list(missing), "stops": []}
        incidents.open_incident(tx, IncidentKind.HOUSE_KEY, facts=facts)
    else:
        incidents.close_incident(tx, IncidentKind.HOUSE_KEY)
