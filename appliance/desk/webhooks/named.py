"""Webhooks that a program calls by a name of its own: who names one again changes it.

What another product's client asks for is such a one. A program names its webhooks at each start,
so that ends no pause that a person has made.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.store import webhooks
from appliance.store.store import Tx
from appliance.store.webhooks import Content, OffWhy, WebhookBy, WebhookEndpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedWish:
    """`url` was judged. `name` None: it gets none. `line_id` None: all lines that the program
    sees.
    """

    dialect: str
    name: str | None
    url: str
    events: Sequence[str]
    line_id: str | None = None
    branch_id: str | None = None


def put(tx: Tx, token_id: str, wish: NamedWish) -> WebhookEndpoint:
    """What waits for one of the same name still comes, unless it is of another line now.

    Raises InvalidInput.
    """
    by = WebhookBy(token_id=token_id)
    known = None
    if wish.name is not None:
        known = named(tx.conn, token_id, wish.name, dialect=wish.dialect)
    if known is not None and known.line_id == wish.line_id:
        if not known.enabled and known.off_why is not OffWhy.PERSON:
            webhooks.switch_on(tx, known.id, by)
        return webhooks.change(tx, known.id, by, url=wish.url, events_wanted=wish.events)
    if known is not None:
        webhooks.remove(tx, known.id, by)
    return webhooks.add(
        tx,
        dialect=wish.dialect,
        url=wish.url,
        events_wanted=wish.events,
        by=by,
        branch_id=wish.branch_id,
        line_id=wish.line_id,
        content=Content.FULL,
        external_id=wish.name,
    )


def named(
    conn: sqlite3.Connection, token_id: str, name: str, *, dialect: str
) -> WebhookEndpoint | None:
    """Where it gave one no name, our id is the name."""
    found = webhooks.named(conn, token_id, name, dialect=dialect)
    of_token = webhooks.of_token(conn, token_id, dialect=dialect)
    return found or next((each for each in of_token if each.id == name), None)


def remove(tx: Tx, token_id: str, name: str, *, dialect: str) -> bool:
    """False where there is none of that name."""
    found = named(tx.conn, token_id, name, dialect=dialect)
    if found is not None:
        webhooks.remove(tx, found.id, WebhookBy(token_id=token_id))
    return found is not None
