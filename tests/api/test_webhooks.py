"""Other software is told what happens: made, changed and asked over the API, posted for real."""

import base64
import hashlib
import hmac
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import httpx
import pytest

from appliance.clock import ManualClock
from appliance.desk.access import tokens
from appliance.desk.access.tokens import Scope
from appliance.desk.privacy.erasing import job
from appliance.desk.webhooks.url_policy import UrlPolicy
from appliance.relay.relay import Relay
from appliance.relay.standard import Standard
from appliance.store import webhooks
from appliance.store.store import Store
from appliance.store.webhooks import WebhookBy
from appliance.webhook_settings import WebhookSettings
from tests.api.office import Caller, Desk, Office, WebServer, open_office
from tests.webhook_receiver import Got, Receiver, Say, receiving

ANNA, TEXT = "+31687654321", "Kan ik zaterdag komen werken?"
WITHIN_S = 20.0
REFUSED_URLS = (
    "http://example.com/",
    "http://8.8.8.8/",
    "http://127.0.0.1:1/",
    "https://localhost/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://[::1]/",
    "http://[::ffff:192.168.1.9]/",
    "http://[64:ff9b::7f00:1]/",
    "https://169.254.169.254/latest/meta-data",
    "http://[fe80::1]/",
    "http://0.0.0.0/",
    "http://224.0.0.1/",
    "https://user:pass@example.com/",
    "ftp://192.168.1.9/",
    "javascript:alert(1)",
    "https://１２７.0.0.1/",
    "http://192.168.1.9\\@example.com/",
    "https://example.com/#part",
    "",
)


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


def test_a_message_that_came_is_posted_with_ids_only(
    office: Office, tilburg: Desk, planning: Caller, receiver: Receiver
) -> None:
    """Signed at the real time, with nothing in it that a person wrote, is called or is reached
    at.
    """
    made = make(planning, receiver, "message.received")
    office.writes(ANNA, tilburg, TEXT, name="Anna de Wit")
    (got,) = receiver.wait(1)
    message = planning.get("/messages").json()["items"][0]
    told = got.told
    assert (told["type"], told["timestamp"]) == ("message.received", message["created_at"])
    assert told["data"]["message"] == message["id"]
    assert told["data"]["line"] == tilburg.line_id
    assert {"seq", "epoch", "conversation", "contact"} <= told["data"].keys()
    for secret in (TEXT, "Anna", ANNA.removeprefix("+"), tilburg.number.removeprefix("+")):
        assert secret.encode() not in got.body
    assert is_signed(got, made["secret"])
    assert abs(int(got.headers["webhook-timestamp"]) - time.time()) < 60
    assert "." not in got.id
    assert got.headers["user-agent"].startswith("Balie/")
    done = until(planning, made, "delivered")
    assert (done["id"], done["attempts"][0]["status"]) == (got.id, 204)


def test_full_holds_the_message_as_the_api_shows_it(
    office: Office, tilburg: Desk, planning: Caller, receiver: Receiver
) -> None:
    make(planning, receiver, "message.*", content="full")
    office.writes(ANNA, tilburg, TEXT, name="Anna de Wit")
    (got,) = receiver.wait(1)
    assert got.told["data"]["content"] == planning.get("/messages").json()["items"][0]


def test_who_may_not_read_gets_no_texts(office: Office, tilburg: Desk, receiver: Receiver) -> None:
    """A webhook is no way round the scopes of its token, nor is changing another's."""
    url, events = receiver.url, ["message.received"]
    nobody = office.caller(frozenset({Scope.MESSAGES_READ}))
    assert asked(nobody, "POST", "", {"url": url, "events": events}).status_code == 403
    assert asked(nobody, "GET", "").status_code == 403
    only = office.caller(frozenset({Scope.WEBHOOKS_WRITE}))
    full = {"url": url, "events": events, "content": "full"}
    assert asked(only, "POST", "", full).json()["scope"] == "messages:read"
    audit = {"url": url, "events": ["staff.*"]}
    assert asked(only, "POST", "", audit).json()["scope"] == "audit:read"
    theirs = make(office.caller(), receiver, "message.received", content="full")
    answer = asked(only, "PATCH", f"/{theirs['id']}", {"url": url})
    assert (answer.status_code, answer.json()["scope"]) == (403, "messages:read")
    make(only, receiver, "*")
    office.token()
    office.writes(ANNA, tilburg)
    receiver.wait_for(
        lambda got: got.type == "message.received" and got.told["data"].get("content") is None
    )
    assert "token.added" not in receiver.types


def test_a_branch_is_told_of_itself_alone(
    office: Office, tilburg: Desk, breda: Desk, planning: Caller, receiver: Receiver
) -> None:
    """And sees no other's webhooks."""
    branch = office.caller(branch_id=tilburg.branch_id)
    whole = make(planning, receiver, "message.received", line=breda.number)
    make(branch, receiver, "*")
    assert [each["line"] for each in asked(branch, "GET", "").json()["items"]] == [None]
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/rotate"), ("GET", "/deliveries")):
        assert asked(branch, method, f"/{whole['id']}{path}").status_code == 404
    answer = asked(branch, "POST", "", {"url": receiver.url, "events": ["*"], "line": breda.number})
    assert answer.status_code == 404
    office.writes(ANNA, breda, "Voor Breda")
    office.writes("+31687654322", tilburg, "Voor Tilburg")
    receiver.wait_for(lambda got: got.told["data"]["line"] == tilburg.line_id)
    of_breda = [each for each in receiver.got if each.told["data"]["line"] == breda.line_id]
    assert {each.type for each in of_breda} == {"message.received"}


@pytest.mark.parametrize("url", REFUSED_URLS)
def test_an_address_that_is_not_for_this_is_refused(planning: Caller, url: str) -> None:
    answer = asked(planning, "POST", "", {"url": url, "events": ["*"]})
    assert (answer.status_code, answer.json()["field"]) == (422, "url"), answer.text


def test_what_is_no_event_is_refused(planning: Caller, receiver: Receiver) -> None:
    for events in ([], ["message"], ["message.sort_of"], ["*.received"], ["conversation.read"]):
        answer = asked(planning, "POST", "", {"url": receiver.url, "events": events})
        assert (answer.status_code, answer.json()["field"]) == (422, "events"), events


def made_of(database: Path, sought: bytes) -> list[str]:
    """The files of the database in which this stands."""
    files = [each for each in database.parent.glob(f"{database.name}*") if each.is_file()]
    assert files
    return [each.name for each in files if sought in each.read_bytes()]


def test_the_same_key_makes_one_and_shows_the_same_secret(
    office: Office, planning: Caller, receiver: Receiver
) -> None:
    """Which stands nowhere in the database as it is."""
    body = {"url": receiver.url, "events": ["*"]}
    first, again = (asked(planning, "POST", "", body, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(asked(planning, "GET", "").json()["items"]) == 1
    assert "secret" not in asked(planning, "GET", f"/{first.json()['id']}").json()
    secret = first.json()["secret"].removeprefix("whsec_")
    assert 24 <= len(base64.b64decode(secret)) <= 64
    path = office.store.path
    assert made_of(path, b"whsec") == made_of(path, secret.encode()) == []


def test_both_secrets_sign_for_a_day(
    office: Office, clock: ManualClock, planning: Caller, receiver: Receiver
) -> None:
    made = make(planning, receiver, "line.changed")
    rotated = asked(planning, "POST", f"/{made['id']}/rotate").json()
    assert asked(planning, "POST", f"/{made['id']}/test").status_code == 202
    first = receiver.wait(1)[0]
    assert first.type == "webhook.ping"
    assert is_signed(first, made["secret"])
    assert is_signed(first, rotated["secret"])
    until(planning, made, "delivered")
    clock.advance(s=24 * 3600 + 1)
    asked(planning, "POST", f"/{made['id']}/test")
    second = receiver.wait(2)[1]
    assert not is_signed(second, made["secret"])
    assert is_signed(second, rotated["secret"])


def test_what_was_not_taken_is_tried_again_in_the_same_bytes(
    office: Office, tilburg: Desk, clock: ManualClock, planning: Caller, receiver: Receiver
) -> None:
    """Later than the receiver asks; what comes after it waits for nothing."""
    made = make(planning, receiver, "message.received", content="full")
    asks = Say(status=503, headers={"Retry-After": "120"})
    receiver.says = lambda _: asks if len(receiver.got) == 1 else Say()
    office.writes(ANNA, tilburg, TEXT)
    failed = until(planning, made, "pending")
    while not failed["attempts"]:
        failed = until(planning, made, "pending")
    assert failed["next_at"] >= "2026-03-02T08:32"
    office.writes(ANNA, tilburg, "Of zondag?")
    receiver.wait(2)
    clock.advance(s=300)
    first, _, again = receiver.wait(3)
    assert (again.id, again.body) == (first.id, first.body)
    last = until(planning, made, "delivered")
    assert [each["status"] for each in deliveries(planning, made)[1]["attempts"]] == [503, 204]
    assert last["attempts"][0]["error"] is None


def test_nothing_of_who_was_erased_is_sent(
    office: Office, tilburg: Desk, clock: ManualClock, planning: Caller, receiver: Receiver
) -> None:
    """What waited to be tried again is made anew, from the moment on when they are nobody."""
    made = make(planning, receiver, "message.received", "contact.erased", content="full")
    receiver.says = lambda _: Say(status=500)
    office.writes(ANNA, tilburg, TEXT, name="Anna de Wit")
    while not until(planning, made, "pending")["attempts"]:
        pass
    (before,) = receiver.wait(1)
    assert TEXT.encode() in before.body
    body = {"reason": "She asked by letter", "typed": "ERASE"}
    address = f"/api/v1/contacts/{before.told['data']['contact']}/erase"
    asks = planning.client.post(address, json=body, headers=planning.headers)
    assert asks.status_code == 202
    while office.count("person_erasure_left") == 0:
        assert job.go_on(office.store)
    receiver.says = lambda _: Say()
    clock.advance(s=10)
    receiver.wait_for(lambda got: got.type == "contact.erased" and got is not before)
    again = receiver.wait_for(lambda got: got.id == before.id and got is not before)
    number = ANNA.removeprefix("+")
    assert not [each for each in (TEXT, "Anna", number) if each.encode() in again.body]


def test_gone_is_switched_off_at_once(
    office: Office, tilburg: Desk, planning: Caller, receiver: Receiver
) -> None:
    """It is an incident until somebody switches it on again."""
    made = make(planning, receiver, "message.received")
    receiver.says = lambda _: Say(status=410)
    office.writes(ANNA, tilburg)
    until(planning, made, "failed")
    now = asked(planning, "GET", f"/{made['id']}").json()
    assert (now["enabled"], now["off_why"]) == (False, "gone")
    open_kinds = [each["kind"] for each in planning.get("/incidents").json()["items"]]
    assert "webhook-off" in open_kinds
    assert asked(planning, "POST", f"/{made['id']}/test").status_code == 422
    receiver.says = lambda _: Say()
    now = asked(planning, "PATCH", f"/{made['id']}", {"enabled": True}).json()
    assert (now["enabled"], now["off_why"]) == (True, None)
    asked(planning, "POST", f"/{made['id']}/test")
    receiver.wait_for(lambda got: got.type == "webhook.ping")


def test_five_days_of_failures_switch_it_off(
    office: Office, tilburg: Desk, clock: ManualClock, planning: Caller, receiver: Receiver
) -> None:
    """Others who want to know are told."""
    made = make(planning, receiver, "message.received")
    receiver.says = lambda got: Say(status=500 if got.type == "message.received" else 204)
    make(planning, receiver, "webhook.*")
    office.writes(ANNA, tilburg)
    while not until(planning, made, "pending")["attempts"]:
        pass
    for _ in range(6):
        clock.advance(s=24 * 3600)
        seen = len(receiver.got)
        office.writes(ANNA, tilburg)
        receiver.wait(seen + 1)
    told = receiver.wait_for(lambda got: got.type == "webhook.disabled").told
    assert told["data"]["webhook"] == made["id"]
    assert asked(planning, "GET", f"/{made['id']}").json()["off_why"] == "failing"


def test_what_was_told_is_told_again_under_its_id(
    office: Office, tilburg: Desk, planning: Caller, receiver: Receiver
) -> None:
    """One by one, and all since a time."""
    made = make(planning, receiver, "message.received")
    office.writes(ANNA, tilburg, "Een")
    office.writes(ANNA, tilburg, "Twee")
    ids = [each.id for each in receiver.wait(2)]
    until(planning, made, "delivered")
    answer = asked(planning, "POST", f"/{made['id']}/deliveries/{ids[0]}/replay")
    assert (answer.status_code, answer.json()) == (202, {"id": ids[0]})
    assert receiver.wait(3)[2].id == ids[0]
    nothing = asked(planning, "POST", f"/{made['id']}/deliveries/msg_0/replay")
    assert nothing.status_code == 404
    since = {"since": "2026-03-01T00:00:00Z"}
    assert asked(planning, "POST", f"/{made['id']}/replay", since).status_code == 202
    assert [each.id for each in receiver.wait(5)[3:]] == ids


def test_off_is_off_and_gone_is_gone(
    office: Office, tilburg: Desk, planning: Caller, receiver: Receiver
) -> None:
    """What happens meanwhile comes when somebody asks for it; a revoked token ends its own."""
    paused, removed = (make(planning, receiver, "message.received") for _ in range(2))
    owner = office.caller()
    orphan = make(owner, receiver, "message.received")
    asked(planning, "PATCH", f"/{paused['id']}", {"enabled": False})
    assert asked(planning, "DELETE", f"/{removed['id']}").status_code == 204
    assert asked(planning, "GET", f"/{removed['id']}").status_code == 404
    office.store.write(lambda tx: tokens.revoke(tx, owner.token.id))
    control = make(planning, receiver, "message.received")
    office.writes(ANNA, tilburg)
    until(planning, control, "delivered")
    assert deliveries(planning, paused) == deliveries(planning, orphan) == []
    assert len(receiver.got) == 1
    asked(planning, "PATCH", f"/{paused['id']}", {"enabled": True})
    asked(planning, "POST", f"/{paused['id']}/replay", {"since": "2026-03-01T00:00:00Z"})
    receiver.wait(2)


def test_what_a_revoked_token_left_goes_on_for_who_switches_it_on(
    office: Office, tilburg: Desk, planning: Caller, receiver: Receiver
) -> None:
    """It tells what the new one may see; who only tries it is told why nothing would come."""
    owner = office.caller()
    orphan = make(owner, receiver, "message.received", content="full")
    office.writes(ANNA, tilburg)
    (first,) = receiver.wait(1)
    until(planning, orphan, "delivered")
    office.store.write(lambda tx: tokens.revoke(tx, owner.token.id))
    only = office.caller(frozenset({Scope.WEBHOOKS_WRITE}))
    refused = asked(only, "PATCH", f"/{orphan['id']}", {"enabled": True})
    assert (refused.status_code, refused.json()["scope"]) == (403, "messages:read")
    now = asked(planning, "PATCH", f"/{orphan['id']}", {"enabled": True}).json()
    assert (now["enabled"], now["off_why"]) == (True, None)
    again = asked(planning, "POST", f"/{orphan['id']}/deliveries/{first.id}/replay")
    assert again.status_code == 202
    assert receiver.wait(2)[1].id == first.id


def test_names_that_hang_stop_no_other_program(
    office: Office, planning: Caller, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks for too many of them at once is told so."""
    real, free = socket.getaddrinfo, threading.Event()

    def look_up(host: object, port: object, *args: object, **more: object) -> object:
        if str(host).endswith(".hangs.test"):
            free.wait(WITHIN_S)
        name = "127.0.0.1" if str(host).endswith(".test") else host
        return real(name, port, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    careless = office.caller()

    def post(number: int) -> httpx.Response:
        url = f"https://n{number}.hangs.test:{receiver.port}/"
        return asked(careless, "POST", "", {"url": url, "events": ["*"]})

    with ThreadPoolExecutor(20) as threads:
        answers = [threads.submit(post, number) for number in range(20)]
        wait(answers, timeout=WITHIN_S, return_when=FIRST_COMPLETED)
        url = f"http://good.test:{receiver.port}/hook"
        made = asked(planning, "POST", "", {"url": url, "events": ["*"]})
        free.set()
        said = [each.result() for each in answers]
    assert made.status_code == 201, made.text
    assert {each.status_code for each in said} == {201, 422}
    refused = [each.json() for each in said if each.status_code == 422]
    assert {each["field"] for each in refused} == {"url"}
    assert "still looking up" in refused[0]["detail"]


def test_a_token_that_ran_out_is_said(
    office: Office, tilburg: Desk, clock: ManualClock, planning: Caller, receiver: Receiver
) -> None:
    """The webhook is still on: nothing was switched."""
    token = office.store.write(lambda tx: tokens.add(tx, "short", life_days=1))
    made = make(planning, receiver, "message.received")
    office.store.write(
        lambda tx: webhooks.change(tx, made["id"], WebhookBy(token_id=token.id)) and None
    )
    clock.advance(s=24 * 3600 + 1)
    for path, body in (("/test", None), ("/replay", {"since": "2026-03-01T00:00:00Z"})):
        answer = asked(planning, "POST", f"/{made['id']}{path}", body)
        assert (answer.status_code, answer.json()["field"]) == (422, "token")
    asked(planning, "PATCH", f"/{made['id']}", {"enabled": True})
    assert asked(planning, "POST", f"/{made['id']}/test").status_code == 202
    receiver.wait(1)
