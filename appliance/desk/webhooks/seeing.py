"""What an endpoint may be told: what its token sees, or its branch, and what its line is about."""

import sqlite3
from collections.abc import Iterable, Mapping

from appliance.desk.access import group_limits
from appliance.desk.access.sight import Sight
from appliance.desk.access.tokens import Scope
from appliance.desk.inbox import records
from appliance.desk.inbox.records import MessageRecord
from appliance.desk.webhooks import event_names
from appliance.errors import NotFound
from appliance.events import Event, EventKind
from appliance.store import erasures
from appliance.store.webhooks import WebhookEndpoint

_NO_TOKEN = ""


def sight_of(conn: sqlite3.Connection, endpoint: WebhookEndpoint) -> Sight:
    """One that a page made sees no group that is held to some people."""
    branches = None if endpoint.branch_id is None else frozenset({endpoint.branch_id})
    return Sight(branches, group_limits.of_token(conn, endpoint.token_id or _NO_TOKEN))


def sights_of(
    conn: sqlite3.Connection, endpoints: Iterable[WebhookEndpoint]
) -> Mapping[str, Sight]:
    """By the ids of the endpoints, each kind looked up once."""
    kept = dict[tuple[str | None, str | None], Sight]()
    found = dict[str, Sight]()
    for each in endpoints:
        whose = (each.branch_id, each.token_id)
        if whose not in kept:
            kept[whose] = sight_of(conn, each)
        found[each.id] = kept[whose]
    return found


def may_see(
    conn: sqlite3.Connection, endpoint: WebhookEndpoint, sight: Sight, event: Event
) -> bool:
    if event.facts.get("webhook") == endpoint.id:
        return True
    if endpoint.line_id is not None and not _is_of_line(conn, endpoint.line_id, event):
        return False
    known = sight.sees_at_once(event)
    return sight.sees_event(conn, event) if known is None else known


def _is_of_line(conn: sqlite3.Connection, line_id: str, event: Event) -> bool:
    """About the line, or about a person who stands in a conversation or the ledger of it: their
    card, their erasure, and what they said to the whole company.
    """
    if event.line_id is not None or event.contact_id is None:
        return event.line_id == line_id
    about = {"contact": event.contact_id, "line": line_id}
    return conn.execute(_KNOWN_ON_LINE, about).fetchone() is not None


def message_told(
    conn: sqlite3.Connection, endpoint: WebhookEndpoint, event: Event
) -> MessageRecord | None:
    """The message that the event is about, as it may be told now: None of one that is out of sight,
    and of one whose person was erased, from the moment on when they are nobody.
    """
    if event.message_id is None or erasures.is_of_nobody(conn, event.message_id):
        return None
    try:
        return records.one(conn, sight_of(conn, endpoint), event.message_id)
    except NotFound:
        return None


def name_told(endpoint: WebhookEndpoint, event: Event) -> str | None:
    """Under which of Balie's own names the endpoint wants to be told of it, where it may see it."""
    if event.kind is EventKind.WEBHOOK_PING:
        return event_names.PING if event.facts.get("webhook") == endpoint.id else None
    name = event_names.name_of(event)
    if name is None:
        return None
    is_wanted = event_names.is_wanted(name, endpoint.events, may_audit=may_audit(endpoint))
    return name if is_wanted else None


def may_audit(endpoint: WebhookEndpoint) -> bool:
    """Whether it is told of colleagues and tokens: one that a page made was made by who manages
    those.
    """
    return endpoint.token_id is None or Scope.AUDIT_READ.value in endpoint.scopes


_KNOWN_ON_LINE = """
SELECT 1 FROM conversation WHERE contact_id = :contact AND line_id = :line
UNION ALL SELECT 1 FROM consent WHERE contact_id = :contact AND line_id = :line LIMIT 1
"""
