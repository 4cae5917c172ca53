"""The secrets of endpoints, opened once for as long as the endpoint is as it is."""

import sqlite3
from collections.abc import Sequence

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
        keys, ends_ms = self._store.read(lambda conn: _opened(conn, endpoint, now_ms))
        self._kept[endpoint.id] = (endpoint, ends_ms, keys)
        return keys

    def forget(self, webhook_id: str) -> None:
        self._kept.pop(webhook_id, None)


def _opened(
    conn: sqlite3.Connection, endpoint: WebhookEndpoint, now_ms: int
) -> tuple[Keys, int | None]:
    """And when one of them ends. What signs by its own secret needs no key of its token."""
    key, token_id = house_key(conn), endpoint.token_id
    signing: tuple[Sequence[str], int | None] = ((), None)
    if endpoint.secret is None and token_id is not None:
        signing = tokens.all_signing_keys(conn, key, token_id, now_ms)
    keys = Keys(secrets=webhooks.secrets_of(key, endpoint, now_ms), signing_keys=signing[0])
    ends = [each for each in (endpoint.previous_ends_ms, signing[1]) if each and now_ms < each]
    return keys, min(ends, default=None)
