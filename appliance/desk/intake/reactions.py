"""Emoji that people put on messages of ours: each is kept beside the message that it is about."""

import logging
import sqlite3
from collections.abc import Sequence

from appliance.desk.intake import placing, quotes
from appliance.desk.intake.group_threads import in_group, member_shown
from appliance.devices.news_protocol import Reaction
from appliance.events import EventKind
from appliance.identities import Identity
from appliance.store import reactions
from appliance.store.store import Tx

log = logging.getLogger(__name__)

_LOOKED_AT = 200
"""Messages of ours to somebody, the newest first, among which the one that they mean is sought."""


def keep(tx: Tx, device_id: str, reaction: Reaction) -> None:
    """Kept beside the newest message of ours with those words; without one it is left out, because
    it is no message and nobody waits for an answer.
    """
    sender, sent = _sent(tx.conn, device_id, reaction)
    row = next((each for each in sent if quotes.is_about(reaction.quoted, each)), None)
    if row is None:
        log.info("a reaction on device %s is about no message that is known", device_id)
        return
    if reactions.put(tx, row["id"], sender, emoji=reaction.emoji, at_ms=reaction.at_ms):
        tx.emit(
            EventKind.MESSAGE_CHANGED,
            line_id=row["line_id"],
            conversation_id=row["conversation_id"],
            contact_id=row["contact_id"],
            message_id=row["id"],
            facts={"change": "reaction"},
        )


def _sent(
    conn: sqlite3.Connection, device_id: str, reaction: Reaction
) -> tuple[Identity, Sequence[sqlite3.Row]]:
    """Who reacted, and the messages that they may mean."""
    sender = reaction.channel.told(reaction.sender)
    if reaction.group is not None:
        for thread in in_group(conn, device_id, reaction.group):
            who = member_shown(conn, thread.group, sender)
            return who, _sent_in(conn, thread.conversation_id, reaction.at_ms)
        return sender, []
    line = placing.line_for(conn, device_id, sender)
    return sender, _sent_to(conn, line.id, sender, reaction.at_ms) if line else []


def _sent_in(
    conn: sqlite3.Connection, conversation_id: str, before_ms: int
) -> Sequence[sqlite3.Row]:
    return conn.execute(
        "SELECT m.id, m.line_id, m.conversation_id, m.contact_id, m.text, EXISTS"
        "  (SELECT 1 FROM message_media f WHERE f.message_id = m.id) AS has_file"
        " FROM message m WHERE m.conversation_id = ? AND m.direction = 'out'"
        " AND m.sent_ms <= ? ORDER BY m.happened_ms DESC, m.id DESC LIMIT ?",
        (conversation_id, before_ms + _GRACE_MS, _LOOKED_AT),
    ).fetchall()


def _sent_to(
    conn: sqlite3.Connection, line_id: str, sender: Identity, before_ms: int
) -> Sequence[sqlite3.Row]:
    return conn.execute(
        "SELECT m.id, m.line_id, m.conversation_id, m.contact_id, m.text, EXISTS"
        "  (SELECT 1 FROM message_media f WHERE f.message_id = m.id) AS has_file"
        " FROM contact_identity n JOIN conversation c ON c.contact_id = n.contact_id"
        " JOIN message m ON m.conversation_id = c.id"
        " WHERE n.value = ? AND n.scheme = ? AND c.line_id = ? AND m.direction = 'out'"
        " AND m.sent_ms <= ? ORDER BY m.happened_ms DESC, m.id DESC LIMIT ?",
        (*sender, line_id, before_ms + _GRACE_MS, _LOOKED_AT),
    ).fetchall()


_GRACE_MS = 60_000
"""A clock of a phone may be behind ours by so much."""
