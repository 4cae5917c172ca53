"""Which messages of a thread belong to a round: its question, and what was read as an answer."""

import json
import sqlite3
from collections.abc import Mapping, Sequence


def rounds_of(conn: sqlite3.Connection, message_ids: Sequence[str]) -> Mapping[str, str]:
    """The id of the round, by message."""
    rows = conn.execute(_OF, {"ids": json.dumps(list(message_ids))})
    return {row["message_id"]: row["round_id"] for row in rows}


_OF = """
SELECT asked.value AS message_id, p.round_id FROM json_each(:ids) asked
CROSS JOIN round_person p INDEXED BY round_person_question ON p.question_id = asked.value
UNION ALL
SELECT a.message_id, a.round_id FROM json_each(:ids) asked
CROSS JOIN round_answer a ON a.message_id = asked.value
"""
