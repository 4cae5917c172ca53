"""SMSGate's API: what its clients send and read, on Balie's consent and pace."""

from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from appliance.channels import Channel
from appliance.clock import ManualClock
from appliance.desk.access import tokens
from appliance.desk.access.tokens import ALL_SCOPES, Scope
from appliance.desk.outgoing.room import Room
from appliance.messages import MessageState
from tests.api.office import Desk, Office, WebServer
from tests.api.smsgate_client import ANNA, BRAM, STRANGER, SmsClient, moved, sent, told

_S = MessageState


@pytest.fixture
def client(office: Office, tilburg: Desk) -> SmsClient:
    for number in (ANNA, BRAM):
        office.writes(number, tilburg, channel=Channel.SMS)
    return SmsClient(office, office.token(ALL_SCOPES))


def test_a_message_is_accepted_and_told_as_that_gateway_tells_it(
    office: Office, tilburg: Desk, client: SmsClient
) -> None:
    answer = client.send(ANNA, id="shift-1", withDeliveryReport=True, priority=127, simNumber=1)
    assert answer.status_code == 202
    at = answer.json()["createdAt"]
    assert answer.json() == {
        "id": "shift-1",
        "deviceId": tilburg.line_id,
        "state": "Pending",
        "recipients": [{"phoneNumber": ANNA, "state": "Pending", "error": None}],
        "isHashed": False,
        "isEncrypted": False,
        "states": {"Pending": at},
        "createdAt": at,
    }
    assert office.planned
    assert client.get("/messages/shift-1").json() == answer.json()
    assert client.get("/message").json() == [answer.json()]
    (kept,) = sent(office)
    assert (kept["text"], kept["channel"]) == ("Tot morgen", "sms")


def test_the_old_form_of_a_text_and_national_numbers_are_read(client: SmsClient) -> None:
    body = {"phoneNumbers": ["06 87654321"], "message": "Hoi", "ttl": 3600}
    answer = client.call("POST", "/message", json=body, params={"skipPhoneValidation": "true"})
    assert answer.status_code == 202
    assert answer.json()["recipients"][0]["phoneNumber"] == ANNA


def test_without_a_device_it_leaves_by_the_line_that_they_last_wrote_to(
    office: Office, tilburg: Desk, breda: Desk, client: SmsClient, clock: ManualClock
) -> None:
    clock.advance(s=60)
    office.writes(ANNA, breda, channel=Channel.SMS)
    assert client.send(ANNA).json()["deviceId"] == breda.line_id
    assert client.send(BRAM).json()["deviceId"] == tilburg.line_id
    for name in (tilburg.line_id, tilburg.number):
        assert client.send(ANNA, deviceId=name).json()["deviceId"] == tilburg.line_id
    one_branch = SmsClient(office, office.token(branch_id=tilburg.branch_id))
    assert one_branch.send(ANNA).json()["deviceId"] == tilburg.line_id
    assert told(one_branch.send(ANNA, deviceId=breda.line_id)) == (400, "invalid-input")


def test_nobody_is_written_to_without_consent(office: Office, client: SmsClient) -> None:
    """400 and nothing kept: 409 would say that it is sent already, 403 to log in again."""
    office.writes(BRAM, office.desk("Goes", "+31612345677"), "STOP", channel=Channel.SMS)
    before = office.count("message")
    assert told(client.send(STRANGER, id="x")) == (400, "consent-required")
    goes = client.get("/devices").json()[-1]["id"]
    assert told(client.send(BRAM, id="x", deviceId=goes)) == (400, "opted-out")
    assert office.count("message") == before
    assert client.send(ANNA, id="x").status_code == 202


def test_one_of_several_who_is_refused_costs_the_others_nothing(
    office: Office, client: SmsClient
) -> None:
    """Each is a message of its own; who is refused is told with the reason, then and later."""
    answer = client.send(STRANGER, ANNA, BRAM, ANNA, id="all")
    assert answer.status_code == 202
    anna, bram, *refused = answer.json()["recipients"]
    assert [each["phoneNumber"] for each in (anna, bram)] == [ANNA, BRAM]
    assert [each["state"] for each in refused] == ["Failed", "Failed"]
    assert refused[0]["phoneNumber"] == STRANGER
    assert refused[0]["error"].startswith("consent-required: ")
    assert refused[1]["error"].startswith("twice: ")
    assert client.get("/messages/all").json()["recipients"] == answer.json()["recipients"]
    assert len(sent(office)) == 2


def test_the_same_id_again_sends_nothing(office: Office, client: SmsClient) -> None:
    """409, also for other words; another program may use the id for its own."""
    assert client.send(ANNA, id="1").status_code == 202
    assert told(client.send(ANNA, id="1")) == (409, "message-exists")
    assert told(client.send(BRAM, id="1", text="Iets anders")) == (409, "message-exists")
    other = SmsClient(office, office.token())
    assert other.send(BRAM, id="1").status_code == 202
    assert other.get("/messages/1").json()["recipients"][0]["phoneNumber"] == BRAM
    assert client.get("/messages/1").json()["recipients"][0]["phoneNumber"] == ANNA


BAD: dict[str, dict[str, Any]] = {
    "no recipient": {"phoneNumbers": []},
    "no number": {"phoneNumbers": ["hallo"]},
    "too many": {"phoneNumbers": [ANNA] * 101},
    "one bad number": {"phoneNumbers": [ANNA, "12"]},
    "an account": {"phoneNumbers": ["1234@lid"]},
    "no text": {"textMessage": None},
    "an empty text": {"textMessage": {"text": " "}},
    "too long": {"textMessage": {"text": "x" * 4000}},
    "encrypted": {"isEncrypted": True},
    "data": {"dataMessage": {"data": "aGk=", "port": 1}},
    "MMS": {"mmsMessage": {"text": "hi"}},
    "no such line": {"deviceId": "nowhere"},
    "two ends": {"ttl": 60, "validUntil": "2030-01-01T00:00:00Z"},
    "a past end": {"validUntil": "2020-01-01T00:00:00Z"},
    "a time without a zone": {"validUntil": "2030-01-01T00:00:00"},
    "no time": {"ttl": 0},
    "priority": {"priority": 128},
    "a path as id": {"id": "a/b"},
}


@pytest.mark.parametrize("changed", BAD.values(), ids=BAD)
def test_what_cannot_be_sent_is_a_bad_request(
    office: Office, client: SmsClient, changed: dict[str, Any]
) -> None:
    before = office.count("message")
    body = {"phoneNumbers": [ANNA], "textMessage": {"text": "Hoi"}, **changed}
    status, code = told(client.call("POST", "/messages", json=body))
    assert (status, code) in ((400, "invalid-input"), (400, "bad-request"))
    assert office.count("message") == before


def test_what_is_no_message_is_a_bad_request(client: SmsClient) -> None:
    half = b'{"phoneNumbers": ["+31687654321"], "textMessage": {"text": "\\ud83d"}}'
    for raw in (b"", b"{", b"[]", b"\xff", half):
        assert told(client.call("POST", "/messages", content=raw))[0] == 400


def test_a_full_line_is_told_when_to_try_again(web_server: WebServer, client: SmsClient) -> None:
    """Nothing of it is kept, not even those for whom there was room."""
    assert client.send(ANNA, id="1").status_code == 202
    assert isinstance(web_server.app, FastAPI)
    state = web_server.app.state
    state.services = replace(state.services, room=Room(3))
    answer = client.send(ANNA, BRAM, id="2")
    assert told(answer) == (503, "line-full")
    assert int(answer.headers["retry-after"]) >= 60
    assert len(sent(client.office)) == 1
    assert told(client.get("/messages/2")) == (404, "not-found")


STATES = {
    "Pending": (),
    "Processed": (_S.SENDING,),
    "Sent": (_S.SENDING, _S.SENT),
    "Delivered": (_S.SENDING, _S.SENT, _S.DELIVERED),
    "Failed": (_S.SENDING, _S.FAILED),
    "Cancelled": (_S.CANCELLED,),
}


def test_the_whole_is_derived_from_its_recipients(office: Office, client: SmsClient) -> None:
    """Any Pending, Cancelled, Processed in that order; all Failed; all Delivered; else Sent."""
    order = ["Pending", "Cancelled", "Processed"]
    for place, (one, first) in enumerate(STATES.items()):
        for other, second in STATES.items():
            name = f"{place}-{other}"
            assert client.send(ANNA, BRAM, id=name).status_code == 202
            moved(office, ANNA, *first)
            moved(office, BRAM, *second)
            found = client.get(f"/messages/{name}").json()
            assert [each["state"] for each in found["recipients"]] == [one, other]
            both = next((each for each in order if each in (one, other)), None)
            both = both or (one if one == other else "Sent")
            assert found["state"] == both, (one, other)
            assert both == "Sent" or both in found["states"]
    counted = {
        state: len(client.get("/messages", state=state, limit=100).json()) for state in STATES
    }
    totals = {
        state: int(client.get("/messages", state=state, limit=1).headers["x-total-count"])
        for state in STATES
    }
    assert counted == totals
    assert sum(totals.values()) == 36


def test_a_recipient_who_failed_is_told_with_the_reason(office: Office, client: SmsClient) -> None:
    client.send(ANNA, id="1")
    moved(office, ANNA, _S.SENDING, _S.FAILED)
    (anna,) = client.get("/messages/1").json()["recipients"]
    assert anna == {"phoneNumber": ANNA, "state": "Failed", "error": "by-person"}


def test_what_waits_is_cancelled_and_nothing_else(office: Office, client: SmsClient) -> None:
    """Twice is once; a body, because clients read one."""
    client.send(ANNA, id="1")
    for _ in range(2):
        answer = client.call("DELETE", "/messages/1")
        assert (answer.status_code, answer.json()) == (202, {"id": "1", "state": "Cancelled"})
    client.send(BRAM, id="2")
    moved(office, BRAM, _S.SENDING)
    assert told(client.call("DELETE", "/messages/2")) == (400, "cannot-cancel")
    assert told(client.call("DELETE", "/messages/3")) == (404, "not-found")
    reader = client.with_scopes(Scope.MESSAGES_READ)
    assert told(reader.call("DELETE", "/messages/1")) == (403, "forbidden")


def test_of_a_request_to_several_branches_each_sees_its_own_people(
    office: Office, tilburg: Desk, breda: Desk, client: SmsClient, clock: ManualClock
) -> None:
    """Numbers, states and who was refused; nobody takes back what another token sent."""
    clock.advance(s=60)
    office.writes(BRAM, breda, channel=Channel.SMS)
    client.send(ANNA, BRAM, STRANGER, id="both")
    moved(office, BRAM, _S.CANCELLED)
    (sent_to_anna,) = (each["id"] for each in sent(office) if each["contact"]["number"] == ANNA)
    only = SmsClient(office, office.token(branch_id=tilburg.branch_id))
    for found in (only.get(f"/messages/{sent_to_anna}").json(), *only.get("/messages").json()):
        assert [each["phoneNumber"] for each in found["recipients"]] == [ANNA]
        assert (found["state"], list(found["states"])) == ("Pending", ["Pending"])
    every = client.get("/messages/both").json()
    assert [each["phoneNumber"] for each in every["recipients"]] == [ANNA, BRAM, STRANGER]
    assert told(only.get("/messages/both")) == (404, "not-found")
    for name in ("both", sent_to_anna):
        assert told(only.call("DELETE", f"/messages/{name}")) == (404, "not-found")
    only.send(ANNA, STRANGER, id="own")
    own = only.get("/messages/own").json()
    assert [each["phoneNumber"] for each in own["recipients"]] == [ANNA, STRANGER]


def test_another_programs_name_for_a_message_is_no_name_here(
    office: Office, client: SmsClient
) -> None:
    """Two programs count from one; ours is the id that tells all of them apart."""
    unnamed = client.send(ANNA).json()["id"]
    client.send(ANNA, id="1")
    other = SmsClient(office, office.token())
    assert told(other.get("/messages/1")) == (404, "not-found")
    assert told(other.call("DELETE", "/messages/1")) == (404, "not-found")
    assert other.get(f"/messages/{unnamed}").json()["id"] == unnamed
    assert told(other.call("DELETE", f"/messages/{unnamed}")) == (404, "not-found")
    newest = max(sent(office), key=lambda each: each["id"])["id"]
    assert other.get(f"/messages/{newest}").json()["id"] == "1"
    assert client.call("DELETE", "/messages/1").status_code == 202


def test_who_asks_too_often_is_told_so(office: Office, client: SmsClient) -> None:
    """Its clients try a 429 again, and take a 400 for the end of the message."""
    office.store.write(lambda tx: tokens.limit(tx, client.token.id, 1, by="cli"))
    assert client.get("/devices").status_code == 200
    answer = client.send(ANNA)
    assert told(answer) == (429, "too-many-requests")
    assert int(answer.headers["retry-after"]) >= 1


def test_a_page_of_messages_is_found_by_state_time_and_line(
    office: Office, tilburg: Desk, breda: Desk, client: SmsClient, clock: ManualClock
) -> None:
    office.writes(ANNA, breda, channel=Channel.SMS)
    for place in range(5):
        clock.advance(s=60)
        line = (tilburg, breda)[place % 2]
        client.send(ANNA, id=f"m{place}", deviceId=line.line_id)
    moved(office, ANNA, _S.CANCELLED)

    def page(**params: Any) -> tuple[list[str], int]:
        answer = client.get("/messages", **params)
        return [each["id"] for each in answer.json()], int(answer.headers["x-total-count"])

    at = client.get("/messages/m2").json()["createdAt"]
    assert page() == (["m4", "m3", "m2", "m1", "m0"], 5)
    assert page(limit=2, offset=1) == (["m3", "m2"], 5)
    assert page(limit=2, offset=4) == (["m0"], 5)
    assert page(offset=9) == ([], 5)
    assert page(sort="created_at", limit=2) == (["m0", "m1"], 5)
    assert page(state="Cancelled") == (["m4"], 1)
    assert page(state="Delivered") == ([], 0)
    assert page(deviceId=breda.number) == (["m3", "m1"], 2)
    assert page(deviceId="nowhere") == ([], 0)
    assert page(**{"from": at}) == (["m4", "m3", "m2"], 3)
    assert page(to=at) == (["m1", "m0"], 2)
    only = SmsClient(office, office.token(branch_id=breda.branch_id))
    assert [each["id"] for each in only.get("/messages").json()] == ["m3", "m1"]
    assert told(only.get("/messages/m4")) == (404, "not-found")
    for bad in ({"state": "Gone"}, {"limit": 0}, {"offset": -1}, {"from": "yesterday"}):
        assert told(client.get("/messages", **bad)) == (400, "invalid-input")


def test_the_inbox_holds_what_came_by_sms(
    office: Office, tilburg: Desk, client: SmsClient, clock: ManualClock
) -> None:
    clock.advance(s=60)
    office.writes(ANNA, tilburg, "Over WhatsApp")
    office.writes(ANNA, tilburg, "Per SMS", channel=Channel.SMS)
    newest, *others = client.get("/inbox").json()
    assert (newest["type"], newest["sender"], newest["recipient"]) == ("SMS", ANNA, tilburg.number)
    assert (newest["contentPreview"], newest["simNumber"]) == ("Per SMS", None)
    assert newest.keys() >= {"id", "createdAt"}
    assert len(others) == 2
    assert client.get("/inbox", limit=1, offset=1).json() == others[:1]
    assert client.get("/inbox", **{"from": newest["createdAt"]}).json() == [newest]
    assert client.get("/inbox", type="MMS").json() == []
    assert client.get("/inbox", deviceId=tilburg.number).json() == [newest, *others]
    assert client.call("POST", "/inbox/refresh", json={}).status_code == 202
    for path in ("/inbox/export", "/messages/inbox/export"):
        assert told(client.call("POST", path, json={})) == (405, "method-not-allowed")
    assert told(client.get(f"/inbox/{newest['id']}/attachments/1")) == (404, "not-found")


def test_health_is_open_and_says_what_is_missing(office: Office) -> None:
    for path in ("/health", "/health/live", "/health/ready", "/health/startup"):
        answer = office.client.get(f"/3rdparty/v1{path}")
        assert (answer.status_code, answer.json()["status"]) == (200, "pass")
        checks = answer.json()["checks"].values()
        keys = {"status", "description", "observedValue", "observedUnit"}
        assert all(each.keys() == keys for each in checks)
        head = office.client.head(f"/3rdparty/v1{path}")
        assert (head.status_code, head.content) == (200, b"")
    office.missing.append("adb")
    answer = office.client.get("/3rdparty/v1/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "fail")
    assert answer.json()["checks"]["adb"]["status"] == "fail"
    assert office.client.get("/3rdparty/v1/health/live").json()["status"] == "pass"


def test_lines_are_devices_that_are_not_removed_here(
    office: Office, tilburg: Desk, breda: Desk, client: SmsClient
) -> None:
    found = client.get("/device").json()
    assert [each["id"] for each in found] == [tilburg.line_id, breda.line_id]
    assert found[0]["name"] == f"Tilburg {tilburg.number}"
    assert found[0].keys() == {"id", "name", "createdAt", "updatedAt", "lastSeen"}
    assert told(client.call("DELETE", f"/devices/{tilburg.line_id}"))[0] == 405
    assert told(client.call("DELETE", "/devices/nowhere"))[0] == 404
    only = SmsClient(office, office.token(branch_id=breda.branch_id))
    assert [each["id"] for each in only.get("/devices").json()] == [breda.line_id]


def test_the_newest_events_are_the_log(client: SmsClient) -> None:
    client.send(ANNA)
    newest = client.get("/logs").json()[-1]
    assert (newest["message"], newest["priority"]) == ("message.state", "INFO")
    assert newest.keys() == {"id", "createdAt", "message", "priority", "module", "context"}
    assert client.get("/logs", to="2020-01-01T00:00:00Z").json() == []
