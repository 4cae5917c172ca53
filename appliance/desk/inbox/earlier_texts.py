"""What messages said before they were changed."""

import json
import sqlite3
from collections.abc import Mapping, Sequence


def earlier_texts(
    conn: sqlite3.Connection, message_ids: Sequence[str]
) -> Mapping[str, Sequence[str]]:
    """Oldest first, by message."""
    found: dict[str, list[str]] = {}
    rows = conn.execute(_EARLIER, (json.dumps(message_ids),)) if message_ids else ()
    for row in rows:
        found.setdefault(row["message_id"], []).append(row["text"])
    return found


_EARLIER = """
SELECT message_id, text FROM earlier_text
WHERE message_id IN (SELECT value FROM json_each(?)) ORDER BY rowid
"""
