"""The secrets of endpoints, opened once for as long as the endpoint is as it is."""

import sqlite3

from appliance.desk.access import tokens
from appliance.relay.dialect import Keys
from appliance.store import webhooks
from appliance.store.key_at_hand import house_key
from appliance.store.store import Store
from appliance.store.webhooks import WebhookEndpoint


class Keyring:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[str, tuple[WebhookEndpoint, int | None, Keys]] = {}

    def of(self, endpoint: WebhookEndpoint) -> Keys:
        """Raises SetupError, or NotFound where its token has no key."""
        now_ms = self._store.clock.now_ms()
        kept = self._kept.get(endpoint.id)
        if kept is not None:
            known, ends_ms, keys = kept
            if known is endpoint and (ends_ms is None or now_ms < ends_ms):
                return keys
        keys = self._store.read(lambda conn: _opened(conn, endpoint, now_ms))
        both = endpoint.previous_ends_ms is not None and now_ms < endpoint.previous_ends_ms
        self._kept[endpoint.id] = (endpoint, endpoint.previous_ends_ms if both else None, keys)
        return keys

    def forget(self, webhook_id: str) -> None:
        self._kept.pop(webhook_id, None)


def _opened(conn: sqlite3.Connection, endpoint: WebhookEndpoint, now_ms: int) -> Keys:
    key, token_id = house_key(conn), endpoint.token_id
    return Keys(
        secrets=webhooks.secrets_of(key, endpoint, now_ms),
        signing_key=None if token_id is None else tokens.signing_key(conn, key, token_id),
    )
