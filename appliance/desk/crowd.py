"""Many new people who write to a line at once: their first answers wait, and somebody is told."""

import sqlite3

from appliance.events import EventKind
from appliance.queue.rows import PARKED
from appliance.store.store import Tx

WAITING = f"""
SELECT count(*) FROM message INDEXED BY message_parked WHERE line_id = ? AND state = 'queued'
AND reason IN {PARKED} AND reason = 'newcomers'
"""  # noqa: S608 -- our own words


def waiting(conn: sqlite3.Connection, line_id: str) -> int:
    """First answers of this line that wait because of it."""
    return int(conn.execute(WAITING, (line_id,)).fetchone()[0])


def tell(tx: Tx, line_id: str, message_id: str) -> None:
    """The first that waits begins it; what comes then adds nothing that is new."""
    if waiting(tx.conn, line_id) == 1:
        tx.emit(EventKind.LINE_CROWDED, line_id=line_id, message_id=message_id)
