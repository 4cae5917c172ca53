"""Which messages belong to a round: its question, what it told, and what was read as an answer."""

import json
import sqlite3
from collections.abc import Mapping, Sequence

from appliance.store import rounds
from appliance.store.rounds import Round, RoundPerson


def said_to(conn: sqlite3.Connection, who: RoundPerson) -> str | None:
    """The message that they were told last in this round, as it is noted now."""
    row = conn.execute(
        "SELECT said_id FROM round_person WHERE round_id = ? AND contact_id = ?",
        (who.round_id, who.contact_id),
    ).fetchone()
    return row["said_id"] if row else None


def said_before(
    conn: sqlite3.Connection, about: Round, who: RoundPerson, said_id: str
) -> str | None:
    """What a round told them before that, if it was not withdrawn."""
    values = {"said": said_id, "since": about.created_ms, "contact": who.contact_id}
    row = conn.execute(_SAID_BEFORE, values).fetchone()
    return row["id"] if row else None


def told_by(conn: sqlite3.Connection, message_id: str) -> RoundPerson | None:
    """Whom this message of a round told something, while it is the last that they were told."""
    row = conn.execute(_TOLD_BY, (message_id,)).fetchone()
    return rounds.person_from(row) if row else None


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
_SAID_BEFORE = """
SELECT m.id FROM message s JOIN message m INDEXED BY message_thread
  ON m.conversation_id = s.conversation_id AND m.id < s.id
WHERE s.id = :said AND m.direction = 'out' AND m.rule = 'round' AND m.created_ms >= :since
AND m.state NOT IN ('cancelled', 'refused', 'expired', 'failed') AND NOT EXISTS (
  SELECT 1 FROM round_person p INDEXED BY round_person_contact
  WHERE p.contact_id = :contact AND p.question_id = m.id)
ORDER BY m.id DESC LIMIT 1
"""
_TOLD_BY = """
SELECT p.* FROM message m JOIN round_person p INDEXED BY round_person_contact
  ON p.contact_id = m.contact_id AND p.said_id = m.id
WHERE m.id = ? AND m.rule = 'round'
"""
