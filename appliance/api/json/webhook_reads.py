"""The reads of webhooks: which there are, and what became of what was posted."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Query

from appliance.api.json import webhook_examples as examples
from appliance.api.json.declared import Many, One, nobody
from appliance.api.json.paging import DEFAULT_LIMIT, Limit, page_of
from appliance.api.json.webhook_bodies import DeliveryOut, WebhookOut
from appliance.desk.access.sight import Sight
from appliance.desk.access.tokens import Scope
from appliance.desk.inbox.directory import Page
from appliance.desk.webhooks import looking_after
from appliance.store.webhook_deliveries import Delivery, DeliveryState
from appliance.store.webhooks import WebhookEndpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deliveries:
    webhook_id: str
    limit: int
    before: str | None
    state: DeliveryState | None


async def _webhook_id(webhook_id: str) -> str:
    return webhook_id


async def _deliveries_of(
    webhook_id: str,
    limit: Limit = DEFAULT_LIMIT,
    after: Annotated[
        str | None, Query(description="`next` of the page before.", max_length=80)
    ] = None,
    state: Annotated[Literal["pending", "delivered", "failed"] | None, Query()] = None,
) -> _Deliveries:
    wanted = None if state is None else DeliveryState(state)
    return _Deliveries(webhook_id=webhook_id, limit=limit + 1, before=after, state=wanted)


def _listed(conn: sqlite3.Connection, sight: Sight, page: Page) -> Sequence[WebhookEndpoint]:
    found = looking_after.listed(conn, sight)
    return [each for each in found if each.id > page.after][: page.limit]


def _log(conn: sqlite3.Connection, sight: Sight, asked: _Deliveries) -> Sequence[Delivery]:
    return looking_after.deliveries(
        conn,
        sight,
        asked.webhook_id,
        limit=asked.limit,
        before=asked.before,
        state=asked.state,
    )


READS = (
    Many(
        tag="webhooks",
        path="/webhooks",
        scope=Scope.WEBHOOKS_WRITE,
        name="listWebhooks",
        summary="Where what happens is posted",
        description="By id, without their secrets.",
        asked=page_of,
        read=_listed,
        model=WebhookOut,
        example=examples.WEBHOOK,
        shown=nobody,
    ),
    One(
        tag="webhooks",
        path="/webhooks/{webhook_id}",
        scope=Scope.WEBHOOKS_WRITE,
        name="getWebhook",
        summary="One webhook",
        description="The webhook, without its secret.",
        asked=_webhook_id,
        read=looking_after.one,
        model=WebhookOut,
        example=examples.WEBHOOK,
        shown=nobody,
        problems=("not-found",),
    ),
    Many(
        tag="webhooks",
        path="/webhooks/{webhook_id}/deliveries",
        scope=Scope.WEBHOOKS_WRITE,
        name="listDeliveries",
        summary="What was posted, and what became of it",
        description="The newest first; what came to an end stays for a month.",
        asked=_deliveries_of,
        read=_log,
        model=DeliveryOut,
        example=examples.DELIVERY,
        shown=nobody,
        problems=("not-found",),
    ),
)
