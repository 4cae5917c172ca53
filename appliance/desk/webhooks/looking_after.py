"""What one does with a webhook: make it, change it, pause it, give it a new secret, try it again.

Who may see the branch that it is for may do all of it. What it is told follows from its token; who
made it on the page manages tokens.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access.sight import Sight
from appliance.desk.webhooks import event_names, replaying
from appliance.desk.webhooks.replaying import ReplayCount
from appliance.desk.webhooks.secrets import new_secret
from appliance.errors import InvalidInput, NotFound
from appliance.store import webhook_deliveries, webhooks
from appliance.store.feed import epoch_of
from appliance.store.store import Tx
from appliance.store.webhook_deliveries import Delivery, DeliveryState
from appliance.store.webhooks import Content, OffWhy, WebhookBy, WebhookEndpoint

DIALECT = "standard"
"""What is made here. Those of other dialects are made by the routes that speak them; people see
them, too, because one that hears nothing has to be found.
"""
ANY_DIALECT = None
ENDED = (
    "The token that this webhook belongs to has ended, so nothing is sent. A program with a valid"
    " token can switch it on; or make a new one."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookWish:
    """`url` was judged. `line` is an id or a number; None: all lines that the program sees."""

    url: str
    events: Sequence[str]
    line: str | None = None
    branch_id: str | None = None
    content: Content = Content.IDS


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookChange:
    """None stays as it is."""

    url: str | None = None
    events: Sequence[str] | None = None
    content: Content | None = None
    enabled: bool | None = None


def add(tx: Tx, sight: Sight, wish: WebhookWish, by: WebhookBy) -> tuple[WebhookEndpoint, str]:
    """The endpoint and its secret. Raises InvalidInput, or NotFound for the line."""
    secret = new_secret()
    made = webhooks.add(
        tx,
        dialect=DIALECT,
        url=wish.url,
        events_wanted=event_names.checked(wish.events),
        by=by,
        branch_id=wish.branch_id,
        line_id=None if wish.line is None else sight.line(tx.conn, wish.line).id,
        content=wish.content,
        secret=secret,
    )
    return made, secret


def listed(
    conn: sqlite3.Connection, sight: Sight, dialect: str | None = DIALECT
) -> Sequence[WebhookEndpoint]:
    """The oldest first."""
    found = webhooks.endpoints(conn, dialect=dialect)
    return [each for each in found if sight.sees_branch(each.branch_id)]


def one(
    conn: sqlite3.Connection, sight: Sight, webhook_id: str, dialect: str | None = DIALECT
) -> WebhookEndpoint:
    """Raises NotFound."""
    found = webhooks.endpoint(conn, webhook_id.lower())
    if found is None or not sight.sees_branch(found.branch_id):
        raise NotFound("webhook")
    if dialect is not ANY_DIALECT and found.dialect != dialect:
        raise NotFound("webhook")
    return found


def switch(
    tx: Tx,
    sight: Sight,
    webhook_id: str,
    by: WebhookBy,
    *,
    enabled: bool,
    dialect: str | None = DIALECT,
) -> None:
    """What a program switches on is its own from then on; a person cannot switch on what belongs
    to a token that has ended. Raises NotFound and InvalidInput.
    """
    found = one(tx.conn, sight, webhook_id, dialect)
    if enabled:
        if by.token_id is None:
            _need_token(tx, found)
        if not found.is_live(tx.now_ms):
            webhooks.switch_on(tx, found.id, by)
    else:
        webhooks.switch_off(tx, found.id, OffWhy.PERSON, by)


def change(
    tx: Tx, sight: Sight, webhook_id: str, wanted: WebhookChange, by: WebhookBy
) -> WebhookEndpoint:
    """Raises InvalidInput and NotFound."""
    found = one(tx.conn, sight, webhook_id)
    names = None if wanted.events is None else event_names.checked(wanted.events)
    if (wanted.url, names, wanted.content) != (None, None, None):
        webhooks.change(
            tx, found.id, by, url=wanted.url, events_wanted=names, content=wanted.content
        )
    if wanted.enabled is not None:
        switch(tx, sight, found.id, by, enabled=wanted.enabled)
    return one(tx.conn, sight, found.id)


def remove(
    tx: Tx, sight: Sight, webhook_id: str, by: WebhookBy, dialect: str | None = DIALECT
) -> None:
    """Raises NotFound."""
    webhooks.remove(tx, one(tx.conn, sight, webhook_id, dialect).id, by)


def rotate(tx: Tx, sight: Sight, webhook_id: str, by: WebhookBy) -> tuple[str, int]:
    """The new secret, and when that of before signs no more. Raises NotFound."""
    secret = new_secret()
    ends_ms = webhooks.rotate(tx, one(tx.conn, sight, webhook_id).id, secret, by)
    return secret, ends_ms


def ping(tx: Tx, sight: Sight, webhook_id: str, by: WebhookBy) -> str:
    """The id of what is posted. Raises NotFound, and InvalidInput where nothing would come."""
    found = _on(tx, sight, webhook_id)
    return webhook_deliveries.id_of(epoch_of(tx), webhooks.ping(tx, found.id, by), found.id)


def deliveries(
    conn: sqlite3.Connection,
    sight: Sight,
    webhook_id: str,
    *,
    limit: int,
    before: str | None = None,
    state: DeliveryState | None = None,
    dialect: str | None = DIALECT,
) -> Sequence[Delivery]:
    """The newest first. Raises NotFound."""
    found = one(conn, sight, webhook_id, dialect)
    return webhook_deliveries.newest(conn, found.id, limit=limit, before=before, state=state)


def send_again(
    tx: Tx,
    sight: Sight,
    webhook_id: str,
    delivery_id: str,
    by: WebhookBy,
    dialect: str | None = DIALECT,
) -> str:
    """The same, under the same id. Raises NotFound, and InvalidInput where nothing would come."""
    found = _on(tx, sight, webhook_id, dialect)
    known = webhook_deliveries.one(tx.conn, found.id, delivery_id)
    if known is None:
        raise NotFound("delivery")
    if known.part == webhook_deliveries.UNPLANNED:
        raise InvalidInput("delivery", "Nothing was made of this event, so nothing can be sent.")
    webhook_deliveries.again(tx, known.seq)
    webhooks.tell_again(tx, found, by)
    return delivery_id


def replay(tx: Tx, sight: Sight, webhook_id: str, since_ms: int, by: WebhookBy) -> None:
    """All that happened since then. Raises NotFound, and InvalidInput where nothing would come."""
    webhooks.rewind(tx, _on(tx, sight, webhook_id).id, since_ms, by)


def replay_counted(
    conn: sqlite3.Connection, sight: Sight, webhook_id: str, since_ms: int, now_ms: int
) -> ReplayCount:
    """How much that would be. Raises NotFound, and InvalidInput for a time that is yet to come."""
    return replaying.counted(conn, one(conn, sight, webhook_id), since_ms, now_ms)


def _on(tx: Tx, sight: Sight, webhook_id: str, dialect: str | None = DIALECT) -> WebhookEndpoint:
    found = one(tx.conn, sight, webhook_id, dialect)
    if not found.enabled:
        raise InvalidInput("enabled", "This webhook is off. Switch it on first.")
    _need_token(tx, found)
    return found


def _need_token(tx: Tx, found: WebhookEndpoint) -> None:
    if found.ends_ms is not None and tx.now_ms >= found.ends_ms:
        raise InvalidInput("token", ENDED)
