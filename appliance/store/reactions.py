"""Emoji on messages, at the SQL edge: one for each person, the latest."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from appliance.identities import Identity
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReaction:
    """`by` is the id of the contact; None for somebody in a group who is none."""

    emoji: str
    by: str | None


def put(tx: Tx, message_id: str, identity: Identity, *, emoji: str, at_ms: int) -> bool:
    """False where it is known already, or a later one is."""
    put = tx.conn.execute(
        "INSERT INTO reaction (message_id, value, scheme, emoji, at_ms) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET emoji = excluded.emoji, at_ms = excluded.at_ms"
        " WHERE excluded.at_ms > at_ms RETURNING 1",
        (message_id, *identity, emoji, at_ms),
    )
    return put.fetchone() is not None


def reactions_of(
    conn: sqlite3.Connection, message_ids: Iterable[str]
) -> Mapping[str, Sequence[KeptReaction]]:
    """By message, the earliest first; a message without any is not in it."""
    found: dict[str, list[KeptReaction]] = {}
    for row in conn.execute(_OF_MESSAGES, (json.dumps(list(message_ids)),)):
        kept = KeptReaction(emoji=row["emoji"], by=row["contact_id"])
        found.setdefault(row["message_id"], []).append(kept)
    return found


_OF_MESSAGES = """
SELECT r.message_id, r.emoji, n.contact_id FROM reaction r
LEFT JOIN contact_identity n ON n.value = r.value AND n.scheme = r.scheme
WHERE r.message_id IN (SELECT value FROM json_each(?)) ORDER BY r.message_id, r.at_ms
"""
