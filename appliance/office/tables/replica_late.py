"""What the index of the search in a replica has passed by: messages, people and groups that were
told after others with higher numbers, or again without an event.
"""

import sqlite3

from appliance.desk.search import index
from appliance.store.store import Tx

PIECE = 100
"""Of one transaction."""


def is_any(conn: sqlite3.Connection) -> bool:
    return conn.execute("SELECT 1 FROM replica_late LIMIT 1").fetchone() is not None


def put_in(tx: Tx) -> None:
    """The next of them. An index that is to be built anew has them all in time."""
    conn = tx.conn
    if not index.progress(conn).is_current:
        conn.execute("DELETE FROM replica_late")
        return
    found = conn.execute("SELECT what, key FROM replica_late LIMIT ?", (PIECE,)).fetchall()
    keys = {kind: [row["key"] for row in found if row["what"] == kind] for kind in _KINDS}
    index.add_messages(conn, [row for seq in keys["message"] for row in _passed_by(conn, seq)])
    index.renew_contacts(conn, keys["contact"])
    index.renew_groups(conn, keys["group"])
    done = [tuple(row) for row in found]
    conn.executemany("DELETE FROM replica_late WHERE what = ? AND key = ?", done)


_KINDS = ("message", "contact", "group")


def _passed_by(conn: sqlite3.Connection, seq: int) -> list[sqlite3.Row]:
    return conn.execute(_PASSED_BY, (seq,)).fetchall()


_PASSED_BY = f"""
{index.MESSAGES} WHERE seq = ?
AND EXISTS (SELECT 1 FROM search_progress WHERE seq > low_seq AND seq <= high_seq)
"""  # noqa: S608 -- our own words
