"""The file of the database gives back the room of what is gone.

A database that is made by this Balie gives room back bit by bit. An older one does so after it was
written anew once, which takes as much room again twice, and nobody else may use it meanwhile: it is
done before Balie starts its threads, and left for another start where there is no room.
"""

import logging
import shutil
import sqlite3
from pathlib import Path

from appliance.store.connection import translated
from appliance.store.store import Tx

log = logging.getLogger(__name__)

INCREMENTAL = 2
"""SQLite's number for `PRAGMA auto_vacuum = INCREMENTAL`."""
SPARE_SHARE = 0.02
"""Of the file stays free: what comes next needs it."""
_SPARE_PAGES = 256
_ROOM = 2.2
"""SQLite's manual: VACUUM needs up to twice the file's size, in the write-ahead log and beside."""


def give_back(tx: Tx, pages: int) -> int:
    """Some free pages leave the file; how many bytes, 0 where there is nothing to give back."""
    conn = tx.conn
    if _number(conn, "auto_vacuum") != INCREMENTAL:
        return 0
    whole = _number(conn, "page_count")
    spare = max(_SPARE_PAGES, int(whole * SPARE_SHARE))
    free = _number(conn, "freelist_count")
    if free <= spare:
        return 0
    conn.execute(f"PRAGMA incremental_vacuum({min(pages, free - spare)})").fetchall()
    return (whole - _number(conn, "page_count")) * _number(conn, "page_size")


def make_ready(path: Path) -> bool:
    """Writes an older database anew, once, so that it can give room back; False where it could
    not. Only while nobody else uses it.
    """
    with translated(path):
        conn = sqlite3.connect(path, isolation_level=None)
        try:
            if _number(conn, "auto_vacuum") == INCREMENTAL:
                return True
            if shutil.disk_usage(path.parent).free < path.stat().st_size * _ROOM:
                log.warning("%s stays as large as it is: its disk has no room to change that", path)
                return False
            conn.execute(f"PRAGMA auto_vacuum = {INCREMENTAL}")
            conn.execute("VACUUM")
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            return _number(conn, "auto_vacuum") == INCREMENTAL
        finally:
            conn.close()


def _number(conn: sqlite3.Connection, name: str) -> int:
    return int(conn.execute(f"PRAGMA {name}").fetchone()[0])
