"""A relay on a database without an office: events are appended as if something happened."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from appliance.desk.webhooks.secrets import new_secret
from appliance.desk.webhooks.url_policy import UrlPolicy
from appliance.events import EventKind
from appliance.relay.dialect import Dialect
from appliance.relay.relay import Relay
from appliance.relay.standard import Standard
from appliance.store import webhooks
from appliance.store.store import Store, Tx
from appliance.store.webhooks import BALIE, WebhookEndpoint
from appliance.webhook_settings import WebhookSettings

MORNING_MS = 1_772_440_200_000


def policy_for(*ports: int) -> UrlPolicy:
    allow = tuple(f"127.0.0.1:{port}" for port in ports)
    return UrlPolicy(WebhookSettings(allow=allow).allowed)


@contextmanager
def relaying(store: Store, policy: UrlPolicy, dialects: Sequence[Dialect] = ()) -> Iterator[None]:
    relay = Relay(store, dialects or [Standard()], policy)
    relay.start()
    try:
        yield
    finally:
        relay.stop()


def add(store: Store, url: str, *events: str, dialect: str = "standard") -> WebhookEndpoint:
    def work(tx: Tx) -> WebhookEndpoint:
        return webhooks.add(
            tx,
            dialect=dialect,
            url=url,
            events_wanted=events or ["*"],
            by=BALIE,
            secret=new_secret(),
        )

    return store.write(work)


def happens(store: Store, *conversations: str) -> None:
    """Each of these is done, in one transaction."""

    def work(tx: Tx) -> None:
        for each in conversations:
            tx.emit(EventKind.CONVERSATION_DONE, conversation_id=each)

    store.write(work)
