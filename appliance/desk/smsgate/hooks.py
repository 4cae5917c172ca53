"""Webhooks of SMSGate's clients: one event each, under the client's own name where it gives one."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access import tokens
from appliance.desk.access.sight import Sight
from appliance.desk.access.tokens import Scope
from appliance.desk.webhooks.looking_after import MAX_ENDPOINTS
from appliance.errors import InvalidInput, NotFound
from appliance.store import webhooks
from appliance.store.store import Tx
from appliance.store.webhooks import Content, WebhookBy, WebhookEndpoint

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
    """One of the same name is changed, and what waits for it still comes. Raises InvalidInput."""
    if wish.event not in EVENTS:
        raise InvalidInput("event", f"It is one of: {', '.join(EVENTS)}.")
    line_id, by = _line(tx, sight, wish.line), WebhookBy(token_id=token_id)
    known = _named(tx.conn, token_id, wish.id) if wish.id else None
    if known is not None and known.line_id == line_id:
        if not known.enabled:
            webhooks.switch_on(tx, known.id, by)
        return webhooks.change(tx, known.id, by, url=wish.url, events_wanted=[wish.event])
    if known is not None:
        webhooks.remove(tx, known.id, by)
    if len(webhooks.endpoints(tx.conn)) >= MAX_ENDPOINTS:
        raise InvalidInput("url", f"There are {MAX_ENDPOINTS} webhooks already; remove some.")
    return webhooks.add(
        tx,
        dialect=DIALECT,
        url=wish.url,
        events_wanted=[wish.event],
        by=by,
        branch_id=wish.branch_id,
        line_id=line_id,
        content=Content.FULL,
        external_id=wish.id,
    )


def of_token(conn: sqlite3.Connection, token_id: str) -> Sequence[WebhookEndpoint]:
    return webhooks.of_token(conn, token_id, dialect=DIALECT)


def remove(tx: Tx, token_id: str, name: str) -> None:
    """Raises NotFound."""
    found = _named(tx.conn, token_id, name)
    if found is None:
        raise NotFound("webhook")
    webhooks.remove(tx, found.id, WebhookBy(token_id=token_id))


def may_read(conn: sqlite3.Connection, token_id: str) -> bool:
    """Whether the token may see what such a webhook says, whatever a pass of it may do."""
    token = tokens.by_id(conn, token_id)
    return token is not None and token.may(Scope.MESSAGES_READ)


def _named(conn: sqlite3.Connection, token_id: str, name: str) -> WebhookEndpoint | None:
    named = webhooks.named(conn, token_id, name, dialect=DIALECT)
    return named or next((each for each in of_token(conn, token_id) if each.id == name), None)


def _line(tx: Tx, sight: Sight, name: str | None) -> str | None:
    if name is None:
        return None
    try:
        return sight.line(tx.conn, name).id
    except NotFound as exc:
        raise InvalidInput("deviceId", "There is no such line.") from exc
