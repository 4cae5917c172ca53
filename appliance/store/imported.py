"""Messages that a phone had before Balie came: they stand at their time and are news to nobody."""

from dataclasses import dataclass

from appliance.channels import Channel
from appliance.identities import Identity
from appliance.ids import id_of
from appliance.store import listed
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedMessage:
    """`at_ms` is its place in the thread; not `dated`: the phone did not show its day."""

    conversation_id: str
    line_id: str
    contact_id: str
    identity: Identity
    own: bool
    text: str
    channel: Channel
    device_key: str
    key_digest: bytes
    at_ms: int
    dated: bool


def keep(tx: Tx, new: ImportedMessage) -> str | None:
    """Its id; None when its key is known. No event, no attempt: `listed` is settled by `take_up`.

    What was written to them counts as an answer, so that it brakes nothing.
    """
    inserted = tx.conn.execute(
        "INSERT INTO message (id, conversation_id, line_id, contact_id, value, scheme, direction,"
        " class, channel, text, state, answering, device_key, key_digest, exact, created_ms,"
        " happened_ms, written_ms, sent_ms, imported)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)"
        " ON CONFLICT (key_digest) WHERE key_digest IS NOT NULL DO NOTHING RETURNING id",
        (
            id_of(new.at_ms),
            new.conversation_id,
            new.line_id,
            new.contact_id,
            *new.identity,
            "out" if new.own else "in",
            "reply" if new.own else None,
            new.channel.name,
            new.text,
            "sent" if new.own else "received",
            int(new.own),
            new.device_key,
            new.key_digest,
            tx.now_ms,
            new.at_ms,
            new.at_ms if new.dated and not new.own else None,
            new.at_ms if new.own else None,
            int(new.dated),
        ),
    ).fetchone()
    return str(inserted["id"]) if inserted else None


def take_up(tx: Tx, conversation_id: str) -> None:
    """The conversation stands where its newest message does; nothing in it is unread or waits."""
    tx.conn.execute(_NEWEST, (conversation_id,))
    listed.settle_answers(tx.conn, [conversation_id])


_NEWEST = """
UPDATE conversation AS c SET (last_message_id, last_ms) = (
    SELECT m.id, m.happened_ms FROM message m WHERE m.conversation_id = c.id
    ORDER BY m.happened_ms DESC, m.id DESC LIMIT 1),
  last_in_ms = (SELECT max(i.happened_ms) FROM message i WHERE i.conversation_id = c.id
    AND i.direction = 'in' AND i.origin = 'person' AND i.imported IS NOT 0)
WHERE c.id = ?
"""
