"""The page of webhooks: made, tried, paused and looked into by who manages programs."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from appliance.clock import ManualClock
from appliance.desk.access import tokens
from appliance.desk.webhooks.url_policy import UrlPolicy
from appliance.webhook_settings import WebhookSettings
from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office, WebServer, open_office
from tests.api.webhook_office import make, relay_of
from tests.webhook_receiver import Receiver, Say, receiving

PAGE = "/settings/webhooks"


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
        relay = relay_of(opened.store, policy)
        yield opened
        relay.stop()


def send(browser: Browser, address: str, form: Mapping[str, object]) -> httpx.Response:
    """A form with several values of one name, as a browser sends it."""
    return browser.client.post(address, data=dict(form), headers={"X-CSRF-Token": browser.csrf})


def test_a_webhook_from_its_making_to_its_end(
    office: Office, tilburg: Desk, receiver: Receiver
) -> None:
    """The secret is shown once; each try stands in the log, and can be made again."""
    boss = log_in(office, "Marit", role="admin", branch_id=None)
    boss.post("/settings/look", {"language": "en"})
    form = {"url": receiver.url, "event": ["message.received", "call.missed"], "content": "ids"}
    page = send(boss, PAGE, form).text
    secret = re.findall(r"whsec_[\w+/=]+", page)[0]
    own = re.findall(rf"{PAGE}/[0-9a-f-]{{36}}", page)[0]
    assert secret not in boss.get(own).text
    assert receiver.url in boss.get(PAGE).text
    receiver.says = lambda _: Say(status=500)
    boss.post(f"{own}/test")
    (first,) = receiver.wait(1)
    receiver.says = lambda _: Say()
    assert boss.post(f"{own}/again", {"delivery": first.id}).status_code == 204
    assert receiver.wait(2)[1].id == first.id
    while "arrived" not in (log := boss.get(own).text):
        pass
    assert "answered 500" in log
    assert "answered 204" in log
    assert boss.post(f"{own}/off").status_code == 204
    assert "Paused." in boss.get(own).text
    assert "Switch it on first" in boss.post(f"{own}/test").text
    boss.post(f"{own}/on")
    assert re.findall(r"whsec_[\w+/=]+", send(boss, f"{own}/rotate", {}).text)[0] != secret
    changed = {"url": receiver.url, "event": ["message.*"], "content": "full"}
    assert send(boss, own, changed).status_code in (204, 303)
    office.writes("+31687654321", tilburg)
    assert receiver.wait(3)[2].told["data"]["content"]["text"]
    assert boss.post(f"{own}/remove").status_code == 204
    assert boss.get(own).status_code == 404
    boss.client.close()


def test_what_happened_since_is_counted_then_posted_again(
    office: Office, tilburg: Desk, receiver: Receiver
) -> None:
    """Under the ids of before; nothing is posted by counting."""
    boss = log_in(office, "Marit", role="admin", branch_id=None)
    boss.post("/settings/look", {"language": "en"})
    page = send(boss, PAGE, {"url": receiver.url, "event": ["message.received"]}).text
    own = re.findall(rf"{PAGE}/[0-9a-f-]{{36}}", page)[0]
    for text in ("Een", "Twee"):
        office.writes("+31687654321", tilburg, text)
    ids = [each.id for each in receiver.wait(2)]
    counted = boss.get(f"{own}/replay?since=2026-03-01T00:00").text
    assert "2 events would be posted again." in counted
    assert 'name="since" value="2026-03-01T00:00"' in counted
    for wrong in ("", "soon", "2096-03-01T00:00"):
        assert "a time that has been" in boss.get(f"{own}/replay?since={wrong}").text
    assert "0001" in boss.get(f"{own}/replay?since=0001-01-01T00:00").text
    assert len(receiver.got) == 2
    assert boss.post(f"{own}/replay", {"since": "2026-03-01T00:00"}).status_code == 204
    assert [each.id for each in receiver.wait(4)[2:]] == ids
    boss.client.close()


def test_a_wrong_address_is_said_and_keeps_what_was_typed(office: Office) -> None:
    boss = log_in(office, "Marit", role="admin", branch_id=None)
    boss.post("/settings/look", {"language": "en"})
    answer = send(boss, PAGE, {"url": "http://127.0.0.1:5037/", "event": ["call.missed"]})
    assert answer.status_code == 422
    assert "never to its own machine" in answer.text
    assert 'value="http://127.0.0.1:5037/"' in answer.text
    boss.client.close()


def test_who_manages_one_branch_sees_its_webhooks_alone(
    office: Office, tilburg: Desk, breda: Desk, receiver: Receiver
) -> None:
    boss = log_in(office, "Marit", role="admin", branch_id=None)
    page = send(boss, PAGE, {"url": receiver.url, "event": ["*"], "branch": breda.branch_id}).text
    own = re.findall(rf"{PAGE}/[0-9a-f-]{{36}}", page)[0]
    head = log_in(office, "Henk", role="admin", branch_id=tilburg.branch_id)
    assert receiver.url not in head.get(PAGE).text
    assert head.get(own).status_code == 404
    assert head.get(f"{own}/replay?since=2026-03-01T00:00").status_code == 404
    for what in ("", "/on", "/off", "/rotate", "/test", "/replay", "/remove"):
        assert head.post(f"{own}{what}", {"url": receiver.url}).status_code == 404
    form = {"url": receiver.url, "event": ["*"]}
    assert send(head, PAGE, form).status_code == 404
    assert send(head, PAGE, {**form, "branch": tilburg.branch_id}).status_code == 200
    for browser in (boss, head):
        browser.client.close()


def test_what_belongs_to_a_revoked_token_is_not_switched_on_by_a_person(
    office: Office, planning: Caller, receiver: Receiver
) -> None:
    made = make(planning, receiver, "message.received")
    office.store.write(lambda tx: tokens.revoke(tx, planning.token.id))
    boss = log_in(office, "Marit", role="admin", branch_id=None)
    boss.post("/settings/look", {"language": "en"})
    own = f"{PAGE}/{made['id']}"
    answer = boss.post(f"{own}/on")
    assert answer.status_code == 422
    assert "belongs to has ended" in answer.text
    assert "Off: the token" in answer.text
    boss.client.close()
