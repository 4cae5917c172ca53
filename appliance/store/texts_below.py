"""What stands below the words of a mail, at the SQL edge: what it answers, as it quotes that.

It is shown where somebody wants to see it, and nothing follows from it: neither a STOP nor a hit of
the search.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence

from appliance.store.store import Tx


def keep(tx: Tx, message_id: str, text: str) -> None:
    """Nothing where nothing is quoted."""
    tx.conn.execute(
        "INSERT INTO text_below (message_id, text) SELECT ?1, ?2 WHERE ?2 <> ''", (message_id, text)
    )


def of_messages(conn: sqlite3.Connection, message_ids: Sequence[str]) -> Mapping[str, str]:
    """By message; one that quotes nothing is not in it."""
    rows = conn.execute(_OF_MESSAGES, (json.dumps(message_ids),)) if message_ids else ()
    return {row["message_id"]: row["text"] for row in rows}


_OF_MESSAGES = """
SELECT message_id, text FROM text_below WHERE message_id IN (SELECT value FROM json_each(?))
"""
