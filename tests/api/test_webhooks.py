"""Other software is told what happens: made, changed and asked over the API, posted for real."""

import base64
import socket
import threading
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path

import httpx
import pytest

from appliance.clock import ManualClock
from appliance.desk.access.tokens import Scope
from appliance.desk.privacy.erasing import job
from appliance.store import house_key
from tests.api.office import Caller, Desk, Office
from tests.api.webhook_office import (
    WITHIN_S,
    asked,
    deliveries,
    is_signed,
    make,
    office,
    policy,
    receiver,
    until,
)
from tests.webhook_receiver import Receiver, Say

__all__ = ["office", "policy", "receiver"]  # the fixtures

ANNA, TEXT = "+31687654321", "Kan ik zaterdag komen werken?"
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


def test_a_key_whose_webhook_has_no_secret_any_more_says_what_to_do(
    office: Office, planning: Caller, receiver: Receiver
) -> None:
    """A lost answer is given again with the secret of now; no answer is without one."""
    body = {"url": receiver.url, "events": ["*"]}
    key = {"Idempotency-Key": "lost"}
    made = asked(planning, "POST", "", body, **key).json()
    rotated = asked(planning, "POST", f"/{made['id']}/rotate").json()["secret"]
    assert asked(planning, "POST", "", body, **key).json() == {**made, "secret": rotated}
    path = house_key.path_of(office.store.path.parent)
    path.rename(path.with_suffix(".lost"))
    shut = asked(planning, "POST", "", body, **key)
    assert (shut.status_code, shut.json()["code"]) == (409, "secret-gone")
    assert shut.json()["webhook"] == made["id"]
    again = asked(planning, "POST", f"/{made['id']}/rotate").json()["secret"]
    assert asked(planning, "POST", "", body, **key).json()["secret"] == again
    asked(planning, "POST", f"/{made['id']}/test")
    receiver.wait_for(lambda got: got.type == "webhook.ping" and is_signed(got, again))
    asked(planning, "DELETE", f"/{made['id']}")
    gone = asked(planning, "POST", "", body, **key)
    assert (gone.status_code, gone.json()["code"]) == (409, "secret-gone")
    assert "new key" in gone.json()["remedy"]
    assert asked(planning, "GET", "").json()["items"] == []


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


def test_each_program_that_was_told_of_somebody_is_told_of_the_erasure(
    office: Office, tilburg: Desk, breda: Desk, planning: Caller, receiver: Receiver
) -> None:
    """Software of a branch that only entered them, and who asked for one number's events, which
    they wrote to; who wrote to another number is not told of there.
    """
    branch = office.caller(branch_id=tilburg.branch_id)
    names = ("contact.created", "contact.erased", "consent.withdrawn")
    make(branch, receiver, *names, url=f"{receiver.url}/branch")
    make(planning, receiver, *names, url=f"{receiver.url}/line", line=breda.number)
    person = {"office_name": "Bram", "numbers": ["06-87654323"], "branch": "Tilburg"}
    path = "/api/v1/contacts/by/1"
    entered = branch.client.put(path, json=person, headers=branch.headers).json()["id"]
    office.writes(ANNA, breda, TEXT)
    office.writes("+31687654322", tilburg, TEXT)
    there, elsewhere = (
        planning.get(f"/contacts/{number}").json()["id"] for number in (ANNA, "+31687654322")
    )

    def post(contact: str, what: str, **body: str) -> int:
        path = f"/api/v1/contacts/{contact}/{what}"
        return planning.client.post(path, json=body, headers=planning.headers).status_code

    for each in (there, elsewhere):
        assert post(each, "objection", words="Nooit meer") == 201
    for each in (there, elsewhere, entered):
        assert post(each, "erase", reason="They asked by letter", typed="ERASE") == 202
    while job.go_on(office.store):
        pass
    for program, people in (
        ("branch", {elsewhere: names, entered: ("contact.created", "contact.erased")}),
        ("line", {there: names}),
    ):
        wanted = {(type_, contact) for contact, types in people.items() for type_ in types}
        receiver.wait_for(partial(_has_heard, receiver, program, wanted))
        assert told_at(receiver, program) == wanted


def _has_heard(
    receiver: Receiver, program: str, wanted: set[tuple[str, str]], _got: object
) -> bool:
    return told_at(receiver, program) >= wanted


def told_at(receiver: Receiver, program: str) -> set[tuple[str, str]]:
    """Which events, and of whom."""
    return {
        (got.type, got.told["data"]["contact"])
        for got in list(receiver.got)
        if got.path.endswith(f"/{program}")
    }


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
