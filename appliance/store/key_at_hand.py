"""The house's key, for who has only a connection to the database beside which it lies."""

import sqlite3
from pathlib import Path

from appliance.store.house_key import HouseKey


def house_key(conn: sqlite3.Connection) -> HouseKey:
    """Raises SetupError with what to do."""
    row = conn.execute("SELECT file FROM pragma_database_list WHERE name = 'main'").fetchone()
    return HouseKey.of(Path(row["file"]).parent)
