"""Passes of SMSGate's API: they live shorter than their token, do less, and end with it."""

from typing import Any

import pytest

from appliance.channels import Channel
from appliance.clock import ManualClock
from appliance.desk.access import tokens
from appliance.desk.access.tokens import ALL_SCOPES, Scope
from tests.api.office import Desk, Office
from tests.api.smsgate_client import ANNA, SmsClient, sent, told


@pytest.fixture
def client(office: Office, tilburg: Desk) -> SmsClient:
    office.writes(ANNA, tilburg, channel=Channel.SMS)
    return SmsClient(office, office.token(ALL_SCOPES))


def a_pass(client: SmsClient, *scopes: str, **more: Any) -> dict[str, Any]:
    answer = client.call("POST", "/auth/token", json={"scopes": scopes, **more})
    assert answer.status_code == 201
    body: dict[str, Any] = answer.json()
    assert body["accessToken"] == body["access_token"]
    return body


def test_a_pass_does_less_for_a_shorter_time(
    office: Office, client: SmsClient, clock: ManualClock
) -> None:
    made = a_pass(client, "messages:send", ttl=60)
    assert made["tokenType"] == "Bearer"
    sender = client.by(made["accessToken"])
    assert sender.send(ANNA, id="1").status_code == 202
    assert told(sender.send(ANNA, id="1")) == (409, "message-exists")
    assert client.get("/messages/1").status_code == 200
    assert told(sender.get("/messages/1")) == (403, "forbidden")
    assert told(sender.call("POST", "/auth/token", json={"scopes": ["messages:send"]}))[0] == 403
    assert len(sent(office)) == 1
    clock.advance(s=61)
    assert told(sender.send(ANNA)) == (401, "unauthorized")


def test_a_pass_is_renewed_once_and_ended(client: SmsClient) -> None:
    made = a_pass(client, "all:any")
    renewal = client.by(made["refreshToken"])
    assert told(renewal.get("/devices")) == (401, "unauthorized")
    again = renewal.call("POST", "/auth/token/refresh")
    assert again.status_code == 201
    assert told(renewal.call("POST", "/auth/token/refresh")) == (401, "unauthorized")
    new = again.json()
    assert client.by(new["accessToken"]).get("/devices").status_code == 200
    assert client.call("DELETE", f"/auth/token/{new['id']}").status_code == 204
    assert told(client.by(new["accessToken"]).get("/devices")) == (401, "unauthorized")
    ended = client.by(new["refreshToken"]).call("POST", "/auth/token/refresh")
    assert told(ended) == (401, "unauthorized")
    first = client.by(made["accessToken"])
    assert told(first.call("DELETE", "/auth/token/other")) == (404, "not-found")
    assert first.call("DELETE", f"/auth/token/{made['id']}").status_code == 204
    assert told(first.get("/devices")) == (401, "unauthorized")


def test_a_pass_ends_with_its_token(office: Office, client: SmsClient) -> None:
    made = a_pass(client, "all:any", ttl=3600)
    office.store.write(lambda tx: tokens.revoke(tx, client.token.id))
    for text in (made["accessToken"], made["refreshToken"]):
        assert told(client.by(text).send(ANNA)) == (401, "unauthorized")
        refreshed = client.by(text).call("POST", "/auth/token/refresh")
        assert told(refreshed) == (401, "unauthorized")


def test_a_pass_does_nothing_that_its_token_may_not(client: SmsClient) -> None:
    reader = client.with_scopes(Scope.MESSAGES_READ)
    for scopes, status in (
        (["messages:send"], 403),
        (["devices:list"], 403),
        (["everything"], 400),
        ([], 400),
    ):
        answer = reader.call("POST", "/auth/token", json={"scopes": scopes})
        assert told(answer)[0] == status, scopes
    made = a_pass(reader, "all:any")
    assert told(client.by(made["accessToken"]).send(ANNA)) == (403, "forbidden")


def test_only_a_pass_for_settings_is_told_the_key(client: SmsClient) -> None:
    """Who has the key signs webhooks as Balie does, for as long as the token lives. One that was
    renewed may do what the first one could.
    """
    for scopes in (["messages:read"], ["settings:write", "webhooks:list"]):
        made = client.by(a_pass(client, *scopes)["accessToken"])
        assert told(made.get("/settings")) == (403, "forbidden")
    for scopes in (["settings:read"], ["all:any"]):
        first = a_pass(client, *scopes)
        again = client.by(first["refreshToken"]).call("POST", "/auth/token/refresh").json()
        for text in (first["accessToken"], again["accessToken"]):
            key = client.by(text).get("/settings").json()["webhooks"]["signing_key"]
            assert key == client.token.signing_key
    only = client.by(a_pass(client, "settings:read")["accessToken"])
    assert told(only.get("/devices")) == (403, "forbidden")
