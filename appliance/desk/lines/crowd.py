"""Many new people write to a line at once: how many of their first answers wait."""

import sqlite3

from appliance.queue.rows import PARKED
from appliance.reasons import Reason

WAITING = f"""
SELECT count(*) FROM message INDEXED BY message_parked WHERE line_id = ? AND state = 'queued'
AND reason IN {PARKED} AND reason = '{Reason.NEWCOMERS}'
"""  # noqa: S608 -- our own words


def waiting(conn: sqlite3.Connection, line_id: str) -> int:
    """First answers of this line that wait for that reason."""
    return int(conn.execute(WAITING, (line_id,)).fetchone()[0])
