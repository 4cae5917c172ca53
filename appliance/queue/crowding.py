"""An event for when the first answer to a new person has to wait for others of its kind."""

from appliance.events import EventKind
from appliance.queue.rows import PARKED
from appliance.reasons import Reason
from appliance.store.store import Tx

_WAITS = f"""
SELECT 1 FROM message INDEXED BY message_parked WHERE line_id = ? AND state = 'queued'
AND reason IN {PARKED} AND reason = '{Reason.NEWCOMERS}' AND id <> ? LIMIT 1
"""  # noqa: S608 -- our own words


def tell(tx: Tx, line_id: str, message_id: str) -> None:
    """Called as this message begins to wait. What follows the first adds nothing new."""
    if tx.conn.execute(_WAITS, (line_id, message_id)).fetchone() is None:
        tx.emit(EventKind.LINE_CROWDED, line_id=line_id, message_id=message_id)
