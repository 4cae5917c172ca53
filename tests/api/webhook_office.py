"""An office that tells a receiver on this machine: its webhooks, and what became of each."""

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from appliance.clock import ManualClock
from appliance.desk.webhooks.url_policy import UrlPolicy
from appliance.relay.relay import Relay
from appliance.relay.standard import Standard
from appliance.store.store import Store
from appliance.webhook_settings import WebhookSettings
from tests.api.office import Caller, Office, WebServer, open_office
from tests.webhook_receiver import Got, Receiver, receiving

WITHIN_S = 20.0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as it:
        yield it


@pytest.fixture
def policy(receiver: Receiver) -> UrlPolicy:
    return UrlPolicy(WebhookSettings(allow=(f"127.0.0.1:{receiver.port}",)).allowed)


@pytest.fixture
def office(
    web_server: WebServer, tmp_path: Path, clock: ManualClock, policy: UrlPolicy
) -> Iterator[Office]:
    with open_office(web_server, tmp_path, clock, urls=policy) as opened:
        relay = relay_of(opened.store, policy)
        yield opened
        relay.stop()


def relay_of(store: Store, policy: UrlPolicy) -> Relay:
    relay = Relay(store, [Standard()], policy)
    relay.start()
    return relay


def asked(
    caller: Caller, method: str, path: str, body: Any = None, **headers: str
) -> httpx.Response:
    return caller.client.request(
        method, f"/api/v1/webhooks{path}", json=body, headers=caller.headers | headers
    )


def make(caller: Caller, receiver: Receiver, *events: str, **more: Any) -> dict[str, Any]:
    answer = asked(caller, "POST", "", {"url": receiver.url, "events": events, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def deliveries(caller: Caller, webhook: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = asked(caller, "GET", f"/{webhook['id']}/deliveries").json()[
        "items"
    ]
    return found


def until(caller: Caller, webhook: dict[str, Any], state: str) -> dict[str, Any]:
    """The newest delivery, once it is so."""
    until_s = time.monotonic() + WITHIN_S
    while time.monotonic() < until_s:
        found = deliveries(caller, webhook)
        if found and found[0]["state"] == state:
            return found[0]
        time.sleep(0.02)
    raise AssertionError(deliveries(caller, webhook))


def is_signed(got: Got, secret: str) -> bool:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    said = f"{got.id}.{got.headers['webhook-timestamp']}.".encode() + got.body
    digest = base64.b64encode(hmac.digest(key, said, hashlib.sha256)).decode()
    return f"v1,{digest}" in got.headers["webhook-signature"].split(" ")
