"""Webhooks of SMSGate's clients: one event each, under the client's own name where it gives one."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access import tokens
from appliance.desk.access.sight import Sight
from appliance.desk.access.tokens import Scope
from appliance.desk.webhooks import named
from appliance.desk.webhooks.named import NamedWish
from appliance.errors import InvalidInput, NotFound
from appliance.store import webhooks
from appliance.store.store import Tx
from appliance.store.webhooks import WebhookEndpoint

DIALECT = "smsgate"
RECEIVED = "sms:received"
SENT, DELIVERED, FAILED, CANCELLED = "sms:sent", "sms:delivered", "sms:failed", "sms:cancelled"
EVENTS = (RECEIVED, SENT, DELIVERED, FAILED, CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class HookWish:
    """`url` was judged. `line` is an id or a number; None: all that the token sees."""

    url: str
    event: str
    id: str | None = None
    line: str | None = None
    branch_id: str | None = None


def name_of(found: WebhookEndpoint) -> str:
    """As the client calls it."""
    return found.external_id or found.id


def put(tx: Tx, sight: Sight, token_id: str, wish: HookWish) -> WebhookEndpoint:
    """As `named.put`. Raises InvalidInput."""
    if wish.event not in EVENTS:
        raise InvalidInput("event", f"It is one of: {', '.join(EVENTS)}.")
    named_wish = NamedWish(
        dialect=DIALECT,
        name=wish.id,
        url=wish.url,
        events=[wish.event],
        line_id=_line(tx, sight, wish.line),
        branch_id=wish.branch_id,
    )
    return named.put(tx, token_id, named_wish)


def of_token(conn: sqlite3.Connection, token_id: str) -> Sequence[WebhookEndpoint]:
    return webhooks.of_token(conn, token_id, dialect=DIALECT)


def remove(tx: Tx, token_id: str, name: str) -> None:
    """Raises NotFound."""
    if not named.remove(tx, token_id, name, dialect=DIALECT):
        raise NotFound("webhook")


def may_read(conn: sqlite3.Connection, token_id: str) -> bool:
    """Whether the token may see what such a webhook says, whatever a pass of it may do."""
    token = tokens.by_id(conn, token_id)
    return token is not None and token.may(Scope.MESSAGES_READ)


def _line(tx: Tx, sight: Sight, name: str | None) -> str | None:
    if name is None:
        return None
    try:
        return sight.line(tx.conn, name).id
    except NotFound as exc:
        raise InvalidInput("deviceId", "There is no such line.") from exc
