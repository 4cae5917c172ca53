"""The chats of one person on the phones of the house, which are to go with all that they hold."""

import sqlite3
from collections.abc import Collection, Sequence

from appliance.channels import Channel
from appliance.devices.kind import Kind
from appliance.identities import Identity
from appliance.store import devices, phone_removals
from appliance.store.contacts import identity_of
from appliance.store.phone_removals import NewRemoval
from appliance.store.store import Tx


def ask(tx: Tx, contact_id: str, *, branches: Collection[str] | None = None) -> Sequence[str]:
    """Ids of removals: a chat each phone, channel and identity with whom messages were exchanged.

    To be called while the messages still say with whom. `branches`: of these alone. A device that
    keeps nothing, such as a modem, has nothing to remove.
    """
    asked = []
    for row in tx.conn.execute(_CHATS, (contact_id,)).fetchall():
        kind = Kind.named(devices.device(tx.conn, row["device_id"]).kind)
        if kind.is_emptied or (branches is not None and row["branch_id"] not in branches):
            continue
        channel = Channel.named(row["channel"])
        new = NewRemoval(
            line_id=row["line_id"],
            device_id=row["device_id"],
            channel=channel,
            whose=identity_of(row),
            by_hand=not channel.clears_chats,
        )
        asked.append(phone_removals.ask(tx, new))
    return asked


def count(conn: sqlite3.Connection, contact_id: str) -> int:
    """How many that would be."""
    rows = conn.execute(_CHATS, (contact_id,)).fetchall()
    kinds = {row["device_id"]: devices.device(conn, row["device_id"]).kind for row in rows}
    return sum(not Kind.named(kinds[row["device_id"]]).is_emptied for row in rows)


def shown(whose: Identity | None) -> str:
    return whose.shown if whose is not None else "?"


# A phone may have been replaced since: what is asked of is what the line has now.
_CHATS = """
SELECT DISTINCT m.line_id, line.branch_id, r.device_id, r.channel, m.value, m.scheme
FROM conversation c JOIN message m ON m.conversation_id = c.id
JOIN line ON line.id = m.line_id
JOIN route r ON r.line_id = m.line_id AND r.channel = coalesce(m.channel, m.wanted)
WHERE c.contact_id = ?
AND (m.direction = 'in' OR m.sent_ms IS NOT NULL OR EXISTS (
  SELECT 1 FROM attempt a WHERE a.message_id = m.id AND a.tapped_ms IS NOT NULL))
ORDER BY m.line_id, r.device_id, r.channel, m.value
"""
