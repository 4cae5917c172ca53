"""What other software reads: messages, lines, contacts, conversations, groups, devices."""

import pytest
from pydantic import BaseModel

from appliance.api.json.bodies import MessageDetailOut, MessageOut, PageOut
from appliance.api.json.group_bodies import GroupOut
from appliance.api.json.office_bodies import (
    CallOut,
    ContactOut,
    ConversationOut,
    DeviceOut,
    LineOut,
)
from appliance.clock import ManualClock
from appliance.desk.access import tokens
from appliance.desk.access.tokens import Scope
from appliance.devices.protocol import Group
from tests.api.office import Caller, Desk, Office

ANNA = "+31687654321"
BRAM = "+31687654322"
LISTS = ("/lines", "/contacts", "/conversations", "/groups", "/devices", "/messages", "/calls")
NEEDED = {
    "/lines": Scope.LINES_READ,
    "/contacts": Scope.CONTACTS_READ,
    "/conversations": Scope.MESSAGES_READ,
    "/groups": Scope.GROUPS_READ,
    "/devices": Scope.DEVICES_READ,
    "/messages": Scope.MESSAGES_READ,
    "/calls": Scope.MESSAGES_READ,
}


def send(planning: Caller, desk: Desk, to: str = ANNA, text: str = "Morgen 7 uur?") -> str:
    answer = planning.post({"line": desk.number, "to": to, "text": text})
    assert answer.status_code == 202
    return str(answer.json()["id"])


def texts(caller: Caller, **filters: str | int) -> list[str]:
    return [item["text"] for item in caller.get("/messages", **filters).json()["items"]]


def test_every_answer_is_as_documented(office: Office, tilburg: Desk, planning: Caller) -> None:
    """Answers are not checked when they are made; the models of the document hold for them."""
    office.writes(ANNA, tilburg, name="Annie")
    office.writes(BRAM, tilburg, "wie werkt er?", group=Group(jid="1@g.us", name="Nacht"))
    office.calls(ANNA, tilburg)
    sent = send(planning, tilburg)
    models: dict[str, type[BaseModel]] = {
        "/lines": PageOut[LineOut],
        "/contacts": PageOut[ContactOut],
        f"/contacts/{ANNA}": ContactOut,
        "/conversations": PageOut[ConversationOut],
        "/groups": PageOut[GroupOut],
        "/devices": PageOut[DeviceOut],
        "/calls": PageOut[CallOut],
        "/messages": PageOut[MessageOut],
        f"/messages/{sent}": MessageDetailOut,
    }
    for path, model in models.items():
        answer = planning.get(path)
        assert answer.status_code == 200, path
        checked = model.model_validate_json(answer.content)
        assert getattr(checked, "items", True), f"nothing to check at {path}"


def test_a_missed_call_is_told_with_its_number(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """The event names the call; the list of calls has its number and contact."""
    office.writes(ANNA, tilburg)
    office.calls(ANNA, tilburg)
    office.calls("", tilburg)
    known, hidden = planning.get("/calls").json()["items"]
    assert (known["number"], known["line"]) == (ANNA, tilburg.line_id)
    assert known["contact"] == planning.get(f"/contacts/{ANNA}").json()["id"]
    assert (hidden["number"], hidden["contact"]) == ("", None)
    told = office.store.read(
        lambda conn: conn.execute(
            "SELECT json_extract(facts, '$.call') FROM event_log WHERE kind = 'call.missed'"
        ).fetchall()
    )
    assert [row[0] for row in told] == [known["id"], hidden["id"]]


def test_a_message_tells_its_history(office: Office, tilburg: Desk, planning: Caller) -> None:
    office.writes(ANNA, tilburg)
    sent = send(planning, tilburg)
    detail = planning.get(f"/messages/{sent}").json()
    assert [change["facts"]["to"] for change in detail["history"]] == ["queued"]
    assert detail["author"] == "planning"
    assert detail["evidence"] == []


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"direction": "in"}, ["van Anna", "van Bram", "in Breda"]),
        ({"direction": "out", "state": "queued"}, ["aan Anna"]),
        ({"direction": "in", "line": "+31612345679"}, ["in Breda"]),
        ({"direction": "in", "contact": BRAM}, ["van Bram"]),
        ({"direction": "in", "contact": "06 87654322"}, ["van Bram"]),
        ({"state": "read"}, []),
        ({"direction": "in", "order": "newest"}, ["in Breda", "van Bram", "van Anna"]),
    ],
)
def test_messages_are_found_by_what_they_are(
    office: Office,
    tilburg: Desk,
    breda: Desk,
    planning: Caller,
    filters: dict[str, str],
    expected: list[str],
) -> None:
    office.writes(ANNA, tilburg, "van Anna")
    office.writes(BRAM, tilburg, "van Bram")
    office.writes(ANNA, breda, "in Breda")
    send(planning, tilburg, text="aan Anna")
    found = texts(planning, **filters)
    assert [text for text in found if not text.startswith("Welkom")] == expected


def test_a_list_is_read_page_by_page(office: Office, tilburg: Desk, planning: Caller) -> None:
    """Each message comes once, even if more arrive in between; `next` is null on the last page."""
    for number in range(5):
        office.writes(ANNA, tilburg, f"nummer {number}")
    seen: list[str] = []
    after: dict[str, str] = {}
    for _ in range(10):
        body = planning.get("/messages", direction="in", limit=2, **after).json()
        seen += [item["text"] for item in body["items"]]
        if body["next"] is None:
            break
        after = {"after": body["next"]}
        if len(seen) == 2:
            office.writes(ANNA, tilburg, "nummer 5")
    assert seen == [f"nummer {number}" for number in range(6)]


@pytest.mark.parametrize("path", LISTS)
def test_lists_refuse_what_is_no_page(planning: Caller, path: str) -> None:
    for params in ({"after": "not-a-cursor"}, {"limit": "0"}, {"limit": "201"}, {"limit": "x"}):
        answer = planning.get(path, **params)
        assert answer.status_code == 422
        assert answer.json()["field"] == next(iter(params))


@pytest.mark.parametrize(
    "filters",
    [{"direction": "sideways"}, {"state": "gone"}, {"order": "random"}],
)
def test_unknown_filters_are_named(planning: Caller, filters: dict[str, str]) -> None:
    answer = planning.get("/messages", **filters)
    assert (answer.status_code, answer.json()["field"]) == (422, next(iter(filters)))


@pytest.mark.parametrize(
    "path",
    [
        "/messages/nonsense",
        "/messages/01977d2e-5f3a-7c41-9d2b-3f8a6c1e0b57",
        "/messages/%00",
        "/messages?line=%2B31612340000",
        "/messages?contact=nobody",
        "/contacts/nobody",
        "/contacts/01977d2e-5f3a-7c41-9d2b-3f8a6c1e0b57",
        "/conversations/nonsense",
        "/conversations/nonsense/messages",
        "/conversations?line=x",
        "/nothing",
    ],
)
def test_what_does_not_exist_is_not_found(planning: Caller, path: str) -> None:
    answer = planning.client.get(f"/api/v1{path}", headers=planning.headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


def test_a_token_of_one_branch_sees_that_branch_only(
    office: Office, tilburg: Desk, breda: Desk
) -> None:
    """Data of another branch is in no list and answers 404 like data that does not exist."""
    office.writes(ANNA, tilburg, "voor Tilburg")
    office.writes(BRAM, breda, "voor Breda")
    company = office.caller()
    local = office.caller(branch_id=tilburg.branch_id)
    assert texts(local, direction="in") == ["voor Tilburg"]
    assert [line["id"] for line in local.get("/lines").json()["items"]] == [tilburg.line_id]
    (anna,) = local.get("/contacts").json()["items"]
    assert [each["number"] for each in anna["numbers"]] == [ANNA]
    assert [each["id"] for each in local.get("/devices").json()["items"]] == [tilburg.device_id]
    assert len(local.get("/conversations").json()["items"]) == 1
    theirs = company.get("/messages", contact=BRAM).json()["items"][0]
    for path in (
        f"/messages/{theirs['id']}",
        f"/conversations/{theirs['conversation']}",
        f"/conversations/{theirs['conversation']}/messages",
        f"/contacts/{BRAM}",
        f"/contacts/{theirs['contact']['id']}",
    ):
        assert company.get(path).status_code == 200, path
        assert local.get(path).status_code == 404, path
    assert local.get("/messages", line=breda.number).status_code == 404
    assert local.get("/messages", contact=BRAM).status_code == 404
    assert local.delete(f"/messages/{theirs['id']}").status_code == 404


@pytest.mark.parametrize("path", LISTS)
def test_each_list_needs_its_scope(office: Office, path: str) -> None:
    allowed = office.caller(frozenset({NEEDED[path]}))
    assert allowed.get(path).status_code == 200
    others = office.caller(frozenset(Scope) - {NEEDED[path]})
    assert others.get(path).status_code == 403
    assert office.client.get(f"/api/v1{path}").status_code == 401


def test_a_revoked_token_reads_on_for_half_a_second_at_most(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """A look-up is believed for that long; a new one is asked again."""
    assert planning.get("/lines").status_code == 200
    fresh = office.caller()
    office.store.write(lambda tx: tokens.revoke(tx, fresh.token.id))
    assert fresh.get("/lines").status_code == 401


def test_a_conversation_has_its_messages(office: Office, tilburg: Desk, planning: Caller) -> None:
    office.writes(ANNA, tilburg, "van Anna")
    office.writes(BRAM, tilburg, "van Bram")
    found = planning.get("/conversations", contact=ANNA).json()["items"]
    assert [each["contact"]["number"] for each in found] == [ANNA]
    inside = planning.get(f"/conversations/{found[0]['id']}/messages").json()["items"]
    assert "van Anna" in [each["text"] for each in inside]
    assert "van Bram" not in [each["text"] for each in inside]


def test_a_group_is_no_contact(office: Office, tilburg: Desk, planning: Caller) -> None:
    """Posts in a group are kept apart and give no consent."""
    office.writes(ANNA, tilburg, "wie werkt er?", group=Group(jid="1@g.us", name="Nachtploeg"))
    group = planning.get("/groups").json()["items"][0]
    assert group["name"] == "Nachtploeg"
    conversation = planning.get("/conversations").json()["items"][0]
    assert (conversation["group"], conversation["contact"]) == (group["id"], None)
    answer = planning.post({"line": tilburg.number, "to": ANNA, "text": "ik?"})
    assert answer.json()["code"] == "consent-required"


def test_a_line_says_over_what_it_can_send(office: Office, tilburg: Desk, planning: Caller) -> None:
    assert set(planning.get("/lines").json()["items"][0]["ready"]) == {"whatsapp", "sms"}
    office.phone_is_away(tilburg)
    assert planning.get("/lines").json()["items"][0]["ready"] == []
    assert planning.get("/devices").json()["items"][0]["state"] == "absent"


def test_a_waiting_message_can_be_cancelled(
    office: Office, tilburg: Desk, planning: Caller, clock: ManualClock
) -> None:
    """A second time changes nothing; an incoming message cannot be cancelled."""
    office.writes(ANNA, tilburg)
    sent = send(planning, tilburg)
    clock.advance(s=1)
    for _ in range(2):
        answer = planning.delete(f"/messages/{sent}")
        assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    history = planning.get(f"/messages/{sent}").json()["history"]
    assert [change["facts"].get("to") for change in history].count("cancelled") == 1
    received = planning.get("/messages", direction="in").json()["items"][0]
    answer = planning.delete(f"/messages/{received['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "cannot-cancel")


def test_what_people_wrote_is_kept_by_no_cache(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    answer = planning.get("/messages")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
