"""Webhooks of SMSGate's API: registered by its client, posted and signed as that gateway does."""

import hashlib
import hmac
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.api.smsgate.dialect import WAITS_S, Smsgate
from appliance.channels import Channel
from appliance.clock import ManualClock
from appliance.desk.access.tokens import ALL_SCOPES, Scope
from appliance.desk.privacy.erasing import job
from appliance.desk.webhooks.url_policy import UrlPolicy
from appliance.messages import MessageState
from appliance.relay.relay import Relay
from appliance.store import webhooks
from appliance.store.webhooks import OffWhy
from appliance.webhook_settings import WebhookSettings
from tests.api.office import Caller, Desk, Office, WebServer, open_office
from tests.api.smsgate_client import ANNA, BRAM, SmsClient, moved, told
from tests.running_demo import eventually
from tests.webhook_receiver import Got, Receiver, Say, receiving

_S = MessageState
EVENTS = ("received", "sent", "delivered", "failed", "cancelled")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as it:
        yield it


@pytest.fixture
def office(
    web_server: WebServer, tmp_path: Path, clock: ManualClock, receiver: Receiver
) -> Iterator[Office]:
    policy = UrlPolicy(WebhookSettings(allow=(f"127.0.0.1:{receiver.port}",)).allowed)
    with open_office(web_server, tmp_path, clock, urls=policy) as opened:
        relay = Relay(opened.store, [Smsgate()], policy)
        relay.start()
        yield opened
        relay.stop()


@pytest.fixture
def client(office: Office, tilburg: Desk) -> SmsClient:
    for number in (ANNA, BRAM):
        office.writes(number, tilburg, channel=Channel.SMS)
    return SmsClient(office, office.token(ALL_SCOPES))


def hooked(client: SmsClient, url: str, *events: str, **more: Any) -> None:
    for each in events:
        body = {"id": each, "url": url, "event": f"sms:{each}", **more}
        answer = client.call("POST", "/webhooks", json=body)
        assert answer.status_code == 201, answer.text
        assert answer.json() == {"deviceId": None, **body}


def of(receiver: Receiver, event: str) -> Got:
    return receiver.wait_for(lambda each: each.told["event"] == event)


def test_what_came_is_posted_with_that_gateways_signature(
    office: Office, tilburg: Desk, client: SmsClient, receiver: Receiver
) -> None:
    """The key is the token's; the signature is over the body and the time, in hexadecimal."""
    hooked(client, receiver.url, "received")
    office.writes(ANNA, tilburg, "Over WhatsApp")
    office.writes(ANNA, tilburg, "Kan ik ruilen?", channel=Channel.SMS)
    got = of(receiver, "sms:received")
    newest = client.get("/inbox").json()[0]
    assert got.told == {
        "id": got.told["id"],
        "webhookId": "received",
        "event": "sms:received",
        "deviceId": tilburg.line_id,
        "payload": {
            "messageId": newest["id"],
            "phoneNumber": ANNA,
            "sender": ANNA,
            "recipient": tilburg.number,
            "simNumber": None,
            "message": "Kan ik ruilen?",
            "receivedAt": newest["createdAt"],
        },
    }
    key = client.get("/settings").json()["webhooks"]["signing_key"]
    assert key == client.token.signing_key
    signed = got.body + got.headers["x-timestamp"].encode()
    expected = hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()
    assert got.headers["x-signature"] == expected
    assert len(receiver.got) == 1


def test_a_new_key_of_the_token_signs_what_that_gateway_posts(
    office: Office, tilburg: Desk, client: SmsClient, receiver: Receiver
) -> None:
    """It is given by the token's own API; whoever may not have webhooks posted gets none."""
    hooked(client, receiver.url, "received")
    address = "/api/v1/signing-key/rotate"
    rotated = office.client.post(address, headers=Caller(office.client, client.token).headers)
    assert rotated.status_code == 200, rotated.text
    assert set(rotated.json()) == {"signing_key", "previous_expires_at"}
    key = client.get("/settings").json()["webhooks"]["signing_key"]
    assert key == rotated.json()["signing_key"] != client.token.signing_key
    office.writes(ANNA, tilburg, "Kan ik ruilen?", channel=Channel.SMS)
    got = of(receiver, "sms:received")
    signed = got.body + got.headers["x-timestamp"].encode()
    assert got.headers["x-signature"] == hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()
    reader = office.caller(frozenset({Scope.MESSAGES_READ}))
    assert office.client.post(address, headers=reader.headers).status_code == 403


def test_only_what_this_program_sent_is_told(
    office: Office, tilburg: Desk, client: SmsClient, receiver: Receiver
) -> None:
    """Each step of its own messages, by its own name for them; of others nothing."""
    hooked(client, receiver.url, *EVENTS)
    office.caller().post({"line": tilburg.number, "to": BRAM, "text": "Native", "channel": "sms"})
    moved(office, BRAM, _S.SENDING, _S.SENT)
    client.send(ANNA, id="a")
    moved(office, ANNA, _S.SENDING, _S.SENT, _S.DELIVERED)
    client.send(BRAM, id="b")
    moved(office, BRAM, _S.SENDING, _S.FAILED)
    client.send(BRAM, id="c")
    client.call("DELETE", "/messages/c")
    cancelled = of(receiver, "sms:cancelled").told["payload"]
    assert (cancelled["messageId"], "cancelledAt" in cancelled) == ("c", True)
    failed = of(receiver, "sms:failed").told["payload"]
    assert (failed["messageId"], failed["reason"]) == ("b", "by-person")
    delivered = of(receiver, "sms:delivered").told["payload"]
    assert (delivered["messageId"], delivered["recipient"]) == ("a", ANNA)
    sent = of(receiver, "sms:sent").told["payload"]
    assert (sent["messageId"], sent["partsCount"]) == ("a", 1)
    assert (sent["sender"], sent["phoneNumber"]) == (tilburg.number, ANNA)
    assert len(receiver.got) == 4


def is_to_be_tried_again(office: Office) -> bool:
    def read(conn: sqlite3.Connection) -> bool:
        row = conn.execute("SELECT tries FROM webhook_delivery WHERE state = 'pending'").fetchone()
        return bool(row["tries"])

    return office.store.read(read)


def test_it_is_tried_again_with_the_same_bytes(
    office: Office, tilburg: Desk, client: SmsClient, receiver: Receiver, clock: ManualClock
) -> None:
    """After ten seconds, then twice as long each time."""
    receiver.says = lambda _: Say(status=500 if len(receiver.got) == 1 else 200)
    hooked(client, receiver.url, "received")
    office.writes(ANNA, tilburg, "Nog eens", channel=Channel.SMS)
    receiver.wait(1)
    eventually(lambda: is_to_be_tried_again(office), "the refusal was noted")
    clock.advance(s=15)
    office.store.write(lambda _: None)
    first, again = receiver.wait(2)
    assert first.body == again.body
    assert WAITS_S[:4] == (10, 20, 40, 80)


def test_nothing_of_who_was_erased_is_sent(
    office: Office, tilburg: Desk, client: SmsClient, receiver: Receiver, clock: ManualClock
) -> None:
    """What waited to be tried again is dropped from the moment on when they are nobody, and nothing
    empty comes in its place: it would be the same id with other bytes.
    """
    hooked(client, receiver.url, *EVENTS)
    client.send(ANNA, id="a")
    moved(office, ANNA, _S.SENDING, _S.SENT)
    of(receiver, "sms:sent")
    receiver.says = lambda _: Say(status=500)
    office.writes(ANNA, tilburg, "Kan ik ruilen?", channel=Channel.SMS)
    moved(office, ANNA, _S.DELIVERED)
    receiver.wait(3)
    eventually(lambda: waiting(office) == 2, "both were refused")
    caller = office.caller()
    (contact,) = {
        each["contact"]["id"]
        for each in caller.get("/messages", direction="in").json()["items"]
        if each["contact"]["number"] == ANNA
    }
    body = {"reason": "She asked by letter", "typed": "ERASE"}
    asks = caller.client.post(
        f"/api/v1/contacts/{contact}/erase", json=body, headers=caller.headers
    )
    assert asks.status_code == 202
    while office.count("person_erasure_left") == 0:
        assert job.go_on(office.store)
    clock.advance(s=15)
    office.store.write(lambda _: None)
    eventually(lambda: waiting(office) == 0, "nothing is left to say")
    assert len(receiver.got) == 3


def waiting(office: Office) -> int:
    """How many deliveries are to be tried again."""

    def read(conn: sqlite3.Connection) -> int:
        row = conn.execute(
            "SELECT count(*) AS n FROM webhook_delivery WHERE state = 'pending' AND tries > 0"
        ).fetchone()
        return int(row["n"])

    return office.store.read(read)


def test_a_webhook_is_replaced_listed_and_removed(
    office: Office, tilburg: Desk, breda: Desk, client: SmsClient, receiver: Receiver
) -> None:
    hooked(client, receiver.url, "sent", "received")
    hooked(client, f"{receiver.url}new", "received", deviceId=breda.line_id)
    hooked(client, f"{receiver.url}newer", "received", deviceId=breda.line_id)
    unnamed = {"url": receiver.url, "event": "sms:failed"}
    made = client.call("POST", "/webhook", json=unnamed).json()
    shown = {each["id"]: each["url"] for each in client.get("/webhooks").json()}
    assert shown == {
        "sent": receiver.url,
        "received": f"{receiver.url}newer",
        made["id"]: receiver.url,
    }
    assert SmsClient(office, office.token()).get("/webhooks").json() == []
    office.writes(ANNA, tilburg, "Tilburg", channel=Channel.SMS)
    office.writes(ANNA, breda, "Breda", channel=Channel.SMS)
    assert of(receiver, "sms:received").told["payload"]["message"] == "Breda"
    for name in shown:
        assert client.call("DELETE", f"/webhooks/{name}").status_code == 204
        assert told(client.call("DELETE", f"/webhooks/{name}")) == (404, "not-found")
    assert client.get("/webhook").json() == []


def test_a_program_ends_no_pause_of_its_webhook(
    office: Office, client: SmsClient, receiver: Receiver
) -> None:
    """It names its webhooks at each start; one that was switched off by itself is on again then."""
    hooked(client, receiver.url, "received")
    for why, is_on in ((OffWhy.FAILING, True), (OffWhy.PERSON, False)):
        (known,) = office.store.read(webhooks.endpoints)
        office.store.write(
            lambda tx, of=known.id, why=why: webhooks.switch_off(tx, of, why)  # type: ignore[misc]
        )
        hooked(client, receiver.url, "received")
        (found,) = office.store.read(webhooks.endpoints)
        assert found.enabled is is_on


def test_a_webhook_leads_nowhere_inside_and_tells_no_more_than_its_token_may_read(
    client: SmsClient, receiver: Receiver
) -> None:
    wanted = {"url": receiver.url, "event": "sms:received"}
    for changed in (
        {"url": "http://127.0.0.1:1/"},
        {"url": "http://169.254.169.254/"},
        {"url": "ftp://192.168.1.9/"},
        {"event": "system:ping"},
        {"event": "message.received"},
        {"deviceId": "nowhere"},
        {"id": "a/b"},
    ):
        answer = client.call("POST", "/webhooks", json={**wanted, **changed})
        assert told(answer) == (400, "invalid-input"), changed
    for scopes in ((Scope.MESSAGES_READ,), (Scope.WEBHOOKS_WRITE,)):
        answer = client.with_scopes(*scopes).call("POST", "/webhooks", json=wanted)
        assert told(answer) == (403, "forbidden")
    assert client.get("/webhooks").json() == []


def test_settings_show_the_key_and_change_nothing(client: SmsClient) -> None:
    limits = {"messages": {"limit_period": "PerDay", "limit_value": 100_000}}
    for method in ("PUT", "PATCH"):
        bodies: tuple[Any, ...] = (limits, {"webhooks": {"signing_key": "mine"}}, {}, [])
        for body in bodies:
            answer = client.call(method, "/settings", content=json.dumps(body))
            assert told(answer) == (400, "invalid-input")
    assert len(client.get("/settings").json()["webhooks"]["signing_key"]) == 64
