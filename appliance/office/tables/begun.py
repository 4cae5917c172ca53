"""Messages that begin a conversation which their box has not made yet."""

import sqlite3
from collections.abc import Sequence

from appliance.office.tables.command_rows import COMMAND, CommandGiven, given_in


def of_staff(conn: sqlite3.Connection, staff_id: str, *, since_ms: int) -> Sequence[CommandGiven]:
    """Of this colleague: what no box has decided, and what one refused since then; oldest first."""
    rows = conn.execute(_OF_STAFF, {"staff": staff_id, "since": since_ms})
    return [given_in(row) for row in rows]


_BEGINS = "kind = 'send' AND conversation_id IS NULL AND json_extract(asked_by, '$.staff') = :staff"
_OF_STAFF = f"""
{COMMAND} WHERE outcome IS NULL AND {_BEGINS}
UNION ALL
{COMMAND} WHERE outcome = 'refused' AND over_ms >= :since AND {_BEGINS}
ORDER BY made_ms, n
"""
