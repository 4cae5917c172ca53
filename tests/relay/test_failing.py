"""Five days of failures switch an endpoint off; days on which nothing was tried are none."""

import threading

import pytest

from appliance.clock import ManualClock
from appliance.relay import relay
from appliance.store import webhook_deliveries, webhooks
from appliance.store.store import Store
from appliance.store.webhook_deliveries import DeliveryState
from appliance.store.webhooks import OffWhy, WebhookEndpoint
from tests.relay.told import add, happens, policy_for, relaying
from tests.webhook_receiver import Receiver, Say

DONE = "conversation.done"
DAY_S = 24 * 3600
TRIES = 10


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "POLL_S", 0.02)
    monkeypatch.setattr(relay, "REFRESH_S", 0.05)


def given_up(store: Store, clock: ManualClock, receiver: Receiver) -> WebhookEndpoint:
    """One event, tried to its end: some 75 hours."""
    receiver.says = lambda _: Say(status=500)
    made = add(store, receiver.url, DONE)
    happens(store, "a")
    for count in range(1, TRIES + 1):
        receiver.wait(count)
        until(store, made.id, count)
        if count < TRIES:
            ((due_ms,),) = store.read(
                lambda conn: conn.execute("SELECT max(due_ms) FROM webhook_delivery").fetchall()
            )
            clock.advance(s=(due_ms - clock.now_ms()) / 1000 + 0.001)
    return made


def until(store: Store, webhook_id: str, count: int) -> None:
    for _ in range(1000):
        found = store.read(lambda conn: webhook_deliveries.newest(conn, webhook_id, limit=9))
        if sum(len(each.attempts) for each in found) >= count:
            return
        store.write(lambda _: None)  # the clock was moved
        threading.Event().wait(0.02)
    raise AssertionError(found)


def now(store: Store, made: WebhookEndpoint) -> WebhookEndpoint:
    found = store.read(lambda conn: webhooks.endpoint(conn, made.id))
    assert found is not None
    return found


def test_one_event_that_never_arrives_switches_off_on_the_fifth_day(
    store: Store, clock: ManualClock, receiver: Receiver
) -> None:
    with relaying(store, policy_for(receiver.port)):
        made = given_up(store, clock, receiver)
        (gone,) = store.read(lambda conn: webhook_deliveries.newest(conn, made.id, limit=9))
        assert gone.state is DeliveryState.FAILED
        assert now(store, made).enabled
        clock.advance(s=DAY_S)
        threading.Event().wait(0.3)
        assert now(store, made).enabled
        clock.advance(s=DAY_S)
        for _ in range(1000):
            if not now(store, made).enabled:
                break
            threading.Event().wait(0.02)
    assert now(store, made).off_why is OffWhy.FAILING


def test_quiet_days_are_no_failures(store: Store, clock: ManualClock, receiver: Receiver) -> None:
    """A failure long ago and one today are not all the days between."""
    with relaying(store, policy_for(receiver.port)):
        made = given_up(store, clock, receiver)
        clock.advance(s=20 * DAY_S)
        happens(store, "b")
        receiver.wait(TRIES + 1)
        until(store, made.id, TRIES + 1)
        later = now(store, made)
    assert later.enabled
    assert later.failing_ms is not None
    assert later.failing_ms >= clock.now_ms() - DAY_S * 1000
