"""What goes wrong in Balie itself holds up one delivery for some seconds, and nothing for ever."""

import sqlite3
import threading
from collections.abc import Sequence

import pytest

from appliance.desk.webhooks import replaying
from appliance.desk.webhooks.replaying import ReplayCount
from appliance.errors import NotFound
from appliance.events import Event
from appliance.relay import sending
from appliance.relay.dialect import PlannedDelivery
from appliance.relay.standard import Standard
from appliance.store import webhook_deliveries, webhooks
from appliance.store.store import Store
from appliance.store.webhook_deliveries import Delivery, DeliveryState
from appliance.store.webhooks import BALIE, WebhookEndpoint
from tests.relay.told import MORNING_MS, add, happens, policy_for, relaying
from tests.webhook_receiver import Receiver

DONE = "conversation.done"
_NO_WRITE = """
CREATE TRIGGER no_write BEFORE UPDATE ON webhook_delivery BEGIN SELECT RAISE(ABORT, 'no'); END
"""


class Stumbling(Standard):
    """Makes a mistake the first time it is to say something."""

    def __init__(self) -> None:
        super().__init__()
        self.said = 0

    def body(
        self, conn: sqlite3.Connection, endpoint: WebhookEndpoint, delivery: Delivery, event: Event
    ) -> bytes | None:
        self.said += 1
        if self.said == 1:
            raise KeyError("a mistake")
        return super().body(conn, endpoint, delivery, event)


class Puzzled(Standard):
    """Makes a mistake about one conversation."""

    def planned(
        self, conn: sqlite3.Connection, endpoint: WebhookEndpoint, event: Event
    ) -> Sequence[PlannedDelivery]:
        if event.conversation_id == "odd":
            raise NotFound("conversation")
        return super().planned(conn, endpoint, event)


def log_of(store: Store, webhook_id: str) -> Sequence[Delivery]:
    return store.read(lambda conn: webhook_deliveries.newest(conn, webhook_id, limit=9))


def until_over(store: Store, webhook_id: str, count: int) -> Sequence[Delivery]:
    """So many deliveries, none of which waits any more."""
    for _ in range(1000):
        found = log_of(store, webhook_id)
        if len(found) == count and all(each.ended_ms is not None for each in found):
            return found
        threading.Event().wait(0.02)
    raise AssertionError(log_of(store, webhook_id))


def test_what_could_not_be_said_is_said_some_seconds_later(
    store: Store, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_STUMBLED_S", 0.1)
    dialect = Stumbling()
    with relaying(store, policy_for(receiver.port), [dialect]):
        made = add(store, receiver.url, DONE)
        happens(store, "a", "b")
        found = until_over(store, made.id, 2)
    assert [each.state for each in found] == [DeliveryState.DELIVERED] * 2
    assert len(receiver.got) == 2
    assert dialect.said == 3


def test_what_could_not_be_written_is_written_later_and_sent_once(
    store: Store, receiver: Receiver
) -> None:
    with relaying(store, policy_for(receiver.port)):
        made = add(store, receiver.url, DONE)
        store.write(lambda tx: tx.conn.execute(_NO_WRITE) and None)
        happens(store, "a")
        receiver.wait(1)
        threading.Event().wait(0.1)
        store.write(lambda tx: tx.conn.execute("DROP TRIGGER no_write") and None)
        (found,) = until_over(store, made.id, 1)
    assert found.state is DeliveryState.DELIVERED
    assert len(receiver.got) == 1


def test_an_event_that_cannot_be_understood_is_a_failed_delivery_and_the_log_goes_on(
    store: Store, receiver: Receiver
) -> None:
    """Also when all is told again."""
    with relaying(store, policy_for(receiver.port), [Puzzled()]):
        made = add(store, receiver.url, DONE)
        for again in range(2):
            happens(store, "before", "odd", "after")
            until_over(store, made.id, 3 + 3 * again)
        store.write(lambda tx: webhooks.rewind(tx, made.id, 0, BALIE))
        receiver.wait(8)
        found = until_over(store, made.id, 6)
    odd = [each for each in found if each.state is DeliveryState.FAILED]
    assert [each.attempts[0].error for each in odd] == ["mistake"] * 2
    assert len({each.id for each in receiver.got}) == 4


def test_a_time_after_what_was_told_last_leaves_nothing_out(
    store: Store, receiver: Receiver
) -> None:
    """An endpoint that is behind is told what lies before that, too."""
    made = add(store, receiver.url, DONE)
    happens(store, "missed")
    store.write(lambda tx: webhooks.rewind(tx, made.id, tx.now_ms + 1, BALIE))
    with relaying(store, policy_for(receiver.port)):
        (got,) = receiver.wait(1)
    assert got.told["data"]["conversation"] == "missed"


def test_a_long_log_is_counted_by_pieces_of_it(
    store: Store, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = add(store, receiver.url, DONE)
    happens(store, *"abcdefgh" * 10)

    def counted() -> ReplayCount:
        return store.read(lambda conn: replaying.counted(conn, made, 0, MORNING_MS))

    assert counted() == ReplayCount(told=80)
    monkeypatch.setattr(replaying, "PIECE", 2)
    monkeypatch.setattr(replaying, "PIECES", 10)
    found = counted()
    assert found.about
    assert 70 <= found.told <= 82
