"""What people and programs at head office wish of a box, as commands: one form for both."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from appliance.characters import is_blank
from appliance.desk.outgoing.sending import DEFAULT_TTL_MS
from appliance.errors import InvalidInput
from appliance.messages import MAX_TEXT
from appliance.office.link import CommandAsker, CommandKind
from appliance.office.tables import commands
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWish:
    """`whom` names them in one of the ways that a box takes: `to`, `group` or `conversation`.
    `client_id` is what a browser calls it.
    """

    line_id: str
    whom: Mapping[str, str]
    text: str
    channel: str | None = None
    not_before_ms: int | None = None
    quotes: str | None = None
    client_id: str | None = None
    ttl_ms: int = DEFAULT_TTL_MS

    @property
    def body(self) -> Mapping[str, Any]:
        body = {
            "line": self.line_id,
            **self.whom,
            "text": self.text,
            "channel": self.channel,
            "not_before_ms": self.not_before_ms,
            "quotes": self.quotes,
            "client_id": self.client_id,
        }
        return {name: each for name, each in body.items() if each is not None}


def message(
    tx: Tx, box_id: str, wish: MessageWish, by: CommandAsker, *, command_id: str | None = None
) -> str:
    """The id that the message has from now on. How long it is worth sending counts from now, also
    while the box is cut off. The same `command_id` again asks for no other one.
    """
    expires_ms = max(tx.now_ms, wish.not_before_ms or 0) + wish.ttl_ms
    body = {"message": tx.new_id(), **wish.body}
    given = commands.give(
        tx, box_id, CommandKind.SEND, body, by, expires_ms=expires_ms, command_id=command_id
    )
    return str(given.body["message"])


def note(
    tx: Tx,
    box_id: str,
    conversation_id: str,
    text: str,
    by: CommandAsker,
    *,
    command_id: str | None = None,
) -> str:
    """The id that the note has from now on."""
    body = {"conversation": conversation_id, "text": text, "note": tx.new_id()}
    given = commands.give(tx, box_id, CommandKind.NOTE, body, by, command_id=command_id)
    return str(given.body["note"])


def check_note(text: str, *, field: str) -> None:
    """Raises InvalidInput."""
    if is_blank(text) or len(text) > MAX_TEXT or "\0" in text:
        raise InvalidInput(field, f"A note has 1 to {MAX_TEXT} characters.")


def named(*told: str) -> str:
    """The id of the command that a browser asks for again under the same name."""
    digest = hashlib.blake2b("\n".join(told).encode(), digest_size=16).digest()
    return str(uuid.UUID(bytes=digest))
