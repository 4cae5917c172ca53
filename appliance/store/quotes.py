"""Which message another one answers, at the SQL edge."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from appliance.store.care_marks import NOT_SHOWN
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedMessage:
    id: str
    text: str


def put(tx: Tx, message_id: str, quoted_id: str) -> bool:
    """False where it is known already."""
    put = tx.conn.execute(
        "INSERT INTO message_quote (message_id, quoted_id) VALUES (?, ?)"
        " ON CONFLICT DO NOTHING RETURNING 1",
        (message_id, quoted_id),
    )
    return put.fetchone() is not None


def is_in(conn: sqlite3.Connection, message_id: str, conversation_id: str) -> bool:
    """Whether a message of this conversation has that id."""
    found = conn.execute(
        "SELECT 1 FROM message WHERE id = ? AND conversation_id = ?", (message_id, conversation_id)
    )
    return found.fetchone() is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredWords:
    """Of the message that one answers; `at_ms` is the time that it shows on a phone, `by` are the
    names under which a device showed who wrote it in a group. `key` is the device's own identity
    for one that came in, `evidence` that of the attempt by which one left over this device.
    """

    text: str
    own: bool
    at_ms: int
    by: frozenset[str]
    key: str | None
    evidence: str


def answered(conn: sqlite3.Connection, message_id: str, device_id: str) -> AnsweredWords | None:
    """None for a message that quotes none, or one that a phone does not show by its words alone.
    `device_id`: of what the answer is sent with.
    """
    row = conn.execute(_ANSWERED, {"message": message_id, "device": device_id}).fetchone()
    if row is None:
        return None
    shown = {row["value"], row["sender_name"]} if row["named"] else ()
    return AnsweredWords(
        text=row["text"],
        own=bool(row["own"]),
        at_ms=row["at_ms"],
        by=frozenset(each for each in shown if each),
        key=row["device_key"],
        evidence=row["evidence"] or "{}",
    )


def quoted_by(conn: sqlite3.Connection, message_ids: Iterable[str]) -> Mapping[str, QuotedMessage]:
    """By message; one that quotes none is not in it."""
    rows = conn.execute(_OF_MESSAGES, (json.dumps(list(message_ids)),))
    return {row["message_id"]: QuotedMessage(id=row["id"], text=row["text"]) for row in rows}


_ANSWERED = """
SELECT m.text, m.value, m.sender_name, m.direction = 'out' AS own,
  m.direction = 'in' AND c.group_id IS NOT NULL AS named, m.device_key,
  (SELECT a.evidence FROM attempt a WHERE a.message_id = m.id AND a.device_id = :device
    AND a.outcome = 'sent' ORDER BY a.id DESC LIMIT 1) AS evidence,
  coalesce(m.sent_ms, m.written_ms, m.happened_ms) AS at_ms
FROM message_quote q JOIN message m ON m.id = q.quoted_id
JOIN conversation c ON c.id = m.conversation_id
WHERE q.message_id = :message AND m.deleted_ms IS NULL AND m.text <> ''
AND NOT EXISTS (SELECT 1 FROM message_media f WHERE f.message_id = m.id)
AND (m.direction = 'in' OR m.sent_ms IS NOT NULL)
"""

_OF_MESSAGES = f"""
SELECT q.message_id, m.id, iif({NOT_SHOWN}, '', m.text) AS text
FROM message_quote q JOIN message m ON m.id = q.quoted_id
WHERE q.message_id IN (SELECT value FROM json_each(?))
"""  # noqa: S608 -- our own words
