"""Another way to tell: several deliveries of one event, its own signature and its own waits."""

import hashlib
import hmac
import json
import sqlite3
from collections.abc import Mapping, Sequence

from appliance.clock import ManualClock
from appliance.desk.access import tokens
from appliance.events import Event, EventKind
from appliance.relay.dialect import AnswerMeaning, Keys, PlannedDelivery, ReceiverAnswer
from appliance.store import webhook_deliveries, webhooks
from appliance.store.store import Store
from appliance.store.webhook_deliveries import Delivery
from appliance.store.webhooks import WebhookBy, WebhookEndpoint
from tests.relay.told import happens, policy_for, relaying
from tests.webhook_receiver import Got, Receiver, Say


class Twice:
    """Tells each conversation that is done twice, signed with the token's key."""

    name = "twice"
    waits_s: Sequence[float] = (10,)

    def keeps_bytes(self, endpoint: WebhookEndpoint) -> bool:
        del endpoint
        return True

    def planned(
        self, conn: sqlite3.Connection, endpoint: WebhookEndpoint, event: Event
    ) -> Sequence[PlannedDelivery]:
        del conn, endpoint
        if event.kind is not EventKind.CONVERSATION_DONE:
            return ()
        return [PlannedDelivery(type=f"done:{part}", part=part) for part in ("a", "b")]

    def body(
        self, conn: sqlite3.Connection, endpoint: WebhookEndpoint, delivery: Delivery, event: Event
    ) -> bytes | None:
        del conn
        if event.conversation_id == "nothing":
            return None
        return json.dumps({"webhookId": endpoint.external_id, "event": delivery.type}).encode()

    def headers(
        self, endpoint: WebhookEndpoint, keys: Keys, delivery: Delivery, body: bytes, at_s: int
    ) -> Mapping[str, str]:
        del endpoint
        signed = body + str(at_s).encode()
        signature = hmac.new(keys.signing(delivery), signed, hashlib.sha256).hexdigest()
        return {"X-Timestamp": str(at_s), "X-Signature": signature, "X-Id": delivery.id}

    def meaning(self, answer: ReceiverAnswer) -> AnswerMeaning:
        if answer.status == 422:
            return AnswerMeaning.REFUSED
        return AnswerMeaning.TAKEN if answer.status == 200 else AnswerMeaning.AGAIN


def test_a_dialect_says_all_of_it(store: Store, clock: ManualClock, receiver: Receiver) -> None:
    token = store.write(lambda tx: tokens.add(tx, "gateway"))
    receiver.says = lambda got: Say(status=200 if got.told["event"] == "done:a" else 503)
    with relaying(store, policy_for(receiver.port), [Twice()]):
        made = store.write(
            lambda tx: webhooks.add(
                tx,
                dialect="twice",
                url=receiver.url,
                events_wanted=["done"],
                by=WebhookBy(token_id=token.id),
                external_id="mine",
            )
        )
        happens(store, "nothing", "c")
        first, second = receiver.wait(2)
        assert {first.told["event"], second.told["event"]} == {"done:a", "done:b"}
        assert first.told["webhookId"] == "mine"
        assert first.headers["x-id"] != second.headers["x-id"]
        said = first.body + first.headers["x-timestamp"].encode()
        assert token.signing_key is not None
        good = hmac.new(token.signing_key.encode(), said, hashlib.sha256).hexdigest()
        assert first.headers["x-signature"] == good
        for _ in range(200):
            clock.advance(s=1)
            if len(receiver.got) == 3:
                break
            store.write(lambda tx: tx.now_ms)
        receiver.wait(3)
        while store.read(lambda conn: webhook_deliveries.waiting(conn, made.id, most=9)):
            pass
    log = store.read(lambda conn: webhook_deliveries.newest(conn, made.id, limit=9))
    assert {each.type: each.state.value for each in log} == {
        "done:a": "delivered",
        "done:b": "failed",
    }
    assert store.read(lambda conn: webhooks.named(conn, token.id, "mine", dialect="twice"))


def is_signed(got: Got, key: str | None) -> bool:
    assert key is not None
    said = got.body + got.headers["x-timestamp"].encode()
    return got.headers["x-signature"] == hmac.new(key.encode(), said, hashlib.sha256).hexdigest()


def test_a_program_has_a_day_for_its_tokens_new_key(
    store: Store, clock: ManualClock, receiver: Receiver
) -> None:
    """The new key signs at once; what a program with the old one refuses comes again, signed with
    that. After a day the new one signs alone.
    """
    token = store.write(lambda tx: tokens.add(tx, "gateway"))
    rotated = store.write(lambda tx: tokens.rotate_key(tx, token.id, by="cli"))
    receiver.says = lambda got: Say(status=200 if is_signed(got, token.signing_key) else 401)
    with relaying(store, policy_for(receiver.port), [Twice()]):
        store.write(
            lambda tx: webhooks.add(
                tx,
                dialect="twice",
                url=receiver.url,
                events_wanted=["done"],
                by=WebhookBy(token_id=token.id),
                external_id="mine",
            )
        )
        happens(store, "nothing", "c")
        first = receiver.wait(2)
        assert all(is_signed(each, rotated.signing_key) for each in first)
        while len(receiver.got) < 4:
            clock.advance(s=1)
            store.write(lambda tx: tx.now_ms)
        assert all(is_signed(each, token.signing_key) for each in receiver.got[2:4])
        again = store.write(lambda tx: tokens.rotate_key(tx, token.id, by="cli"))
        clock.advance(s=24 * 3600 + 1)
        receiver.says = lambda _: Say(status=200)
        happens(store, "nothing", "d")
        assert all(is_signed(each, again.signing_key) for each in receiver.wait(6)[4:])
