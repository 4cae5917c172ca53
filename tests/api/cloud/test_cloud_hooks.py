"""Where the webhooks of a number go: proven by a challenge, one for each program."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from appliance.api.cloud.dialect import Cloud
from appliance.clock import Clock, SystemClock
from appliance.desk.access import tokens
from appliance.desk.access.tokens import Scope
from appliance.desk.webhooks.url_policy import UrlPolicy
from appliance.relay.relay import Relay
from appliance.store import webhooks
from appliance.store.webhooks import OffWhy
from appliance.webhook_settings import Allowed
from tests.api.cloud.test_cloud_clients import opens
from tests.api.cloud.test_cloud_errors import error
from tests.api.cloud.test_cloud_sending import ANNA
from tests.api.office import Caller, Desk, Office, WebServer
from tests.webhook_receiver import Got, Receiver, Say, receiving

VERIFY = "geheim & meer"


def echo(got: Got) -> Say:
    """As whoever wants webhooks answers: the challenge, for the right word."""
    asked = parse_qs(urlsplit(got.path).query)
    if not asked.get("hub.mode"):
        return Say(status=200)
    right = asked["hub.mode"] == ["subscribe"] and asked["hub.verify_token"] == [VERIFY]
    return Say(status=200, body=asked["hub.challenge"][0].encode()) if right else Say(status=403)


@pytest.fixture
def clock() -> Clock:
    """The real one, because what failed is tried again by it."""
    return SystemClock()


@pytest.fixture
def receiver(web_server: WebServer, office: Office) -> Iterator[Receiver]:
    """Allowed by the config, and it answers challenges."""
    del office  # it is furnished before
    with receiving() as running:
        running.says = echo
        policy = opens(web_server, f"127.0.0.1:{running.port}")
        assert policy.allowed
        yield running


def names(caller: Caller, desk: Desk, url: str, verify: str = VERIFY) -> httpx.Response:
    told = {"webhook_configuration": {"override_callback_uri": url, "verify_token": verify}}
    path = f"/v21.0/{desk.number[1:]}/"
    return caller.client.post(path, json=told, headers=caller.headers)


def named(caller: Caller, desk: Desk) -> Any:
    path = f"/v21.0/{desk.number[1:]}"
    asked = {"fields": "webhook_configuration"}
    told = caller.client.get(path, headers=caller.headers, params=asked).json()
    return told.get("webhook_configuration")


def test_an_address_counts_once_it_has_echoed_the_challenge(
    office: Office, tilburg: Desk, planning: Caller, receiver: Receiver
) -> None:
    """A query of its own stays; another address takes its place, and an empty one ends it."""
    url = f"{receiver.url}?of=balie"
    assert names(planning, tilburg, url).json() == {"success": True}
    (challenge,) = receiver.wait(1)
    asked = parse_qs(urlsplit(challenge.path).query)
    assert (asked["of"], asked["hub.mode"]) == (["balie"], ["subscribe"])
    assert asked["hub.challenge"][0].isdecimal()
    assert named(planning, tilburg) == {"phone_number": url}
    assert names(planning, tilburg, receiver.url).status_code == 200
    assert named(planning, tilburg) == {"phone_number": receiver.url}
    assert named(office.caller(), tilburg) is None
    assert office.count("webhook") == 1
    assert names(planning, tilburg, "").json() == {"success": True}
    assert office.count("webhook") == 0


def test_the_account_of_a_number_has_the_same_webhook(
    office: Office, tilburg: Desk, planning: Caller, receiver: Receiver
) -> None:
    """Named, told and ended there, as clients do that know accounts."""
    path = f"/v22.0/{tilburg.number[1:]}/subscribed_apps"
    body = {"override_callback_uri": receiver.url, "verify_token": VERIFY}
    client, headers = planning.client, planning.headers
    assert client.post(path, json=body, headers=headers).json() == {"success": True}
    assert named(planning, tilburg) == {"phone_number": receiver.url}
    (told,) = client.get(path, headers=headers).json()["data"]
    assert told["override_callback_uri"] == receiver.url
    assert told["whatsapp_business_api_data"]["name"] == "planning"
    for method in ("DELETE", "POST"):
        ended = client.request(method, path, headers=headers)
        assert ended.json() == {"success": True}
        assert client.get(path, headers=headers).json() == {"data": []}
    assert office.count("webhook") == 0


def test_a_program_ends_no_pause(
    office: Office, tilburg: Desk, planning: Caller, receiver: Receiver
) -> None:
    """It names its address at each start; one that was switched off by itself is on again then."""
    names(planning, tilburg, receiver.url)
    for why, is_on in ((OffWhy.FAILING, True), (OffWhy.PERSON, False)):
        (known,) = office.store.read(webhooks.endpoints)
        office.store.write(
            lambda tx, of=known.id, why=why: webhooks.switch_off(tx, of, why)  # type: ignore[misc]
        )
        assert names(planning, tilburg, receiver.url).status_code == 200
        (found,) = office.store.read(webhooks.endpoints)
        assert found.enabled is is_on


def test_there_are_so_many_webhooks_and_no_more(
    office: Office,
    tilburg: Desk,
    planning: Caller,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of all APIs together."""
    monkeypatch.setattr(webhooks, "MAX_ENDPOINTS", 0)
    assert error(names(planning, tilburg, receiver.url)) == (400, 131009)
    assert office.count("webhook") == 0


def test_an_address_that_does_not_want_it_is_refused(
    office: Office, tilburg: Desk, planning: Caller, receiver: Receiver
) -> None:
    """By its word, by another echo, by a redirection, or because the policy refuses it: 2200."""
    assert error(names(planning, tilburg, receiver.url, "falsch")) == (400, 2200)
    for say in (
        Say(status=200, body=b"welcome"),
        Say(status=500),
        Say(status=302, headers={"Location": receiver.url}),
        Say(closes=True),
    ):
        receiver.says = lambda _, say=say: say  # type: ignore[misc]
        assert error(names(planning, tilburg, receiver.url)) == (400, 2200)
    asked = len(receiver.got)
    for url in ("http://127.0.0.1:1/", "ftp://example.com/", "nothing", "http://169.254.169.254/"):
        assert error(names(planning, tilburg, url)) == (400, 2200), url
    assert (len(receiver.got), office.count("webhook")) == (asked, 0)


def test_a_webhook_takes_the_right_to_read_what_it_tells(
    office: Office, tilburg: Desk, breda: Desk, receiver: Receiver
) -> None:
    """And a number that the token sees."""
    for scopes in ({Scope.WEBHOOKS_WRITE}, {Scope.MESSAGES_READ}):
        assert error(names(office.caller(frozenset(scopes)), tilburg, receiver.url)) == (403, 10)
    both = frozenset({Scope.WEBHOOKS_WRITE, Scope.MESSAGES_READ})
    elsewhere = office.caller(both, branch_id=breda.branch_id)
    assert error(names(elsewhere, tilburg, receiver.url)) == (400, 100)
    assert not receiver.got
    assert names(elsewhere, breda, receiver.url).status_code == 200
    empty = elsewhere.client.post(f"/v21.0/{breda.number[1:]}", json={}, headers=elsewhere.headers)
    assert error(empty) == (400, 131009)


def test_a_repetition_is_the_same_bytes_with_the_same_signature(
    office: Office, tilburg: Desk, planning: Caller, receiver: Receiver
) -> None:
    """Until it is taken; and nothing is told any more once the token is revoked."""
    names(planning, tilburg, receiver.url)
    receiver.got.clear()
    failed: list[Got] = []

    def fails_once(got: Got) -> Say:
        failed.append(got)
        return Say(status=500 if len(failed) == 1 else 200)

    receiver.says = fails_once
    allowed = Allowed(frozenset({("127.0.0.1", receiver.port)}))
    relay = Relay(office.store, [_Soon()], UrlPolicy(allowed))
    relay.start()
    try:
        office.writes(ANNA, tilburg, "Hoi", name="Anna")
        first, second = receiver.wait(2)
        key = (planning.token.signing_key or "").encode()
        signed = hmac.new(key, first.body, hashlib.sha256).hexdigest()
        assert first.body == second.body
        assert first.headers["x-hub-signature-256"] == f"sha256={signed}"
        assert first.headers["user-agent"].startswith("Balie/")
        assert second.headers["x-hub-signature-256"] == f"sha256={signed}"
        assert json.loads(first.body)["object"] == "whatsapp_business_account"
        office.store.write(lambda tx: tokens.revoke(tx, planning.token.id))
        office.writes(ANNA, tilburg, "Nog iets")
        other, receiver.says = office.caller(), echo
        assert names(other, tilburg, receiver.url).status_code == 200
        office.writes(ANNA, tilburg, "En nu")
        told = receiver.wait_for(lambda got: b"En nu" in got.body)
        assert told.headers["x-hub-signature-256"] != f"sha256={signed}"
        assert not any(b"Nog iets" in each.body for each in receiver.got)
    finally:
        relay.stop()


class _Soon(Cloud):
    """Tries again at once: no test waits for a minute."""

    waits_s = (0.01, 0.01)
